// SPDX-License-Identifier: GPL-3.0-or-later
// A study: for each setting the values to try. Its points are all combinations.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/study/setting_schema.h"

namespace axescope {

class Study {
 public:
  /// One point with every default.
  Study();

  const std::vector<SettingValue>& values(std::string_view key) const;
  /// Checked values, at least one; several only for a sweepable setting.
  Status set(std::string_view key, std::vector<SettingValue> values);
  /// As typed: "4,8", "10:20".
  Status set(std::string_view key, std::string_view text);

  /// All combinations in schema order, canonical, each once, validated. `propagationDefault` stands in for "auto".
  /// At most 10^7 combinations.
  Result<std::vector<PointSettings>> points(bool propagationDefault) const;

  /// {"format": "axescope-study", "version": 1, "settings": {"algorithm": ["gpfq", "optq"], "inner_bits": [10, 11],
  /// …}}: only what differs from the defaults.
  std::string toJson() const;
  /// Also accepts strings in command-line syntax and single values; keys unknown to the schema are refused. `file` is
  /// for the error line.
  static Result<Study> fromJson(const std::string& text, const std::string& file);

  friend bool operator==(const Study&, const Study&) = default;

 private:
  std::vector<std::vector<SettingValue>> values_;  // parallel to the schema
};

/// One point's settings as a JSON object, every key present: provenance and quantized files.
std::string toJson(const PointSettings& settings);
Result<PointSettings> settingsFromJson(const std::string& text, const std::string& file);

}  // namespace axescope
