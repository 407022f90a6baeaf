// SPDX-License-Identifier: GPL-3.0-or-later
// The one settings schema: command-line flags, study JSON, result columns, provenance and the window's study dock are
// all made from this table. To add a setting: a member in PointSettings and one entry here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/study/settings.h"

namespace axescope {

/// Integers, reals, and names (choices, globs, "auto", "full", "on", "off").
using SettingValue = std::variant<std::int64_t, double, std::string>;

enum class SettingKind { choice, integer, real, text };

struct SettingInfo {
  std::string_view key;     // weight_bits: JSON key, CSV and results column
  std::string_view title;   // "Weight bits"
  std::string_view symbol;  // "M" as in the papers, or empty
  std::string_view help;    // one or two sentences
  SettingKind kind = SettingKind::integer;
  std::vector<std::string_view> choices;  // choice: all names; integer: a name for 0, if it has one ("auto", "full")
  double least = 0;
  double most = 0;
  bool sweepable = true;  // may take a list in a study
  bool perStudy = false;  // shared by the whole study rather than an axis of the plot
  SettingValue (*get)(const PointSettings&) = nullptr;
  void (*set)(PointSettings&, const SettingValue&) = nullptr;  // value already checked

  std::string flag() const;  // --weight-bits
};

/// All settings, in the order in which they are shown and swept (the first varies slowest).
std::span<const SettingInfo> settingSchema();
const SettingInfo* findSetting(std::string_view key);

/// In range, a known choice, of the right type. Errors: invalidArgument with the flag as object.
Status checkValue(const SettingInfo& info, const SettingValue& value);

/// "4", "4,8", "12:20" or "12:20:2" (ranges include their end; integers only), as typed on the command line.
Result<std::vector<SettingValue>> parseValues(const SettingInfo& info, std::string_view text);

/// As written in tables and on the command line: "4", "0.01", "axe", "auto".
std::string toText(const SettingValue& value);

}  // namespace axescope
