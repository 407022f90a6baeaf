// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace axescope {

/// A table of text for people: columns two spaces apart, widths counted in characters (UTF-8), control characters of
/// a stranger's names shown as spaces.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::right;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns.
  void addRow(std::vector<std::string> cells);
  /// Title line and rows, each ending in a newline, without trailing spaces.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Control characters replaced by spaces, so that names cannot drive a terminal.
std::string printable(std::string text);

/// "5 layers", "1 layer".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace axescope
