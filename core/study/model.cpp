// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/model.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "core/base/sha256.h"

namespace axescope {

namespace {

// Evaluation inputs up to this size stay in memory between points.
constexpr std::int64_t keptEvaluationValues = 256LL << 20;
// Float outputs up to this size are kept to be compared with.
constexpr std::int64_t keptOutputValues = 128LL << 20;
// A layer's own inputs are read in pieces of about this many values.
constexpr std::int64_t valuesAtOnce = 16LL << 20;

// End of the run of neighbouring samples that starts at `begin`, of at most `most`.
std::size_t runEnd(const std::vector<std::int64_t>& chosen, std::size_t begin, std::int64_t most) {
  std::size_t end = begin + 1;
  while (end < chosen.size() && chosen[end] == chosen[end - 1] + 1 && static_cast<std::int64_t>(end - begin) < most) {
    ++end;
  }
  return end;
}

tl::unexpected<Error> wasChanged(const Dump& dump, std::string found) {
  return fail(ErrorCode::inUse, dump.fileName(), {}, "the file as it was when it was opened", std::move(found));
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

std::string toText(const LayerMapping& mapping) {
  const std::string inputs = mapping.input.empty() ? "" : ":" + mapping.input;
  return mapping.name + "=" + mapping.dataset + ":" + mapping.axisOrder + inputs;
}

std::vector<std::int64_t> chooseSamples(std::int64_t available, std::int64_t requested, std::int64_t seed) {
  std::vector<std::int64_t> chosen(static_cast<std::size_t>(available));
  std::iota(chosen.begin(), chosen.end(), 0);
  if (requested <= 0 || requested >= available) return chosen;
  if (seed != 0) {
    // Fisher–Yates with our own bounded draw: the standard distributions differ between libraries.
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    for (std::size_t i = 0; i < static_cast<std::size_t>(requested); ++i) {
      std::swap(chosen[i], chosen[i + random() % (chosen.size() - i)]);
    }
  }
  chosen.resize(static_cast<std::size_t>(requested));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

Result<std::unique_ptr<Model>> Model::open(const std::filesystem::path& path, const std::vector<LayerMapping>& mappings,
                                           std::int64_t mostWeightBytes) {
  const std::optional<FileIdentity> opened = identityOf(path);
  AXESCOPE_TRY(Dump dump, Dump::open(path, mappings));
  return of(std::move(dump), opened, mappings, mostWeightBytes);
}

Result<std::unique_ptr<Model>> Model::open(hdf5::Reader reader, const std::vector<LayerMapping>& mappings,
                                           std::int64_t mostWeightBytes) {
  AXESCOPE_TRY(Dump dump, Dump::open(std::move(reader), mappings));
  const std::optional<FileIdentity> opened = identityOf(dump.path());
  return of(std::move(dump), opened, mappings, mostWeightBytes);
}

Result<std::unique_ptr<Model>> Model::of(Dump dump, std::optional<FileIdentity> opened,
                                         const std::vector<LayerMapping>& mappings, std::int64_t mostWeightBytes) {
  std::unique_ptr<Model> model(new Model(std::move(dump), opened, mappings));
  if (model->dump_.graph()) {
    AXESCOPE_TRY(model->network_, Network::build(model->dump_, mostWeightBytes));
  }
  return model;
}

Result<std::string> Model::sha256() const {
  const std::scoped_lock lock(hashMutex_);
  if (sha256_.empty()) {
    AXESCOPE_TRY(std::string hash, sha256OfFile(dump_.path()));
    if (identityOf(dump_.path()) != opened_) return wasChanged(dump_, "another one of its name");
    sha256_ = std::move(hash);
  }
  return sha256_;
}

Status Model::checkUnchanged() const {
  const auto now = identityOf(dump_.path());
  if (now && opened_ && now->isSameFile(*opened_) && now != opened_) {
    return wasChanged(dump_, "one that was written to since");
  }
  return {};
}

bool Model::canScore() const {
  if (!canEvaluate()) return false;
  return dump_.task() == Task::classification ? dump_.hasLabels() : dump_.task() == Task::languageModeling;
}

bool Model::hasLayerInputs() const {
  return std::any_of(dump_.layers().begin(), dump_.layers().end(),
                     [](const LayerInfo& layer) { return layer.calibrationSamples() > 0; });
}

bool Model::hasInputRange(std::size_t layer) const {
  const LayerInfo& info = dump_.layers()[layer];
  return info.givenInputQuantizer || info.calibrationSamples() > 0 || (canPropagate() && network_->usesLayer(layer));
}

bool Model::networkHasInputRanges() const {
  for (std::size_t layer = 0; network_ && layer < network_->layerCount(); ++layer) {
    if (network_->usesLayer(layer) && !hasInputRange(layer)) return false;
  }
  return network_.has_value();
}

bool Model::canQuantize(std::size_t layer) const {
  return !network_ || network_->usesLayer(layer) || dump_.layers()[layer].calibrationSamples() > 0;
}

StudyDefaults Model::studyDefaults() const {
  return {.propagation = canPropagate(),
          .lastLayerInFloat = dump_.task() == Task::languageModeling && lastLayer().has_value()};
}

std::optional<std::size_t> Model::lastLayer() const {
  if (!network_) return std::nullopt;
  std::size_t value = network_->outputValue();
  while (value > 0) {
    const Network::Node& node = network_->nodes()[value - 1];
    if (node.layer) return node.layer;
    if (node.inputs.size() != 1) return std::nullopt;
    value = node.inputs.front();
  }
  return std::nullopt;
}

Result<std::shared_ptr<const LayerTensors>> Model::layerTensors(std::size_t layer) const {
  if (network_ && network_->usesLayer(layer)) return network_->layer(layer);
  return ownTensors_.get(layer, [&]() -> Result<std::shared_ptr<const LayerTensors>> {
    AXESCOPE_TRY(LayerTensors tensors, dump_.loadLayer(layer));
    return std::make_shared<const LayerTensors>(std::move(tensors));
  });
}

std::int64_t Model::macsPerSample(std::size_t layer) const {
  if (network_ && network_->usesLayer(layer)) return network_->macsPerSample(layer);
  const LayerInfo& info = dump_.layers()[layer];
  const auto& shape = info.inputShape;
  const bool image = info.kind == LayerKind::conv2d && shape.size() == 4;
  return info.weights() * (image ? info.conv.outputHeight(shape[2]) * info.conv.outputWidth(shape[3]) : 1);
}

std::int64_t Model::evaluationCount(std::int64_t requested) const {
  const std::int64_t available = dump_.evaluationShape().empty() ? 0 : dump_.evaluationShape().front();
  return requested > 0 ? std::min(requested, available) : available;
}

BatchLoader Model::evaluationLoader() const {
  if (product(dump_.evaluationShape()) > keptEvaluationValues) {
    return [this](std::int64_t first, std::int64_t count) { return dump_.loadEvaluation(first, count); };
  }
  return [this](std::int64_t first, std::int64_t count) -> Result<Tensor> {
    std::shared_ptr<const Tensor> all;
    {
      const std::scoped_lock lock(mutex_);
      if (!evaluation_) {
        AXESCOPE_TRY(Tensor loaded, dump_.loadEvaluation(0, dump_.evaluationShape().front()));
        evaluation_ = std::make_shared<const Tensor>(std::move(loaded));
      }
      all = evaluation_;
    }
    Tensor part{all->shape, {}};
    part.shape.front() = count;
    const auto begin = all->data.begin() + first * all->sampleSize();
    part.data.assign(begin, begin + count * all->sampleSize());
    return part;
  };
}

Result<Scoring> Model::scoring(std::int64_t count, std::shared_ptr<const MatrixF> reference) const {
  ScoreKey key{.file = dump_.fileName(), .labels = {}, .tokens = nullptr, .reference = std::move(reference)};
  if (dump_.task() == Task::classification && dump_.hasLabels()) {
    AXESCOPE_TRY(key.labels, dump_.loadLabels(count));
  } else if (dump_.task() == Task::languageModeling) {
    key.tokens = evaluationLoader();
    key.tokensPerSample = dump_.evaluationShape()[1];
  }
  return Scoring(std::move(key), count);
}

Result<FloatRun> Model::floatRun(std::int64_t count, const Job& job) const {
  {
    const std::scoped_lock lock(mutex_);
    if (floatCount_ == count) return floatRun_;
  }
  AXESCOPE_TRY(Scoring scoring, this->scoring(count, nullptr));
  const std::int64_t columns = elements(network_->valueShape(network_->outputValue()));
  std::shared_ptr<MatrixF> rows;
  if (count * columns <= keptOutputValues) rows = std::make_shared<MatrixF>(count, columns);
  const OutputVisitor visit = [&](std::int64_t first, const Tensor& outputs) -> Status {
    if (rows) AXESCOPE_CHECK(intoRows(*rows)(first, outputs));
    return scoring.add(first, outputs);
  };
  AXESCOPE_CHECK(forwardInStages(*network_, evaluationLoader(), count, network_->floatLayers(), nullptr, visit, job));
  const std::scoped_lock lock(mutex_);
  floatCount_ = count;
  floatRun_ = {scoring.finish(), std::move(rows)};
  return floatRun_;
}

Status Model::streamLayerInput(std::size_t layer, const std::vector<std::int64_t>& chosen, const Job& job,
                               const std::function<Status(const Tensor& piece, std::int64_t first)>& use) const {
  const LayerInfo& info = dump_.layers()[layer];
  if (chosen.empty() || info.calibrationSamples() == 0) return {};
  const std::int64_t sampleSize = std::max<std::int64_t>(1, product(info.inputShape) / info.calibrationSamples());
  const std::int64_t most = std::max<std::int64_t>(1, valuesAtOnce / sampleSize);
  for (std::size_t i = 0; i < chosen.size();) {
    AXESCOPE_CHECK(job.check());
    const std::size_t end = runEnd(chosen, i, most);
    AXESCOPE_TRY(const Tensor piece, dump_.loadLayerInput(layer, chosen[i], static_cast<std::int64_t>(end - i)));
    AXESCOPE_CHECK(use(piece, static_cast<std::int64_t>(i)));
    i = end;
  }
  return {};
}

Result<Tensor> Model::calibrationSamples(std::int64_t requested, std::int64_t seed) const {
  const std::int64_t available = dump_.calibrationShape().front();
  const auto chosen = chooseSamples(available, requested, seed);
  if (chosen.back() + 1 == static_cast<std::int64_t>(chosen.size())) return dump_.loadCalibration(0, chosen.back() + 1);
  Tensor samples{dump_.calibrationShape(), {}};
  samples.shape.front() = static_cast<std::int64_t>(chosen.size());
  for (std::size_t i = 0; i < chosen.size();) {
    const std::size_t end = runEnd(chosen, i, available);
    AXESCOPE_TRY(const Tensor run, dump_.loadCalibration(chosen[i], static_cast<std::int64_t>(end - i)));
    samples.data.insert(samples.data.end(), run.data.begin(), run.data.end());
    i = end;
  }
  return samples;
}

}  // namespace axescope
