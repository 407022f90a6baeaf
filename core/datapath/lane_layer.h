// SPDX-License-Identifier: GPL-3.0-or-later
// Channels of a layer, emulated with a strip of samples in the lanes of the machine's vectors. Inner accumulators stay
// in registers: what reaches memory are outer ones, 32 bits each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/budget/certificate.h"
#include "core/datapath/code_view.h"
#include "core/datapath/datapath.h"
#include "core/datapath/lane_codes.h"
#include "core/datapath/lane_kernels.h"

namespace axescope {

/// What happens at the ends of a channel's inner accumulators.
enum class InnerEnds { wrapOrProven, saturate };

/// How lanes hold a channel's accumulators exactly, none when they cannot. The datapath's widths are both given; no
/// product exceeds largestProduct in magnitude, and no tile counts more often than largestMultiplier.
std::optional<LaneRule> laneRule(const Tiling& tiling, const Datapath& datapath, InnerEnds ends,
                                 std::int64_t largestProduct, std::int64_t largestMultiplier);

class LaneLayer {
 public:
  /// codes[channels×K], all with this rule; row i belongs to column channels[i] of the output. The certificate gives
  /// tiles, their multipliers and activations. byteCodes: codes and activations fit 8 bits.
  LaneLayer(const CodeMatrix& codes, std::vector<std::int64_t> channels, const Certificate& certificate,
            const Datapath& datapath, LaneRule rule, bool byteCodes);

  /// Writes the channels' columns of out[samples×C], rows outStride apart.
  template <class Word>
  void run(CodeView activations, std::int64_t samples, Word* out, std::int64_t outStride) const;

 private:
  struct Rows;
  class Strip;
  void addTiles(const Rows& rows, std::int64_t samples, Strip& strip, std::int32_t* outer) const;

  std::vector<std::int64_t> channels_;
  Tiling tiling_;
  Datapath datapath_;
  LaneRule rule_;
  bool weighsTiles_;
  bool signedActivations_;
  LaneCodes codes_;
};

extern template void LaneLayer::run(CodeView, std::int64_t, std::int32_t*, std::int64_t) const;
extern template void LaneLayer::run(CodeView, std::int64_t, std::int64_t*, std::int64_t) const;

}  // namespace axescope
