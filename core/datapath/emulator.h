// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's integer matrix product through a multi-stage datapath. A certified channel cannot overflow, so it goes
// the plain integer-product way; only unproven ones are emulated. Same bits either way.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/budget/certificate.h"
#include "core/datapath/accumulation_order.h"
#include "core/datapath/code_view.h"
#include "core/datapath/datapath.h"
#include "core/datapath/lane_layer.h"
#include "core/datapath/overflow_statistics.h"

namespace axescope {

/// How a channel's dot products are computed; named so that tests can assert which one ran.
enum class EmulationPath {
  certifiedProduct,  // every tile and the outer sum proven, bytes in units of the channel's scale: one plain integer
                     // product over K
  wrapProduct,       // inner accumulators wrap or are proven: lanes, a product per tile, then one sign extension
  saturateShifted,   // inner accumulators saturate: see LaneRule; what is proven in a tile goes the product way
  saturateClamped,
  saturateWide,
  stepwise,  // one addition at a time: overflows are counted, 32 bits do not hold a sum, or what saturates has an order
};
std::string_view name(EmulationPath path);

enum class CountOverflows { no, yes };

/// Prepared once per quantized layer (group) and datapath; const afterwards, shared by threads. Each run works on the
/// calling thread alone.
class LayerEmulator {
 public:
  /// codes[C×K]. The certificate is computed here from codes and datapath (outerBits 0 = auto). orders: none for the
  /// natural one, one for all channels, or C. multipliers: of the channels' tiles.
  LayerEmulator(const CodeMatrix& codes, IntegerRange activations, const Datapath& datapath,
                const std::vector<AccumulationOrder>& orders = {}, const TileMultipliers& multipliers = {});

  const Certificate& certificate() const { return certificate_; }
  /// With the outer width resolved.
  const Datapath& datapath() const { return datapath_; }

  /// out[samples×C] with leading dimension outStride: contents of the outer accumulators. The int32 form needs
  /// resultFitsInt32(). Activations lie in the range given to the constructor. With `statistics` (may be null;
  /// C channels, or empty) overflows are counted and added, and distributions where there are any; that costs only
  /// when asked for.
  void run(CodeView activations, std::int64_t samples, std::int32_t* out, std::int64_t outStride,
           OverflowStatistics* statistics) const;
  void run(CodeView activations, std::int64_t samples, std::int64_t* out, std::int64_t outStride,
           OverflowStatistics* statistics) const;
  bool resultFitsInt32() const { return datapath_.outerBits <= 32; }

  /// Which path each channel takes.
  EmulationPath path(std::int64_t channel, CountOverflows count) const;

 private:
  /// All channels of a kind take the same path.
  enum class Kind { guaranteed, wrapsOrProven, saturates };
  static constexpr std::array kinds{Kind::guaranteed, Kind::wrapsOrProven, Kind::saturates};
  /// Channels of one kind: a run of rows of codes_.
  struct Group {
    Kind kind = Kind::guaranteed;
    EmulationPath path = EmulationPath::stepwise;
    std::int64_t first = 0;
    std::int64_t channels = 0;
    std::optional<LaneLayer> lanes;
  };
  Kind kind(std::int64_t channel) const;
  std::optional<LaneRule> laneRuleOf(Kind kind) const;
  EmulationPath pathOf(Kind kind) const;
  void addGroup(Kind kind, std::int64_t first, std::int64_t channels);
  void orderCodes(const CodeMatrix& codes);
  /// Columns of a channel in its order; not for the natural one.
  const std::vector<std::int64_t>& orderOf(std::int64_t channel) const;
  template <class Word>
  void runGroups(CodeView activations, std::int64_t samples, Word* out, std::int64_t outStride,
                 OverflowStatistics* statistics) const;
  template <class Word>
  void runProduct(CodeView activations, std::int64_t samples, const Group& group, Word* out,
                  std::int64_t outStride) const;
  template <class Word>
  void runStepwise(CodeView activations, std::int64_t samples, const Group& group, Word* out, std::int64_t outStride,
                   OverflowStatistics* statistics) const;

  Certificate certificate_;
  Datapath datapath_;
  std::int64_t largestProduct_ = 0;                // bounds |q·x|
  bool bytes_ = false;                             // codes and activations fit 8 bits
  bool unitBytes_ = false;                         // and codes times their multipliers
  std::vector<std::vector<std::int64_t>> orders_;  // columns of AccumulationOrder: none, one, or C
  std::vector<std::int64_t> channelOfRow_;
  CodeMatrix codes_;                      // rows in the order of channelOfRow_, each in its channel's order of columns
  std::vector<Group> groups_;             // in the order of kinds, without empty ones
  std::vector<std::int8_t> narrowCodes_;  // the leading rows of codes_ that take the plain product
};

}  // namespace axescope
