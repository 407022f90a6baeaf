// SPDX-License-Identifier: GPL-3.0-or-later
// An opened file made ready for studies: the dump, its network if it has a graph, and evaluation data at hand.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/dump/dump.h"
#include "core/network/evaluation.h"
#include "core/network/network.h"
#include "core/study/file_identity.h"
#include "core/study/scoring.h"
#include "core/study/settings.h"
#include "core/study/study.h"

namespace axescope {

/// What the float network makes of the evaluation samples.
struct FloatRun {
  Score score;
  std::shared_ptr<const MatrixF> outputs;  // a row for each sample; null where they are too many to keep
};

/// Shared by all points; const but for what it computes once on first use.
class Model {
 public:
  /// Of a network with more float weights than mostWeightBytes, layers are read from the file as they run.
  static Result<std::unique_ptr<Model>> open(const std::filesystem::path& path,
                                             const std::vector<LayerMapping>& mappings = {},
                                             std::int64_t mostWeightBytes = mostLayerBytesInMemory);
  /// The same of a file that is open.
  static Result<std::unique_ptr<Model>> open(hdf5::Reader reader, const std::vector<LayerMapping>& mappings = {},
                                             std::int64_t mostWeightBytes = mostLayerBytesInMemory);

  const Dump& dump() const { return dump_; }
  /// Null without a graph.
  const Network* network() const { return network_ ? &*network_ : nullptr; }
  /// Bytes of float weights that are kept in memory, whatever their number.
  std::int64_t mostWeightBytes() const { return network_ ? network_->mostLayerBytes() : keptTensorBytes; }
  /// A graph with calibration inputs: error propagation is possible.
  bool canPropagate() const { return network_.has_value() && !dump_.calibrationShape().empty(); }
  /// A graph with evaluation samples: the network's outputs can be compared.
  bool canEvaluate() const { return network_.has_value() && !dump_.evaluationShape().empty(); }
  /// Evaluation samples that also say what is right: labels, or the next token.
  bool canScore() const;
  bool hasLayerInputs() const;
  /// Whether the range of a layer's inputs is known: from calibration samples, inputs of its own or a quantizer given
  /// in the file. Without it a layer can be quantized and certified, but never run in integers.
  bool hasInputRange(std::size_t layer) const;
  /// Every layer the graph uses has its input range: the quantized network can be run and scored.
  bool networkHasInputRanges() const;
  /// All but layers that the graph does not use and that have no inputs of their own: nothing could be said of them.
  bool canQuantize(std::size_t layer) const;
  /// What "auto" stands for in studies of this model.
  StudyDefaults studyDefaults() const;
  /// The layer whose result, or one computed from it alone, is the network's output; none where several meet there.
  std::optional<std::size_t> lastLayer() const;
  /// What the user said of a file that is no dump.
  const std::vector<LayerMapping>& mappings() const { return mappings_; }

  /// Of the file's bytes, in hexadecimal; read once, on first use. Errors: those of reading; inUse when another file
  /// took its name or someone wrote into it since it was opened.
  Result<std::string> sha256() const;
  /// What is read later belongs to what was read before. A file that was removed or replaced is still open and whole;
  /// one that someone wrote into is not. Errors: inUse.
  Status checkUnchanged() const;
  /// Float weights and bias: the network's own, or read from the file and kept as long as there is room.
  Result<std::shared_ptr<const LayerTensors>> layerTensors(std::size_t layer) const;
  std::int64_t macsPerSample(std::size_t layer) const;

  /// Number of evaluation samples used for a request (0: all), never more than there are.
  std::int64_t evaluationCount(std::int64_t requested) const;
  /// Reads evaluation samples; small sets are kept in memory after the first use.
  BatchLoader evaluationLoader() const;
  /// What the first `count` evaluation samples are scored by; with the float outputs as reference, or without one.
  Result<Scoring> scoring(std::int64_t count, std::shared_ptr<const MatrixF> reference) const;
  /// The float network on the first `count` evaluation samples, run once per count.
  Result<FloatRun> floatRun(std::int64_t count, const Job& job) const;

  /// Calls `use` with the chosen samples of a layer's own inputs, in pieces of bounded size; `first` counts the chosen
  /// samples before the piece.
  Status streamLayerInput(std::size_t layer, const std::vector<std::int64_t>& chosen, const Job& job,
                          const std::function<Status(const Tensor& piece, std::int64_t first)>& use) const;

  /// Calibration samples of the network, `requested` of them (0: all), chosen by `seed`.
  Result<Tensor> calibrationSamples(std::int64_t requested, std::int64_t seed) const;

 private:
  static constexpr std::int64_t keptTensorBytes = std::int64_t{1} << 30;
  Model(Dump dump, std::optional<FileIdentity> opened, std::vector<LayerMapping> mappings)
      : dump_(std::move(dump)), opened_(opened), mappings_(std::move(mappings)) {}
  static Result<std::unique_ptr<Model>> of(Dump dump, std::optional<FileIdentity> opened,
                                           const std::vector<LayerMapping>& mappings, std::int64_t mostWeightBytes);

  Dump dump_;
  std::optional<FileIdentity> opened_;  // the file as it was just before
  std::vector<LayerMapping> mappings_;
  std::optional<Network> network_;
  mutable BoundedCache<LayerTensors> ownTensors_{keptTensorBytes};  // of layers that no graph uses
  mutable std::mutex mutex_;
  mutable std::mutex hashMutex_;  // its own: windows ask for the hash while data is being read
  mutable std::string sha256_;
  mutable std::shared_ptr<const Tensor> evaluation_;
  mutable std::int64_t floatCount_ = 0;  // samples of floatRun_
  mutable FloatRun floatRun_;
};

/// As --map takes it: NAME=/DATASET:OI[:/INPUTS].
std::string toText(const LayerMapping& mapping);

/// Which of `available` samples are used: all, the first `requested`, or with a seed a random choice, ascending.
std::vector<std::int64_t> chooseSamples(std::int64_t available, std::int64_t requested, std::int64_t seed);

}  // namespace axescope
