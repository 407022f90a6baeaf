// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/traced_tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/datapath/traced_tile.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace axescope::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<std::int32_t>;
using Vector = hn::Vec<Tag>;

/// The fields of TileLanes for the samples of one vector, which stay in registers over the whole tile.
template <InnerRule rule>
class TracedLanes {
 public:
  explicit TracedLanes(int bits)
      : unused_(32 - bits),
        lowEnd_(hn::Set(tag, rule == InnerRule::saturate ? -(std::int32_t{1} << (bits - 1)) : 0)),
        highEnd_(hn::Not(lowEnd_)) {}

  HWY_INLINE void add(Vector product, Vector step) {
    const Vector sum = hn::Add(content_, product);
    trueSum_ = hn::Add(trueSum_, product);
    lowest_ = hn::Min(lowest_, trueSum_);
    highest_ = hn::Max(highest_, trueSum_);
    content_ = settled(sum);
    if constexpr (rule != InnerRule::proven) {
      const auto overflows = hn::Ne(content_, sum);
      events_ = hn::Sub(events_, hn::VecFromMask(tag, overflows));
      firstEvent_ = hn::Min(firstEvent_, hn::IfThenElse(overflows, step, hn::Set(tag, never<std::int32_t>)));
    }
  }
  HWY_INLINE void store(TileLanes<std::int32_t>& tile, std::size_t lane) const {
    hn::StoreU(content_, tag, tile.content.data() + lane);
    hn::StoreU(trueSum_, tag, tile.trueSum.data() + lane);
    hn::StoreU(lowest_, tag, tile.lowest.data() + lane);
    hn::StoreU(highest_, tag, tile.highest.data() + lane);
    hn::StoreU(events_, tag, tile.events.data() + lane);
    hn::StoreU(firstEvent_, tag, tile.firstEvent.data() + lane);
  }
  static constexpr Tag tag{};

 private:
  HWY_INLINE Vector settled(Vector sum) const {
    if constexpr (rule == InnerRule::wrap) return hn::ShiftRightSame(hn::ShiftLeftSame(sum, unused_), unused_);
    if constexpr (rule == InnerRule::saturate) return hn::Min(hn::Max(sum, lowEnd_), highEnd_);
    return sum;
  }

  int unused_;
  Vector lowEnd_;
  Vector highEnd_;
  Vector content_ = hn::Zero(tag);
  Vector trueSum_ = hn::Zero(tag);
  Vector lowest_ = hn::Zero(tag);
  Vector highest_ = hn::Zero(tag);
  Vector events_ = hn::Zero(tag);
  Vector firstEvent_ = hn::Set(tag, never<std::int32_t>);
};

template <InnerRule rule>
void addTile(const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
             TileLanes<std::int32_t>& tile) {
  constexpr Tag tag;
  constexpr hn::Rebind<std::int16_t, Tag> narrow;
  constexpr std::size_t width = hn::MaxLanes(Tag());
  // Two vectors at a time: one waits for its own last addition while the other goes on.
  for (std::size_t lane = 0; lane < tile.content.size(); lane += 2 * width) {
    TracedLanes<rule> first(bits);
    TracedLanes<rule> second(bits);
    const std::int16_t* from = x + lane;
    for (std::int64_t i = 0; i < length; ++i, from += stepwiseLanes) {
      const Vector code = hn::Set(tag, q[i]);
      const Vector step = hn::Set(tag, static_cast<std::int32_t>(i));
      first.add(hn::Mul(code, hn::PromoteTo(tag, hn::LoadU(narrow, from))), step);
      second.add(hn::Mul(code, hn::PromoteTo(tag, hn::LoadU(narrow, from + width))), step);
    }
    first.store(tile, lane);
    second.store(tile, lane + width);
  }
}

}  // namespace

void addTracedTileOnTarget(InnerRule rule, const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
                           TileLanes<std::int32_t>& tile) {
  switch (rule) {
    case InnerRule::proven:
      return addTile<InnerRule::proven>(q, x, length, bits, tile);
    case InnerRule::wrap:
      return addTile<InnerRule::wrap>(q, x, length, bits, tile);
    case InnerRule::saturate:
      return addTile<InnerRule::saturate>(q, x, length, bits, tile);
  }
}

}  // namespace axescope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace axescope {

HWY_EXPORT(addTracedTileOnTarget);

void addTracedTile(InnerRule rule, const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
                   TileLanes<std::int32_t>& tile) {
  HWY_DYNAMIC_DISPATCH(addTracedTileOnTarget)(rule, q, x, length, bits, tile);
}

}  // namespace axescope
#endif
