// SPDX-License-Identifier: GPL-3.0-or-later
// What the methods are: a page of help for each choice that stands for an idea of the literature or of our own. Shown
// below its setting in the window's help. To add a method: its name in the schema and one page here.
#pragma once

#include <span>
#include <string_view>

namespace axescope {

struct MethodPage {
  std::string_view setting;  // key in the schema: "algorithm"
  std::string_view choice;   // one of its names, or empty for a page of the whole setting
  std::string_view title;    // written out: "Greedy path following"
  std::string_view formula;  // plain text in the notation of core/README.md
  std::string_view source;   // paper and arXiv number, or "AxeScope"
  std::string_view use;      // when to take it, and what speaks against it
};

/// In the order of the schema.
std::span<const MethodPage> methodPages();

}  // namespace axescope
