// SPDX-License-Identifier: GPL-3.0-or-later
// What the measurements of points with one preparation share, within a bound of memory: the beginnings of networks, or
// the inputs and float outputs of layers that come without a network.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/network/integer_layer.h"
#include "core/network/network.h"
#include "core/network/prefix_cache.h"
#include "core/network/quantized_model.h"

namespace axescope {

/// Samples [first, first + count) of those chosen of a layer's own inputs.
struct LayerSamples {
  std::size_t layer = 0;
  std::int64_t first = 0;
  std::int64_t count = 0;
  friend auto operator<=>(const LayerSamples&, const LayerSamples&) = default;
};

/// Samples of a layer's own inputs in pieces, each with the number of samples before it.
using LayerPieces = std::vector<std::pair<std::int64_t, Tensor>>;

/// Shared by threads.
class EvaluationCache {
 public:
  explicit EvaluationCache(std::int64_t mostBytes) : prefixes_(mostBytes), mostBytes_(mostBytes) {}

  PrefixCache& prefixes() { return prefixes_; }

  /// What `make` gives, made once as long as there is memory to keep it; errors are not kept.
  Result<std::shared_ptr<const Tensor>> floatOutput(const LayerSamples& samples,
                                                    const std::function<Status(Tensor&)>& make);

  /// The layer's inputs, `values` in all, as `read` gives them once; null where there is no memory to keep them.
  Result<std::shared_ptr<const LayerPieces>> inputs(const LayerSamples& samples, std::int64_t values,
                                                    const std::function<Status(LayerPieces&)>& read);

 private:
  PrefixCache prefixes_;
  std::int64_t mostBytes_;
  std::mutex mutex_;
  std::int64_t bytes_ = 0;
  std::map<LayerSamples, std::shared_ptr<const Tensor>> floatOutputs_;
  std::mutex reading_;  // one reader; the file has one lock anyway
  std::map<LayerSamples, std::shared_ptr<const LayerPieces>> inputs_;
};

/// Keys of an evaluation of `samples` samples. By layer: the quantized layer and how it runs; empty for a float one.
/// Where nothing can overflow the datapath does not matter. Errors: those of QuantizedModel::layer().
Result<PrefixKeys> prefixKeys(const Network& network, const QuantizedModel& quantized,
                              const std::vector<std::optional<IntegerLayer>>& layers, std::int64_t samples);

}  // namespace axescope
