// SPDX-License-Identifier: GPL-3.0-or-later
// What a finished point has to tell, and the table of its columns.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cost/builtin_cost_models.h"
#include "core/study/setting_schema.h"
#include "core/study/settings.h"

namespace axescope {

struct LayerMeasurement {
  std::string layer;
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;  // the one it got
  double error = 0.0;  // ‖WX − QX̃‖/‖WX‖, or ‖W − Q‖/‖W‖ without calibration inputs
  bool guaranteed = false;
  double maxBudgetUse = 0.0;
  int outerBits = 0;
  int smallestInnerBits = 0;
  double overflowRate = 0.0;
  double sparsity = 0.0;
  friend bool operator==(const LayerMeasurement&, const LayerMeasurement&) = default;
};

struct Measurement {
  std::optional<double> accuracy;  // top-1, 0–1
  std::optional<double> floatAccuracy;
  std::optional<double> perplexity;
  std::optional<double> floatPerplexity;
  std::optional<double> error;            // over all quantized layers together
  std::optional<double> sqnrDb;           // of the network's outputs, or of the layers' outputs without a graph
  std::optional<double> overflowRate;     // share of dot products with any overflow
  std::optional<double> floatOperations;  // nodes left in float, with integer arithmetic
  bool guaranteed = false;
  double maxBudgetUse = 0.0;
  double sparsity = 0.0;
  std::int64_t macCount = 0;    // per sample, quantized layers
  int innerBitsUsed = 0;        // widest inner accumulator, resolved
  int outerBitsUsed = 0;        // widest outer accumulator, resolved
  double meanWeightBits = 0.0;  // over the multiply-adds of the quantized layers, as are the next two
  double meanActivationBits = 0.0;
  double meanInnerBits = 0.0;
  std::int64_t parameters = 0;  // weights and biases of the layers that could be quantized
  std::array<std::optional<double>, builtinCostModelCount> costs{};  // of one sample, in the models' units
  std::optional<double> elementwiseShare;                            // of the ACEv2 cost
  std::optional<double> customCost;                                  // by a table of the user's
  std::int64_t largestK = 0;  // longest dot product among the quantized layers: what tile "full" stands for
};

struct PointResult {
  PointSettings settings;
  Measurement measurement;
  std::vector<LayerMeasurement> layers;
  double seconds = 0.0;
  std::string failure;  // empty: finished

  bool failed() const { return !failure.empty(); }
};

/// A cell: empty where the point has no such value.
using Cell = std::optional<SettingValue>;

enum class Direction { none, lowerIsBetter, higherIsBetter };

/// One column of /points, the CSV and the tables of the window: all settings, then what was measured.
struct ResultColumn {
  std::string_view name;
  std::string_view title;
  SettingKind kind = SettingKind::real;
  bool isSetting = false;
  Direction direction = Direction::none;
  Cell (*measured)(const PointResult&) = nullptr;                // columns of measurements
  void (*restore)(PointResult&, const SettingValue&) = nullptr;  // null: derived from others
  const SettingInfo* setting = nullptr;                          // columns of settings
  std::int64_t most = 0;                                         // of measured integers, whose least is 0

  Cell get(const PointResult& result) const;
  /// The reverse, for a value read from a file; columns derived from others are left alone. False: a value of another
  /// type, or one that the column cannot have.
  bool put(PointResult& result, const SettingValue& value) const;
};

std::span<const ResultColumn> resultColumns();
const ResultColumn* findColumn(std::string_view name);
/// The value as a number, for axes and comparisons: integers and reals as they are. Tile "full" is the longest dot
/// product of the point's layers, or, where that is not known, the largest tile there can be; outer width "auto" is
/// the width that was used. Empty for anything else.
std::optional<double> numericValue(const ResultColumn& column, const PointResult& result);

/// One number of a LayerMeasurement, as files store it.
struct LayerColumn {
  const char* name;
  bool isInteger;
  double (*get)(const LayerMeasurement&);
  bool (*set)(LayerMeasurement&, double);  // false: a value that this number cannot have
};
std::span<const LayerColumn> layerColumns();

}  // namespace axescope
