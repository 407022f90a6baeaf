// SPDX-License-Identifier: GPL-3.0-or-later
// The quantized file: what `quantize` writes, `certify` and `emulate` read.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/budget/certificate.h"
#include "core/dump/dump.h"
#include "core/hdf5/writer.h"
#include "core/number/weight_levels.h"

namespace axescope {

inline constexpr const char* quantizedFormatName = "axescope-quantized";

struct QuantizedFileLayer {
  LayerInfo info;
  CodeMatrix codes;    // C×K, column order as LayerTensors::weight
  int weightBits = 8;  // the widest over channels
  /// C, or none where all channels have weightBits; dataset channel_weight_bits.
  std::vector<int> channelWeightBits;
  /// What the codes are levels of; attribute weight_quantizer, absent for uniform ones. Codes are values: weightBits
  /// bits store one, and its magnitude may be larger than they could hold.
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;
  std::vector<double> weightScale;  // C
  TileMultipliers groupScale;       // of the scales of its tiles; dataset group_scale, absent where all are 1
  std::vector<float> bias;          // C or empty
  ActivationQuantizer input;
  /// Of a linear layer: each input row is quantized by its own least and greatest value; of `input` only bits and
  /// encoding count. Attribute input_dynamic, absent for false.
  bool dynamicInput = false;
  /// What the layer's inputs go through before that quantizer, in float: divided by these, one per input feature or
  /// channel (I values or none), then each run of inputRotation features (0: none) times an orthonormal Hadamard
  /// matrix, then feature or channel inputPermutation[i] in the place of i (I values or none).
  std::vector<double> inputScaling;
  std::int64_t inputRotation = 0;
  std::vector<std::int64_t> inputPermutation;
  std::string foldedBatchNorm;  // the node of the graph that codes and bias took up; empty for none
  int innerBits = 32;           // the widest over channels
  /// C, the width that each channel's tiles provably keep, or none for innerBits; dataset channel_inner_bits.
  std::vector<int> channelInnerBits;
  int outerBits = 32;         // resolved
  std::int64_t tileSize = 0;  // 0: full K
  std::string overflow = "wrap";
  /// Codes of some input samples, shape [samples, I] or [samples, I, H, W]; empty when absent.
  std::vector<std::int64_t> inputCodesShape;
  std::vector<std::int16_t> inputCodes;

  WeightFormat weights() const { return {weightBits, weightQuantizer}; }
};

struct QuantizedFileHead {
  std::string model;
  std::string settings;    // JSON of the point's settings
  std::string provenance;  // JSON: input SHA-256, versions, seed
};

struct QuantizedFile : QuantizedFileHead {
  std::vector<QuantizedFileLayer> layers;
};

/// Writes a file layer by layer, so that only one of them needs to be in memory. Without commit() there is no file.
class QuantizedFileWriter {
 public:
  /// Errors: writeFailed.
  static Result<QuantizedFileWriter> create(const std::filesystem::path& path, const QuantizedFileHead& head);
  /// In the network's order; the certificate is computed from the codes. Errors: invalidArgument (a name that is taken
  /// or none), those of checkQuantizedLayer(), writeFailed.
  Status add(const QuantizedFileLayer& layer);
  Status commit();

 private:
  QuantizedFileWriter(std::string path, hdf5::Writer writer) : path_(std::move(path)), writer_(std::move(writer)) {}

  std::string path_;
  hdf5::Writer writer_;
  std::set<std::string> names_;
};

/// Writes format "axescope-quantized" version 1, certificates included (recomputed from the codes).
Status writeQuantizedFile(const std::filesystem::path& path, const QuantizedFile& file);
/// Checks everything: codes among the levels of weight_bits, finite positive scales, shapes. The stored certificate is
/// compared with the one recomputed from the codes; a difference is `corrupt`.
Result<QuantizedFile> readQuantizedFile(const std::filesystem::path& path);
Result<QuantizedFile> readQuantizedFile(const hdf5::Reader& reader);

}  // namespace axescope
