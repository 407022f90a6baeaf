// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/greedy_step.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/ptq/greedy_step.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace axescope {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
// Eight doubles at most: greedyLanes is a multiple of every vector.
using Doubles = hn::CappedTag<double, 8>;
using Vector = hn::Vec<Doubles>;

// What a code may be: from −down to up.
struct Room {
  Vector down;
  Vector up;
};

// budgetLeft() in lanes. Every number is an integer below 2^53, so that the floor of a quotient rounded to nearest is
// the quotient of the integer division.
struct Clip {
  static constexpr double worstRounding = 0.5;

  explicit Clip(const AxeLanes& axe)
      : strict(axe.strict()), floor(axe.slack() == Slack::floor), limit(axe.limit()), nu(axe.high()), mu(axe.low()) {}

  Vector quotient(Vector distance, double divisor) const {
    const Doubles d;
    const Vector ratio = hn::Div(distance, hn::Set(d, divisor));
    return floor ? hn::Floor(ratio) : ratio;
  }

  Room left(Vector positive, Vector negative) const {
    const Doubles d;
    const Vector highest = hn::Add(hn::Mul(hn::Set(d, nu), positive), hn::Mul(hn::Set(d, mu), negative));
    const Vector lowest = hn::Add(hn::Mul(hn::Set(d, mu), positive), hn::Mul(hn::Set(d, nu), negative));
    const Vector above = hn::Sub(hn::Set(d, limit), highest);
    const Vector below = hn::Add(hn::Set(d, limit), lowest);
    Vector up = hn::Inf(d);
    Vector down = up;
    if (nu > 0.0) {
      up = quotient(above, nu);
      down = quotient(below, nu);
    }
    if (mu < 0.0) {
      up = hn::Min(up, quotient(below, -mu));
      down = hn::Min(down, quotient(above, -mu));
    }
    if (!floor) {
      up = hn::Sub(up, hn::Set(d, worstRounding));
      down = hn::Sub(down, hn::Set(d, worstRounding));
    }
    up = hn::Max(up, hn::Zero(d));
    down = hn::Max(down, hn::Zero(d));
    return {down, up};
  }

  // Of a level that a value within the room may become. Without the floor the room is half a step short of what
  // fits, for the sake of rounding to whole numbers; a level has to know what fits.
  Vector mostMagnitude(const Room& room, Vector value) const {
    const Doubles d;
    const Vector side = hn::IfThenElse(hn::Lt(value, hn::Zero(d)), room.down, room.up);
    return floor ? side : hn::Add(side, hn::Set(d, worstRounding));
  }

  bool strict;
  bool floor;
  double limit;
  double nu;
  double mu;
};

// The magnitudes of levels that are not uniform, see WeightLevels.
class LevelTable {
 public:
  explicit LevelTable(const WeightLevels& levels)
      : magnitudes_(levels.magnitudes().data()),
        thresholds_(levels.thresholds().data()),
        half_(static_cast<std::int64_t>(levels.magnitudes().size()) / 2) {}

  /// Nearest to each value, or the level below that where it is further out than `most`; no value itself is.
  Vector nearest(Vector value, Vector most) const {
    const Doubles d;
    const hn::RebindToSigned<Doubles> words;
    const Vector magnitude = hn::Abs(value);
    auto index = hn::Zero(words);
    for (std::int64_t step = half_; step > 0; step /= 2) {
      const auto next = hn::Add(index, hn::Set(words, step));
      const auto above = hn::Gt(magnitude, hn::GatherIndex(d, thresholds_, next));
      index = hn::IfThenElse(hn::RebindMask(words, above), next, index);
    }
    const auto tooFar = hn::Gt(hn::GatherIndex(d, magnitudes_, index), most);
    index = hn::Sub(index, hn::IfThenElseZero(hn::RebindMask(words, tooFar), hn::Set(words, 1)));
    return hn::CopySign(hn::GatherIndex(d, magnitudes_, index), value);
  }

 private:
  const double* magnitudes_;
  const double* thresholds_;
  std::int64_t half_;
};

Vector shrunk(Vector value, Vector lambda) {
  return hn::CopySign(hn::Max(hn::Sub(hn::Abs(value), lambda), hn::Zero(Doubles())), value);
}

// `vectors` neighbouring vectors of lanes through all columns; their errors stay in the first-level cache.
template <std::size_t vectors>
class Lanes {
 public:
  Lanes(const GreedyBlock& block, const GreedyRule& rule, AxeLanes* axe, std::size_t first)
      : block_(block), rule_(rule), axe_(axe), first_(first) {}

  void run() {
    for (std::int64_t i = 0; i < block_.columns; ++i) column(i);
  }

 private:
  static constexpr std::size_t width = hn::MaxLanes(Doubles());

  std::size_t at(std::int64_t column, std::size_t v) const {
    return static_cast<std::size_t>(column * block_.stride) + first_ + v * width;
  }

  void propose(std::int64_t i, Vector* value) const {
    const Doubles d;
    const hn::Rebind<float, Doubles> singles;
    for (std::size_t v = 0; v < vectors; ++v) {
      value[v] = hn::LoadU(d, block_.weight + at(i, v));
      if (block_.fedBack != nullptr) {
        value[v] = hn::Add(value[v], hn::PromoteTo(d, hn::LoadU(singles, block_.fedBack + at(i, v))));
      }
    }
    if (block_.feedback == nullptr) return;
    const double* coefficients = block_.feedback + i * mostGreedyColumns;
    const double* errors = errors_;
    for (std::int64_t j = 0; j < i; ++j, errors += vectors * width) {
      const Vector coefficient = hn::Set(d, coefficients[j]);
      for (std::size_t v = 0; v < vectors; ++v) {
        value[v] = hn::Add(value[v], hn::Mul(hn::Load(d, errors + v * width), coefficient));
      }
    }
  }

