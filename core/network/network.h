// SPDX-License-Identifier: GPL-3.0-or-later
// A dump's graph made ready to run: operations built, layers loaded, every shape checked before any work.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bounded_cache.h"
#include "core/dump/dump.h"
#include "core/network/operation.h"
#include "core/network/sized_convolution.h"

namespace axescope {

/// Computes one layer, whatever the datapath: `layer` indexes Dump::layers(); the output already has its shape and
/// storage. Called from many threads at once.
using LayerFunction = std::function<Status(std::size_t layer, const Tensor& input, Tensor& output)>;

/// Storage of values no longer needed: written again instead of returned to the system and zeroed anew.
using SpareStorage = std::vector<std::vector<float>>;

/// Of float layers that a network keeps.
inline constexpr std::int64_t mostLayerBytesInMemory = std::int64_t{2} << 30;

/// What a network is built from.
struct NetworkSource {
  std::string file;  // for errors
  Graph graph;
  std::vector<LayerInfo> layers;
  Shape inputShape;  // [N, …] of the network's input
  std::function<Result<LayerTensors>(std::size_t layer)> loadLayer;
  /// Layers of more bytes than this together are not read before they run, and again where others took their room.
  std::int64_t mostLayerBytes = mostLayerBytesInMemory;
  ParamLoader loadParam;
};

/// The graph of a dump with its layers and params, which the dump reads as long as it lives; inputs are shaped as the
/// evaluation samples, else as the calibration samples. Errors: notFound (no graph).
Result<NetworkSource> networkSource(const Dump& dump);

/// Const after it was built; shared by threads. Values are numbered: 0 is the network's input, i + 1 the output of
/// node i.
class Network {
 public:
  struct Node {
    std::string name;
    std::string op;
    std::vector<std::size_t> inputs;   // values
    std::optional<std::size_t> layer;  // index into Dump::layers(), of linear and conv2d
  };

  /// Errors: notFound (no graph, an unknown layer, param, attribute or value), empty (no data that would tell the
  /// input's shape), unsupported (operation, several inputs or outputs), wrongType, wrongShape, tooLarge, notFinite
  /// and those of loading. One line each, with the node.
  static Result<Network> build(const Dump& dump, std::int64_t mostLayerBytes = mostLayerBytesInMemory);
  static Result<Network> build(const NetworkSource& source);
  /// The same network, sharing layers and operations, for samples of another shape: longer or shorter sequences,
  /// larger or smaller images. Errors: wrongShape and others of the node that cannot take them.
  Result<Network> resized(const Shape& input) const;

  const std::vector<Node>& nodes() const { return nodes_; }
  std::size_t outputValue() const { return outputValue_; }
  /// The last node that reads the value; nodes().size() for the output; the node itself for a value nobody reads.
  std::size_t lastUse(std::size_t value) const { return lastUse_[value]; }
  /// Shape of one sample of a value, without the sample axis.
  const Shape& valueShape(std::size_t value) const { return valueShapes_[value]; }

  const LayerInfo& layerInfo(std::size_t layer) const { return layers_[layer].info; }
  /// Tensors of a layer that the graph uses. Errors: those of loading, wrongShape.
  Result<std::shared_ptr<const LayerTensors>> layer(std::size_t layer) const;
  std::size_t layerCount() const { return layers_.size(); }
  /// Whether all layers are in memory; else they are read as they run.
  bool keepsLayers() const { return loadLayer_ == nullptr; }
  std::int64_t mostLayerBytes() const { return mostLayerBytes_; }
  /// Nodes after which a pass may set down what it has, the last one's end included: the layers between two of them are
  /// of at most so many bytes as the network keeps, or are one. All nodes where it keeps its layers.
  std::vector<std::size_t> stages() const;
  bool usesLayer(std::size_t layer) const { return layers_[layer].macs > 0; }
  /// Whether its input is token ids: an embedding reads it.
  bool readsTokens() const;
  /// Multiply-accumulates of one sample, over all nodes that use the layer.
  std::int64_t macsPerSample(std::size_t layer) const { return layers_[layer].macs; }

  /// Runs one node; the output gets its shape. Errors: wrongShape, and those of the layer function.
  Status runNode(std::size_t node, std::span<const Tensor* const> inputs, Tensor& output,
                 const LayerFunction& layer) const;
  /// Runs all nodes on the calling thread; a value is freed after its last use. input [samples, …].
  Result<Tensor> run(Tensor input, const LayerFunction& layer) const;
  /// Runs nodes [first, last) in the same way: `values`, by number, has those that were made before and are read from
  /// `first` on. Storage is taken from `spare` where its size fits, and left there.
  Status runNodes(std::size_t first, std::size_t last, std::vector<Tensor>& values, const LayerFunction& layer,
                  SpareStorage& spare) const;
  /// Values made by nodes [0, node) or given, that later nodes or the caller of run() read.
  std::vector<std::size_t> liveValues(std::size_t node) const;
  /// wrongShape unless a batch of at least one sample fits the network's input.
  Status checkInput(const Shape& shape) const;

  /// The layer in float32; binds as a LayerFunction through floatLayers().
  Status floatLayer(std::size_t layer, const Tensor& input, Tensor& output) const;
  /// Valid while the network is where it is.
  LayerFunction floatLayers() const;

 private:
  struct Layer {
    LayerInfo info;
    std::int64_t macs = 0;
    std::shared_ptr<const SizedConvolution<float>> direct;  // of convolutions
  };
  friend class NetworkBuilder;
  Network() = default;

  Result<Shape> nodeOutputShape(std::size_t node, std::span<const Shape> inputs) const;
  /// Gives the value of the last node so far its shape, and its layer the multiply-accumulates.
  Status addValueOf(std::size_t node);
  /// A value that the node may turn into its output: nobody reads it later, and it has the output's shape.
  std::optional<std::size_t> inputToOverwrite(std::size_t node) const;

  std::string file_;
  std::function<Result<LayerTensors>(std::size_t layer)> loadLayer_;
  std::int64_t mostLayerBytes_ = 0;
  std::shared_ptr<BoundedCache<LayerTensors>> tensors_;
  std::vector<Node> nodes_;
  std::vector<std::shared_ptr<const Operation>> operations_;  // by node; null for layers
  std::vector<Layer> layers_;
  std::vector<std::size_t> lastUse_;
  std::vector<Shape> valueShapes_;
  std::size_t outputValue_ = 0;
};

}  // namespace axescope
