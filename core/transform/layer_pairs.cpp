// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/layer_pairs.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/transform/layer_scaling.h"

namespace axescope {

namespace {

// f(s x) = s f(x) for s > 0, channel by channel. relu6 is none: its upper end would have to move along.
bool isHomogeneous(std::string_view op) {
  constexpr std::array<std::string_view, 5> operations{"relu", "max_pool2d", "avg_pool2d", "global_avg_pool2d",
                                                       "flatten"};
  return std::ranges::find(operations, op) != operations.end();
}

// Where the channels of a layer's output are in a value made of it: planes of images, or runs of features.
struct Channels {
  bool areImages = false;
  std::int64_t perChannel = 1;
};

class PairFinder {
 public:
  explicit PairFinder(const Network& network) : network_(network), uses_(countUses(network)) {}

  std::optional<LayerPair> endingAt(std::size_t node) const {
    const std::size_t second = *network_.nodes()[node].layer;
    if (uses_.nodes[second] != 1) return std::nullopt;
    std::vector<std::size_t> chain;  // values from the second layer's input back to the first layer's output
    for (std::size_t value = network_.nodes()[node].inputs.front();;
         value = network_.nodes()[value - 1].inputs.front()) {
      if (value == 0 || uses_.readers[value] != 1) return std::nullopt;
      chain.push_back(value);
      const Network::Node& maker = network_.nodes()[value - 1];
      if (maker.layer) return joined(*maker.layer, second, chain);
      if (!isHomogeneous(maker.op)) return std::nullopt;
    }
  }

 private:
  std::optional<LayerPair> joined(std::size_t first, std::size_t second, const std::vector<std::size_t>& chain) const {
    if (uses_.nodes[first] != 1) return std::nullopt;
    Channels channels{.areImages = network_.layerInfo(first).kind == LayerKind::conv2d};
    for (std::size_t i = chain.size(); i-- > 1;) {
      const Shape& from = network_.valueShape(chain[i]);
      const Shape& to = network_.valueShape(chain[i - 1]);
      const std::string& op = network_.nodes()[chain[i - 1] - 1].op;
      const bool flattens = op == "flatten" && from.size() > 1;
      // Pools and flattens of anything but a convolution's images mix its channels.
      if (op != "relu" && from.size() > 1 && !channels.areImages) return std::nullopt;
      if (flattens && to.size() != 1) return std::nullopt;
      if (flattens) channels.perChannel = from[1] * from[2];
      channels.areImages = channels.areImages && to.size() == imageAxes;
    }
    const LayerInfo& info = network_.layerInfo(second);
    const Shape& seen = network_.valueShape(chain.front());
    const bool pixels = seen.size() == imageAxes && seen[1] == 1 && seen[2] == 1;
    const bool fits = info.kind == LayerKind::conv2d ? channels.areImages : !channels.areImages || pixels;
    if (!fits || info.inputs != network_.layerInfo(first).channels * channels.perChannel) return std::nullopt;
    return LayerPair{first, second, channels.perChannel};
  }

  static constexpr std::size_t imageAxes = 3;  // of a sample
  const Network& network_;
  GraphUses uses_;
};

}  // namespace

std::vector<LayerPair> layerPairs(const TransformedModel& model, const Network& network) {
  const PairFinder finder(network);
  std::vector<LayerPair> pairs;
  for (std::size_t node = 0; node < network.nodes().size(); ++node) {
    if (!network.nodes()[node].layer) continue;
    const auto pair = finder.endingAt(node);
    if (pair && model.layers[pair->first].mayChange && model.layers[pair->second].mayChangeInput) {
      pairs.push_back(*pair);
    }
  }
  return pairs;
}

void absorbDivision(TransformedLayer& first, TransformedLayer& second, const std::vector<double>& s) {
  divideOutputs(first.tensors, s);
  const std::vector<double> ofInputs = repeated(s, second.info.inputs / first.info.channels);
  multiplyInputs(second.info, second.tensors, ofInputs);
  std::vector<double>& absorbed = second.done.absorbed;
  absorbed.resize(ofInputs.size(), 1.0);
  for (std::size_t i = 0; i < ofInputs.size(); ++i) absorbed[i] *= ofInputs[i];
}

void absorbOrder(TransformedLayer& first, TransformedLayer& second, const std::vector<std::int64_t>& order) {
  reorderOutputs(first.tensors, order);
  const std::vector<std::int64_t> ofInputs = inRuns(order, second.info.inputs / first.info.channels);
  reorderInputs(second.info, second.tensors, ofInputs);
  second.done.absorbedOrder = ofInputs;
}

}  // namespace axescope