  void column(std::int64_t i) {
    Vector value[vectors];
    propose(i, value);
    if (block_.dead[static_cast<std::size_t>(i)] != 0) {
      const Vector zero = hn::Zero(Doubles());
      for (std::size_t v = 0; v < vectors; ++v) store(i, v, zero, zero, zero);
      return;
    }
    for (std::size_t v = 0; v < vectors; ++v) choose(i, v, value[v]);
  }

  void choose(std::int64_t i, std::size_t v, Vector value) {
    const Doubles d;
    const bool grouped = block_.multipliers != nullptr;
    Vector multiplier = hn::Set(d, 1.0);
    Vector shaped = value;
    if (grouped) {
      const std::int64_t tile = block_.tiles[static_cast<std::size_t>(i)];
      multiplier = hn::LoadU(d, block_.multipliers + tile * block_.lanes + first_ + v * width);
      shaped = hn::Div(value, multiplier);
    }
    double* positive = nullptr;
    double* negative = nullptr;
    Vector most = hn::Inf(d);  // of the code's magnitude
    if (axe_ != nullptr) {
      const std::int64_t tile = block_.tiles[static_cast<std::size_t>(i)];
      const std::size_t lane = first_ + v * width;
      positive = axe_->positive(tile) + lane;
      negative = axe_->negative(tile) + lane;
      if (axe_->soft()) shaped = shrunk(shaped, hn::LoadU(d, axe_->lambda(tile) + lane));
      if (axe_->strict()) {
        const Clip clip(*axe_);
        const Room room = clip.left(hn::LoadU(d, positive), hn::LoadU(d, negative));
        shaped = hn::Min(hn::Max(shaped, hn::Neg(room.down)), room.up);
        if (!rule_.codes.isUniform()) most = clip.mostMagnitude(room, shaped);
      }
    }
    const Vector code = rule_.codes.isUniform() ? rounded(shaped) : LevelTable(rule_.codes).nearest(shaped, most);
    if (axe_ != nullptr) {
      const Vector zero = hn::Zero(d);
      hn::StoreU(hn::Add(hn::LoadU(d, positive), hn::Max(code, zero)), d, positive);
      hn::StoreU(hn::Add(hn::LoadU(d, negative), hn::Min(code, zero)), d, negative);
    }
    const Vector counted = grouped ? hn::Mul(multiplier, code) : code;
    const Vector kept = grouped ? hn::Mul(multiplier, shaped) : shaped;
    store(i, v, code, counted, rule_.shapedReference ? hn::Sub(value, kept) : hn::Zero(d));
  }

  Vector rounded(Vector value) const {
    const Doubles d;
    const Vector low = hn::Set(d, static_cast<double>(rule_.codes.range().low));
    const Vector high = hn::Set(d, static_cast<double>(rule_.codes.range().high));
    return hn::Min(hn::Max(hn::Round(value), low), high);
  }

  // `counted` is the code in units of the channel's scale.
  void store(std::int64_t i, std::size_t v, Vector code, Vector counted, Vector cutOff) {
    const Doubles d;
    const hn::Rebind<std::int32_t, Doubles> words;
    const hn::Rebind<std::int16_t, Doubles> halves;
    const hn::Rebind<float, Doubles> singles;
    hn::StoreU(hn::DemoteTo(halves, hn::DemoteTo(words, code)), halves, block_.codes + at(i, v));
    if (block_.errors == nullptr) return;
    const Vector error = hn::Sub(hn::Sub(hn::LoadU(d, block_.weight + at(i, v)), counted), cutOff);
    hn::Store(error, d, errors_ + (static_cast<std::size_t>(i) * vectors + v) * width);
    hn::StoreU(hn::DemoteTo(singles, error), singles, block_.errors + at(i, v));
  }

  const GreedyBlock& block_;
  const GreedyRule& rule_;
  AxeLanes* axe_;
  std::size_t first_;
  HWY_ALIGN double errors_[mostGreedyColumns * vectors * width];
};

void chooseCodesHere(const GreedyBlock& block, const GreedyRule& rule, AxeLanes* axe) {
  constexpr std::size_t most = 4;
  const auto lanes = static_cast<std::size_t>(block.lanes);
  const std::size_t width = hn::Lanes(Doubles());
  std::size_t first = 0;
  for (; first + most * width <= lanes; first += most * width) Lanes<most>(block, rule, axe, first).run();
  for (; first + 2 * width <= lanes; first += 2 * width) Lanes<2>(block, rule, axe, first).run();
  for (; first < lanes; first += width) Lanes<1>(block, rule, axe, first).run();
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace axescope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace axescope {

HWY_EXPORT(chooseCodesHere);

void chooseCodes(const GreedyBlock& block, const GreedyRule& rule, AxeLanes* axe) {
  assert(block.columns <= mostGreedyColumns && block.lanes % greedyLanes == 0);
  HWY_DYNAMIC_DISPATCH(chooseCodesHere)(block, rule, axe);
}

}  // namespace axescope
#endif
