// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/datapath_search.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/cost/short_number.h"

namespace axescope {

namespace {

struct Judged {
  const PointResult* point = nullptr;
  double price = 0.0;
  double metric = 0.0;
  double width = 0.0;
};

std::vector<Judged> judged(std::span<const PointResult> points, const ParetoAxes& axes) {
  const ResultColumn& width = *findColumn("accumulator_bits");
  std::vector<Judged> all;
  for (const PointResult& point : points) {
    if (point.failed()) continue;
    const auto price = numericValue(*axes.x, point);
    const auto metric = numericValue(*axes.y, point);
    const auto bits = numericValue(width, point);
    if (price && metric && bits && std::isfinite(*metric)) all.push_back({&point, *price, *metric, *bits});
  }
  return all;
}

// Of those that `fits`.
template <class Fits>
const Judged* best(const std::vector<Judged>& all, const ParetoAxes& axes, const Fits& fits) {
  const bool lower = axes.y->direction == Direction::lowerIsBetter;
  const Judged* found = nullptr;
  for (const Judged& one : all) {
    if (!fits(one)) continue;
    const bool better = found == nullptr || (lower ? one.metric < found->metric : one.metric > found->metric) ||
                        (one.metric == found->metric && one.price < found->price);
    if (better) found = &one;
  }
  return found;
}

bool isShare(const ResultColumn& column) {
  return column.name == "accuracy";
}

std::string metricText(const ResultColumn& column, double value) {
  return isShare(column) ? fmt::format("{:.2f} %", 100.0 * value) : fmt::format("{:.4g}", value);
}

std::string differenceText(const ResultColumn& column, double difference) {
  if (difference == 0.0) return "as good as";
  const char* const side = difference < 0.0 ? "below" : "above";
  const double size = std::abs(difference);
  return isShare(column) ? fmt::format("{:.2f} points {}", 100.0 * size, side) : fmt::format("{:.2g} {}", size, side);
}

std::string methodText(const PointResult& point) {
  return toText(findSetting("algorithm")->get(point.settings)) + " with " +
         toText(findSetting("constraint")->get(point.settings));
}

}  // namespace

std::optional<DatapathComparison> compareDatapaths(std::span<const PointResult> points, const ParetoAxes& axes,
                                                   int accumulatorBits) {
  const std::vector<Judged> all = judged(points, axes);
  double widest = 0.0;
  for (const Judged& one : all) widest = std::max(widest, one.width);
  if (widest <= accumulatorBits) return std::nullopt;
  const Judged* const narrow = best(all, axes, [&](const Judged& one) { return one.width <= accumulatorBits; });
  const Judged* const wide = best(all, axes, [&](const Judged& one) { return one.width == widest; });
  if (narrow == nullptr || wide == nullptr) return std::nullopt;
  return DatapathComparison{narrow->point, wide->point, wide->price > 0.0 ? narrow->price / wide->price : 1.0};
}

std::string datapathText(const PointResult& point) {
  const Measurement& m = point.measurement;
  const PointSettings& s = point.settings;
  const std::string tile = s.tileSize == 0 ? "one tile" : fmt::format("tiles of {}", s.tileSize);
  const bool mixed = m.meanWeightBits != s.weightBits || m.meanActivationBits != s.activationBits;
  const std::string widths = mixed ? fmt::format("W{:.1f}A{:.1f} on average", m.meanWeightBits, m.meanActivationBits)
                                   : fmt::format("W{}A{}", s.weightBits, s.activationBits);
  return fmt::format("{}, {}, P_I {}, P_O {}", widths, tile, m.innerBitsUsed, m.outerBitsUsed);
}

std::string sentenceOf(const DatapathComparison& comparison, const ParetoAxes& axes) {
  const double narrow = *numericValue(*axes.y, *comparison.narrow);
  const double wide = *numericValue(*axes.y, *comparison.wide);
  const auto guarantee = [](const PointResult& point) {
    return point.measurement.guaranteed ? "guaranteed" : "overflow possible";
  };
  return fmt::format(
      "A {}-bit accumulator ({}; {}, {}) gives {} {}, {} the {} of {} bits ({}; {}), for {:.2f} times the {}: {} "
      "against "
      "{}.",
      comparison.narrow->measurement.innerBitsUsed, datapathText(*comparison.narrow), methodText(*comparison.narrow),
      guarantee(*comparison.narrow), axes.y->name, metricText(*axes.y, narrow), differenceText(*axes.y, narrow - wide),
      metricText(*axes.y, wide), comparison.wide->measurement.innerBitsUsed, datapathText(*comparison.wide),
      guarantee(*comparison.wide), comparison.priceRatio, axes.x->title,
      shortNumber(*numericValue(*axes.x, *comparison.narrow)), shortNumber(*numericValue(*axes.x, *comparison.wide)));
}

int lanesOf(int innerBits, int registerBits) {
  constexpr std::array widths{8, 16, 32, 64};
  const auto* const width = std::find_if(widths.begin(), widths.end(), [&](int bits) { return bits >= innerBits; });
  return registerBits / (width == widths.end() ? widths.back() : *width);
}

}  // namespace axescope
