// SPDX-License-Identifier: GPL-3.0-or-later
// A model as researchers bring it: layers, graph, calibration and evaluation data. Metadata is read when the file
// is opened; tensors only when asked for, data in batches of samples, so that a file larger than memory works.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/dump/graph.h"
#include "core/hdf5/reader.h"
#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"

namespace axescope {

enum class LayerKind { linear, conv2d };
enum class Task { none, classification, languageModeling };

const char* name(LayerKind kind);
const char* name(Task task);

/// Geometry of a convolution; a linear layer has the default.
struct ConvGeometry {
  std::int64_t kernelHeight = 1, kernelWidth = 1;
  std::int64_t strideY = 1, strideX = 1;
  std::int64_t dilationY = 1, dilationX = 1;
  std::int64_t padTop = 0, padBottom = 0, padLeft = 0, padRight = 0;
  std::int64_t groups = 1;
  std::int64_t outputHeight(std::int64_t height) const;
  std::int64_t outputWidth(std::int64_t width) const;
};

/// What is known of a layer without reading its tensors.
struct LayerInfo {
  std::string name;
  LayerKind kind = LayerKind::linear;
  std::int64_t channels = 0;  // C, output channels over all groups
  std::int64_t inputs = 0;    // I, input features or channels over all groups
  ConvGeometry conv;
  bool hasBias = false;
  /// The layer's own calibration inputs: shape [samples, I] or [samples, I, H, W]; empty when absent.
  std::vector<std::int64_t> inputShape;
  std::optional<ActivationQuantizer> givenInputQuantizer;
  bool hasWeightScale = false;

  std::int64_t groups() const { return conv.groups; }
  std::int64_t channelsPerGroup() const { return channels / conv.groups; }
  /// K, the dot-product length: (I / groups) · kh · kw.
  std::int64_t k() const { return inputs / conv.groups * conv.kernelHeight * conv.kernelWidth; }
  std::int64_t weights() const { return channels * k(); }
  /// Weights and biases.
  std::int64_t parameters() const { return weights() + (hasBias ? channels : 0); }
  std::int64_t calibrationSamples() const { return inputShape.empty() ? 0 : inputShape.front(); }
};

/// A layer's tensors: weight[C×K] with column (c_in·kh + y)·kw + x, checked finite.
struct LayerTensors {
  MatrixF weight;
  std::vector<float> bias;                         // C values, or empty
  std::optional<std::vector<double>> weightScale;  // C values, given scales

  std::int64_t bytes() const {
    return weight.size() * static_cast<std::int64_t>(sizeof(float)) +
           static_cast<std::int64_t>(bias.size() * sizeof(float));
  }
};

/// How a stranger's dataset becomes a layer, for files without our format: name, dataset and the meaning of axes.
struct LayerMapping {
  std::string name;  // without /; empty: after the dataset
  std::string dataset;
  std::string axisOrder;  // OI, IO, OIHW or HWIO
  std::string input;      // optional dataset of calibration inputs
};

/// Reads the tensors behind a Dump; one implementation per file layout (native, Keras, mapped).
class DumpSource;

class Dump {
 public:
  /// Opens a native dump, a Keras .h5 / .weights.h5, or, with `mappings`, any HDF5 file. A foreign HDF5 without
  /// mappings is `unsupported`, with the candidate datasets named in `found`.
  static Result<Dump> open(const std::filesystem::path& path, const std::vector<LayerMapping>& mappings = {},
                           hdf5::Limits limits = {});
  /// The same of a file that is open.
  static Result<Dump> open(hdf5::Reader reader, const std::vector<LayerMapping>& mappings = {});
  Dump(Dump&&) noexcept;
  Dump& operator=(Dump&&) noexcept;
  ~Dump();

  const std::filesystem::path& path() const;
  std::string fileName() const { return path().filename().string(); }
  const std::string& model() const;
  Task task() const;
  const std::vector<LayerInfo>& layers() const;  // in order of use by the graph, else by name
  std::optional<std::size_t> layerIndex(const std::string& name) const;
  const std::optional<Graph>& graph() const;

  Result<LayerTensors> loadLayer(std::size_t layer) const;
  /// Rows [first, first + count) of the layer's own inputs, checked finite.
  Result<Tensor> loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const;
  Result<Tensor> loadParam(const std::string& name) const;

  /// Shapes [N, …]; empty when absent.
  const std::vector<std::int64_t>& calibrationShape() const;
  const std::vector<std::int64_t>& evaluationShape() const;
  Result<Tensor> loadCalibration(std::int64_t first, std::int64_t count) const;
  Result<Tensor> loadEvaluation(std::int64_t first, std::int64_t count) const;
  /// Labels of the first `count` evaluation samples (classification).
  Result<std::vector<std::int64_t>> loadLabels(std::int64_t count) const;
  bool hasLabels() const;

 private:
  explicit Dump(std::unique_ptr<DumpSource> source);
  std::unique_ptr<DumpSource> source_;
};

}  // namespace axescope
