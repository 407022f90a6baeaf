// SPDX-License-Identifier: GPL-3.0-or-later
// A study: for each setting the values to try. Its points are all combinations; of a union of grids, those of each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/study/setting_schema.h"

namespace axescope {

/// What "auto" stands for; of an opened file Model::studyDefaults().
struct StudyDefaults {
  bool propagation = false;
  bool lastLayerInFloat = false;
};

class Study {
 public:
  /// One point with every default.
  Study();

  /// Those of all grids, in the grids' order, each once.
  std::vector<SettingValue> values(std::string_view key) const;
  /// Checked values, at least one; several only for a sweepable setting. Every grid gets them; grids that no longer
  /// differ become one.
  Status set(std::string_view key, std::vector<SettingValue> values);
  /// As typed: "4,8", "10:20".
  Status set(std::string_view key, std::string_view text);

  /// More than one: the study is a union of grids.
  std::size_t gridCount() const { return grids_.size(); }
  /// Keys of the settings in which the grids differ, in schema order.
  std::vector<std::string_view> differing() const;

  /// All combinations of each grid in schema order, canonical, each once, validated. `defaults` stand in for
  /// "auto". At most 10^7 combinations.
  Result<std::vector<PointSettings>> points(const StudyDefaults& defaults) const;

  /// {"format": "axescope-study", "version": 1, "settings": {"algorithm": ["gpfq", "optq"], "inner_bits": [10, 11],
  /// …}}: only what differs from the defaults. A union has "union": [{…}, …] beside it: for each grid, at least one,
  /// the settings in which the grids differ.
  std::string toJson() const;
  /// Also accepts strings in command-line syntax and single values; keys unknown to the schema are refused. A grid of a
  /// union takes from "settings" what it does not say itself; it may say sweepable settings only. `file` is for the
  /// error line.
  static Result<Study> fromJson(const std::string& text, const std::string& file);

  friend bool operator==(const Study&, const Study&) = default;

 private:
  using Grid = std::vector<std::vector<SettingValue>>;  // parallel to the schema
  bool differs(std::size_t setting) const;

  std::vector<Grid> grids_;  // at least one, no two alike
};

/// One point's settings as a JSON object, every key present: provenance and quantized files.
std::string toJson(const PointSettings& settings);
Result<PointSettings> settingsFromJson(const std::string& text, const std::string& file);

}  // namespace axescope
