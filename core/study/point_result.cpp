// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/point_result.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace axescope {

namespace {

using M = Measurement;

/// Switches, widths in bits and counts, as a file may tell them.
template <class T>
constexpr std::int64_t mostOf = std::is_same_v<T, bool>  ? 1
                                : std::is_same_v<T, int> ? 1024
                                                         : std::int64_t{1} << 53;

template <auto Member>
ResultColumn optionalReal(std::string_view name, std::string_view title, Direction direction) {
  ResultColumn column{.name = name, .title = title, .direction = direction};
  column.measured = [](const PointResult& r) -> Cell {
    const std::optional<double>& value = r.measurement.*Member;
    return r.failed() || !value ? Cell{} : Cell{*value};
  };
  column.restore = [](PointResult& r, const SettingValue& v) { r.measurement.*Member = std::get<double>(v); };
  return column;
}

template <auto Member>
ResultColumn real(std::string_view name, std::string_view title, Direction direction) {
  ResultColumn column{.name = name, .title = title, .direction = direction};
  column.measured = [](const PointResult& r) -> Cell { return r.failed() ? Cell{} : Cell{r.measurement.*Member}; };
  column.restore = [](PointResult& r, const SettingValue& v) { r.measurement.*Member = std::get<double>(v); };
  return column;
}

template <auto Member>
ResultColumn integer(std::string_view name, std::string_view title, Direction direction) {
  using T = std::remove_cvref_t<decltype(std::declval<M>().*Member)>;
  ResultColumn column{
      .name = name, .title = title, .kind = SettingKind::integer, .direction = direction, .most = mostOf<T>};
  column.measured = [](const PointResult& r) -> Cell {
    return r.failed() ? Cell{} : Cell{static_cast<std::int64_t>(r.measurement.*Member)};
  };
  column.restore = [](PointResult& r, const SettingValue& v) {
    r.measurement.*Member = static_cast<T>(std::get<std::int64_t>(v));
  };
  return column;
}

// A column of each cost model that comes with the program: cost_ace, cost_ace_v2 …
template <std::size_t Model>
ResultColumn costColumn() {
  static const std::string name = [] {
    std::string text = "cost_" + std::string(builtinTables()[Model].name);
    std::replace(text.begin(), text.end(), '-', '_');
    return text;
  }();
  static const std::string title = builtinCostModels()[Model].title + " (" + builtinCostModels()[Model].unit + ")";
  ResultColumn column{.name = name, .title = title, .direction = Direction::lowerIsBetter};
  column.measured = [](const PointResult& r) -> Cell {
    const std::optional<double>& cost = r.measurement.costs[Model];
    return r.failed() || !cost ? Cell{} : Cell{*cost};
  };
  column.restore = [](PointResult& r, const SettingValue& v) { r.measurement.costs[Model] = std::get<double>(v); };
  return column;
}

template <std::size_t... Models>
void addCostColumns(std::vector<ResultColumn>& columns, std::index_sequence<Models...>) {
  (columns.push_back(costColumn<Models>()), ...);
}

ResultColumn secondsColumn() {
  ResultColumn column{.name = "seconds", .title = "Seconds"};
  column.measured = [](const PointResult& r) -> Cell { return r.seconds; };
  column.restore = [](PointResult& r, const SettingValue& v) { r.seconds = std::get<double>(v); };
  return column;
}

// What quantization makes of a language model's perplexity, comparable between models.
ResultColumn perplexityRatioColumn() {
  ResultColumn column{
      .name = "perplexity_ratio", .title = "Perplexity over float", .direction = Direction::lowerIsBetter};
  column.measured = [](const PointResult& r) -> Cell {
    const Measurement& m = r.measurement;
    return r.failed() || !m.perplexity || !m.floatPerplexity ? Cell{} : Cell{*m.perplexity / *m.floatPerplexity};
  };
  return column;
}

ResultColumn accumulatorBitsColumn() {
  ResultColumn column{.name = "accumulator_bits",
                      .title = "Accumulator bits",
                      .kind = SettingKind::integer,
                      .direction = Direction::lowerIsBetter};
  column.measured = [](const PointResult& r) -> Cell {
    const int bits = r.measurement.innerBitsUsed > 0 ? r.measurement.innerBitsUsed : r.settings.innerBits;
    return bits > 0 ? Cell{static_cast<std::int64_t>(bits)} : Cell{};
  };
  return column;
}

ResultColumn failureColumn() {
  ResultColumn column{.name = "failure", .title = "Failure", .kind = SettingKind::text};
  column.measured = [](const PointResult& r) -> Cell { return r.failure; };
  column.restore = [](PointResult& r, const SettingValue& v) { r.failure = std::get<std::string>(v); };
  return column;
}

std::vector<ResultColumn> makeColumns() {
  std::vector<ResultColumn> columns;
  for (const SettingInfo& info : settingSchema()) {
    columns.push_back({.name = info.key, .title = info.title, .kind = info.kind, .isSetting = true, .setting = &info});
  }
  using enum Direction;
  columns.push_back(optionalReal<&M::accuracy>("accuracy", "Accuracy", higherIsBetter));
  columns.push_back(optionalReal<&M::floatAccuracy>("float_accuracy", "Float accuracy", none));
  columns.push_back(optionalReal<&M::perplexity>("perplexity", "Perplexity", lowerIsBetter));
  columns.push_back(optionalReal<&M::floatPerplexity>("float_perplexity", "Float perplexity", none));
  columns.push_back(perplexityRatioColumn());
  columns.push_back(optionalReal<&M::error>("error", "Relative output error", lowerIsBetter));
  columns.push_back(optionalReal<&M::sqnrDb>("sqnr_db", "SQNR (dB)", higherIsBetter));
  columns.push_back(optionalReal<&M::overflowRate>("overflow_rate", "Overflow rate", lowerIsBetter));
  columns.push_back(optionalReal<&M::floatOperations>("float_operations", "Float operations", lowerIsBetter));
  columns.push_back(integer<&M::guaranteed>("guaranteed", "Guaranteed", higherIsBetter));
  columns.push_back(real<&M::maxBudgetUse>("max_budget_use", "Largest budget use", lowerIsBetter));
  columns.push_back(real<&M::sparsity>("sparsity", "Sparsity", none));
  columns.push_back(integer<&M::macCount>("mac_count", "MACs", lowerIsBetter));
  columns.push_back(integer<&M::parameters>("parameters", "Parameters", none));
  columns.push_back(integer<&M::innerBitsUsed>("inner_bits_used", "Inner width used", lowerIsBetter));
  columns.push_back(integer<&M::outerBitsUsed>("outer_bits_used", "Outer width used", lowerIsBetter));
  columns.push_back(real<&M::meanWeightBits>("mean_weight_bits", "Mean weight bits", lowerIsBetter));
  columns.push_back(real<&M::meanActivationBits>("mean_activation_bits", "Mean activation bits", lowerIsBetter));
  columns.push_back(real<&M::meanInnerBits>("mean_inner_bits", "Mean inner width", lowerIsBetter));
  addCostColumns(columns, std::make_index_sequence<builtinCostModelCount>());
  columns.push_back(
      optionalReal<&M::elementwiseShare>("elementwise_share", "Element-wise share of ACEv2", lowerIsBetter));
  columns.push_back(optionalReal<&M::customCost>("cost_custom", "Cost by own table", lowerIsBetter));
  columns.push_back(integer<&M::largestK>("largest_k", "Longest dot product", none));
  columns.push_back(accumulatorBitsColumn());
  columns.push_back(secondsColumn());
  columns.push_back(failureColumn());
  return columns;
}

template <auto Member>
LayerColumn layerColumn(const char* name) {
  using T = std::remove_cvref_t<decltype(std::declval<LayerMeasurement>().*Member)>;
  return {.name = name,
          .isInteger = std::is_integral_v<T>,
          .get = [](const LayerMeasurement& m) { return static_cast<double>(m.*Member); },
          .set =
              [](LayerMeasurement& m, double value) {
                if constexpr (std::is_integral_v<T>) {
                  if (!(value >= 0.0 && value <= static_cast<double>(mostOf<T>))) return false;
                }
                m.*Member = static_cast<T>(value);
                return true;
              }};
}

// By its place among weightQuantizers.
LayerColumn quantizerColumn() {
  return {.name = "weight_quantizer",
          .isInteger = true,
          .get = [](const LayerMeasurement& m) { return static_cast<double>(m.weightQuantizer); },
          .set =
              [](LayerMeasurement& m, double value) {
                for (const WeightQuantizer quantizer : weightQuantizers) {
                  if (value != static_cast<double>(quantizer)) continue;
                  m.weightQuantizer = quantizer;
                  return true;
                }
                return false;
              }};
}

// What a name in an integer column stands for on an axis.
std::optional<double> namedNumber(const ResultColumn& column, const PointResult& result) {
  const Measurement& m = result.measurement;
  if (column.name == "tile") {
    return m.largestK > 0 ? std::optional(static_cast<double>(m.largestK)) : std::optional(column.setting->most);
  }
  if (column.name == "inner_bits" && m.innerBitsUsed > 0) return m.innerBitsUsed;
  if (column.name == "outer_bits" && m.outerBitsUsed > 0) return m.outerBitsUsed;
  return std::nullopt;
}

}  // namespace

