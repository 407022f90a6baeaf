// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/value_sum.h"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/budget/value_sum.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace axescope {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

ValueSum sumAboveHere(std::span<const double> values, double threshold) {
  constexpr std::size_t sums = 16;
  using Doubles = hn::CappedTag<double, 8>;
  const Doubles d;
  constexpr std::size_t vectors = sums / hn::MaxLanes(Doubles());
  constexpr std::size_t width = hn::MaxLanes(Doubles());
  const auto limit = hn::Set(d, threshold);
  const auto one = hn::Set(d, 1.0);
  hn::Vec<Doubles> sum[vectors];
  hn::Vec<Doubles> count[vectors];
  for (std::size_t v = 0; v < vectors; ++v) sum[v] = count[v] = hn::Zero(d);
  std::size_t i = 0;
  for (; i + sums <= values.size(); i += sums) {
    for (std::size_t v = 0; v < vectors; ++v) {
      const auto value = hn::LoadU(d, values.data() + i + v * width);
      const auto isAbove = hn::Gt(value, limit);
      sum[v] = hn::Add(sum[v], hn::IfThenElseZero(isAbove, value));
      count[v] = hn::Add(count[v], hn::IfThenElseZero(isAbove, one));
    }
  }
  HWY_ALIGN double sumLanes[sums];
  HWY_ALIGN double countLanes[sums];
  for (std::size_t v = 0; v < vectors; ++v) {
    hn::Store(sum[v], d, sumLanes + v * width);
    hn::Store(count[v], d, countLanes + v * width);
  }
  ValueSum total;
  for (; i < values.size(); ++i) {
    if (values[i] <= threshold) continue;
    total.sum += values[i];
    total.count += 1.0;
  }
  for (std::size_t lane = 0; lane < sums; ++lane) {
    total.sum += sumLanes[lane];
    total.count += countLanes[lane];
  }
  return total;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace axescope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace axescope {

HWY_EXPORT(sumAboveHere);

ValueSum sumAbove(std::span<const double> values, double threshold) {
  return HWY_DYNAMIC_DISPATCH(sumAboveHere)(values, threshold);
}

}  // namespace axescope
#endif