Cell ResultColumn::get(const PointResult& result) const {
  return setting != nullptr ? Cell{setting->get(result.settings)} : measured(result);
}

bool ResultColumn::put(PointResult& result, const SettingValue& value) const {
  if (setting != nullptr) {
    if (!checkValue(*setting, value)) return false;
    setting->set(result.settings, value);
    return true;
  }
  const bool isOfThisKind = kind == SettingKind::integer ? std::holds_alternative<std::int64_t>(value)
                            : kind == SettingKind::real  ? std::holds_alternative<double>(value)
                                                         : std::holds_alternative<std::string>(value);
  if (!isOfThisKind) return false;
  if (const auto* integer = std::get_if<std::int64_t>(&value); integer != nullptr && restore != nullptr) {
    if (*integer < 0 || *integer > most) return false;
  }
  if (restore != nullptr) restore(result, value);
  return true;
}

std::span<const ResultColumn> resultColumns() {
  static const std::vector<ResultColumn> columns = makeColumns();
  return columns;
}

const ResultColumn* findColumn(std::string_view name) {
  for (const ResultColumn& column : resultColumns()) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::optional<double> numericValue(const ResultColumn& column, const PointResult& result) {
  const Cell cell = column.get(result);
  if (!cell) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&*cell)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&*cell)) return *real;
  return column.kind == SettingKind::integer ? namedNumber(column, result) : std::nullopt;
}

std::span<const LayerColumn> layerColumns() {
  using L = LayerMeasurement;
  static const std::array<LayerColumn, 8> columns{
      layerColumn<&L::error>("error"),
      layerColumn<&L::guaranteed>("guaranteed"),
      layerColumn<&L::maxBudgetUse>("max_budget_use"),
      layerColumn<&L::outerBits>("outer_bits"),
      layerColumn<&L::smallestInnerBits>("smallest_inner_bits"),
      layerColumn<&L::overflowRate>("overflow_rate"),
      layerColumn<&L::sparsity>("sparsity"),
      quantizerColumn(),
  };
  return columns;
}

}  // namespace axescope
