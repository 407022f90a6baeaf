// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/measurement.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <numeric>

#include "core/base/parallel.h"
#include "core/integer/integer_network.h"
#include "core/network/evaluation.h"
#include "core/network/float_layer.h"
#include "core/network/integer_layer.h"
#include "core/network/score.h"
#include "core/study/layer_options.h"
#include "core/study/point_costs.h"
#include "core/study/quantization.h"
#include "core/study/transformation.h"

namespace axescope {

namespace {

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// Of a pass that only counts.
Status ignored(std::int64_t, const Tensor&) {
  return {};
}

// Of channels, which multiply alike often; `otherwise` where none has a width of its own.
double meanOf(const std::vector<int>& bits, int otherwise) {
  if (bits.empty()) return otherwise;
  return static_cast<double>(std::accumulate(bits.begin(), bits.end(), std::int64_t{0})) /
         static_cast<double>(bits.size());
}

// Of each channel's own accumulator.
double largestUse(const IntegerLayer& layer, const std::vector<int>& channelInnerBits) {
  if (channelInnerBits.empty()) return layer.maxUse();
  double use = 0.0;
  std::size_t channel = 0;
  for (const LayerEmulator& emulator : layer.emulators()) {
    const Certificate& certificate = emulator.certificate();
    const auto held = static_cast<double>(accumulatorLimit(certificate.innerBits()));
    for (std::int64_t row = 0; row < certificate.channels(); ++row) {
      const auto own = static_cast<double>(accumulatorLimit(channelInnerBits[channel++]));
      use = std::max(use, certificate.use(row) * held / own);
    }
  }
  return use;
}

// Signal and noise of layers' outputs, for files without a graph.
struct Energies {
  double signal = 0.0;
  double noise = 0.0;
  void add(const Tensor& reference, const Tensor& other) {
    for (std::size_t i = 0; i < reference.data.size(); ++i) {
      const auto value = static_cast<double>(reference.data[i]);
      const double difference = value - static_cast<double>(other.data[i]);
      signal += value * value;
      noise += difference * difference;
    }
  }
};

class PointMeasurement {
 public:
  PointMeasurement(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                   const PointSettings& settings, EvaluationCache& cache, const Job& job)
      : model_(model),
        preparation_(preparation),
        quantized_(quantized),
        settings_(settings),
        cache_(cache),
        job_(job),
        inStages_(!quantized.isInMemory() || (model.network() != nullptr && !preparation.network()->keepsLayers())),
        layers_(quantized.size()),
        overflow_(quantized.size()) {}

  Result<MeasuredPoint> run(std::optional<Score>* exactScore) {
    AXESCOPE_CHECK(certify());
    if (settings_.arithmetic == Arithmetic::integer && hasInputRanges()) {
      AXESCOPE_TRY(IntegerNetwork integers, integerNetwork(preparation_, quantized_, settings_));
      integers_.emplace(std::move(integers));
      result_.measurement.floatOperations = static_cast<double>(integers_->floatOperations().size());
    }
    const bool guaranteed = result_.measurement.guaranteed;
    Score score;
    if (guaranteed && exactScore != nullptr && exactScore->has_value()) {
      score = **exactScore;
    } else if (model_.canEvaluate() && hasInputRanges()) {
      AXESCOPE_TRY(score, evaluateNetwork());
    } else if (model_.network() == nullptr) {
      AXESCOPE_TRY(score, evaluateLayers());
    }
    if (guaranteed && exactScore != nullptr) *exactScore = score;
    if (model_.canEvaluate()) {
      AXESCOPE_TRY(const FloatRun run, model_.floatRun(model_.evaluationCount(settings_.evaluationSamples), job_));
      result_.measurement.floatAccuracy = run.score.accuracy;
      result_.measurement.floatPerplexity = run.score.perplexity;
    }
    result_.measurement.accuracy = score.accuracy;
    result_.measurement.perplexity = score.perplexity;
    result_.measurement.sqnrDb = score.sqnrDb;
    reportOverflow();
    priceBuiltin(countPoint(model_, preparation_.network(), settings_, result_.layers), result_.measurement);
    return std::move(result_);
  }

 private:
  // A layer as it runs, unless it is there already.
  Status hold(std::size_t layer) {
    if (!quantized_.has(layer) || layers_[layer]) return {};
    AXESCOPE_TRY(const auto codes, quantized_.layer(layer));
    hold(layer, *codes);
    return {};
  }
  void hold(std::size_t layer, const QuantizedLayer& codes) {
    if (layers_[layer]) return;
    const LayerInfo& info = model_.dump().layers()[layer];
    layers_[layer].emplace(info, codes, layerDatapath(info, settings_));
  }

  // Where layers do not fit in memory together, those that have run make room.
  void release(std::size_t layer) {
    if (inStages_) layers_[layer].reset();
  }

  Status certify() {
    Measurement& m = result_.measurement;
    m.guaranteed = true;
    double errorEnergy = 0.0;
    double outputEnergy = 0.0;
    std::int64_t zeros = 0;
    std::int64_t codes = 0;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      if (model_.canQuantize(layer)) m.parameters += model_.dump().layers()[layer].parameters();
    }
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      if (!quantized_.has(layer)) continue;
      AXESCOPE_CHECK(job_.check());
      AXESCOPE_TRY(const auto held, quantized_.layer(layer));
      const QuantizedLayer& quantized = *held;
      hold(layer, quantized);
      const std::int64_t zerosHere = (quantized.codes.array() == 0).count();
      LayerMeasurement row;
      row.layer = model_.dump().layers()[layer].name;
      row.weightQuantizer = quantized.weightQuantizer;
      const double layerOutput = sum(quantized.outputEnergy);
      row.error = layerOutput > 0.0 ? std::sqrt(sum(quantized.errorEnergy) / layerOutput) : 0.0;
      row.guaranteed = layers_[layer]->guaranteed();
      row.maxBudgetUse = largestUse(*layers_[layer], quantized.channelInnerBits);
      row.outerBits = layers_[layer]->outerBits();
      for (const LayerEmulator& emulator : layers_[layer]->emulators()) {
        row.smallestInnerBits = std::max(row.smallestInnerBits, emulator.certificate().smallestInnerBits());
      }
      row.sparsity = static_cast<double>(zerosHere) / static_cast<double>(quantized.codes.size());
      m.guaranteed = m.guaranteed && row.guaranteed;
      m.maxBudgetUse = std::max(m.maxBudgetUse, row.maxBudgetUse);
      m.innerBitsUsed = std::max(m.innerBitsUsed, layers_[layer]->emulators().front().datapath().innerBits);
      m.outerBitsUsed = std::max(m.outerBitsUsed, row.outerBits);
      m.largestK = std::max<std::int64_t>(m.largestK, quantized.codes.cols());
      m.macCount += model_.macsPerSample(layer);
      const auto macs = static_cast<double>(model_.macsPerSample(layer));
      m.meanWeightBits += macs * meanOf(quantized.channelWeightBits, quantized.weightBits);
      m.meanActivationBits += macs * quantized.input.bits;
      m.meanInnerBits +=
          macs * meanOf(quantized.channelInnerBits, layers_[layer]->emulators().front().datapath().innerBits);
      errorEnergy += sum(quantized.errorEnergy);
      outputEnergy += layerOutput;
      zeros += zerosHere;
      codes += quantized.codes.size();
      result_.layers.push_back(std::move(row));
      release(layer);
    }
    for (double* mean : {&m.meanWeightBits, &m.meanActivationBits, &m.meanInnerBits}) {
      if (m.macCount > 0) *mean /= static_cast<double>(m.macCount);
    }
    if (codes > 0) m.sparsity = static_cast<double>(zeros) / static_cast<double>(codes);
    if (outputEnergy > 0.0) m.error = std::sqrt(errorEnergy / outputEnergy);
    return {};
  }

  // A layer whose activation scale nobody knows cannot run: then there is nothing to score.
  bool hasInputRanges() const {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      if (quantized_.has(layer) && model_.network()->usesLayer(layer) && !preparation_.layer(layer).hasInputs)
        return false;
    }
    return true;
  }

  LayerFunction layerFunction(bool count) {
    return [this, count](std::size_t layer, const Tensor& input, Tensor& output) -> Status {
      if (!quantized_.has(layer)) return preparation_.network()->floatLayer(layer, input, output);
      return runCounted(layer, input, output, count);
    };
  }

  Status runCounted(std::size_t layer, const Tensor& input, Tensor& output, bool count) {
    return counting(layer, count,
                    [&](OverflowStatistics* counted) { return layers_[layer]->run(input, output, counted); });
  }

  // run(statistics) runs the layer.
  template <class Run>
  Status counting(std::size_t layer, bool count, const Run& run) {
    if (!count) return run(nullptr);
    OverflowStatistics counted;
    AXESCOPE_CHECK(run(&counted));
    const std::scoped_lock lock(mutex_);
    overflow_[layer].merge(counted);
    counted_ = true;
    return {};
  }

  Status forwardInIntegers(std::int64_t samples, bool count, const OutputVisitor& visit) {
    const LayerFunctions functions{.integers = [this, count](std::size_t layer, const CodeTensor& input,
                                                             const CodeScaling& scaling, CodeTensor& output) -> Status {
                                     return counting(layer, count, [&](OverflowStatistics* counted) {
                                       return layers_[layer]->run(input, scaling, output, counted);
                                     });
                                   },
                                   .floats = layerFunction(count)};
    return forwardAll(*integers_, forwardBatchSize(*preparation_.network()), model_.evaluationLoader(), samples,
                      functions, visit, job_);
  }

  Result<Score> evaluateNetwork() {
    const std::int64_t count = model_.evaluationCount(settings_.evaluationSamples);
    AXESCOPE_TRY(const FloatRun run, model_.floatRun(count, job_));
    AXESCOPE_TRY(Scoring scoring, model_.scoring(count, run.outputs));
    const OutputVisitor visit = [&](std::int64_t first, const Tensor& outputs) { return scoring.add(first, outputs); };
    if (integers_) {
      AXESCOPE_CHECK(enterStage()(0, preparation_.network()->nodes().size()));  // its layers run from the first on
      AXESCOPE_CHECK(forwardInIntegers(count, false, visit));
      if (!result_.measurement.guaranteed) {
        AXESCOPE_CHECK(forwardInIntegers(std::min(count, overflowSamples), true, ignored));
      }
      return scoring.finish();
    }
    const Network& network = *preparation_.network();
    if (inStages_) {
      AXESCOPE_CHECK(
          forwardInStages(network, model_.evaluationLoader(), count, layerFunction(false), enterStage(), visit, job_));
    } else {
      AXESCOPE_TRY(const PrefixKeys keys, prefixKeys(network, quantized_, layers_, count));
      AXESCOPE_CHECK(cache_.prefixes().forward(network, model_.evaluationLoader(), count, layerFunction(false), keys,
                                               visit, job_));
    }
    if (!result_.measurement.guaranteed) {
      AXESCOPE_CHECK(forwardInStages(network, model_.evaluationLoader(), std::min(count, overflowSamples),
                                     layerFunction(true), enterStage(), ignored, job_));
    }
    return scoring.finish();
  }

  StageVisitor enterStage() {
    return [this](std::size_t first, std::size_t last) -> Status {
      for (std::size_t layer = 0; layer < layers_.size(); ++layer) release(layer);
      const auto& nodes = preparation_.network()->nodes();
      for (std::size_t node = first; node < last; ++node) {
        if (nodes[node].layer) AXESCOPE_CHECK(hold(*nodes[node].layer));
      }
      return {};
    };
  }

  Result<Score> evaluateLayers() {
    Energies total;
    bool any = false;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      const LayerInfo& info = model_.dump().layers()[layer];
      if (!quantized_.has(layer) || info.calibrationSamples() == 0) continue;
      any = true;
      AXESCOPE_CHECK(hold(layer));
      AXESCOPE_TRY(const auto tensors, preparation_.tensors(layer));
      const auto chosen = chooseSamples(info.calibrationSamples(), settings_.evaluationSamples, 0);
      const auto count = static_cast<std::int64_t>(chosen.size());
      const std::int64_t values = elements(info.inputShape) / info.calibrationSamples() * count;
      AXESCOPE_TRY(const auto kept, cache_.inputs({layer, 0, count}, values, [&](LayerPieces& pieces) {
        return streamInput(layer, chosen, [&](const Tensor& piece, std::int64_t first) {
          pieces.emplace_back(first, piece);
          return Status{};
        });
      }));
      if (kept) {
        for (const auto& [first, piece] : *kept) AXESCOPE_CHECK(addLayerPiece(layer, *tensors, piece, first, total));
      } else {
        AXESCOPE_CHECK(streamInput(layer, chosen, [&](const Tensor& piece, std::int64_t first) {
          return addLayerPiece(layer, *tensors, piece, first, total);
        }));
      }
      release(layer);
    }
    Score score;
    // Without noise or without signal there is no ratio to speak of.
    const double ratio = decibels(total.signal, total.noise);
    if (any && std::isfinite(ratio)) score.sqnrDb = ratio;
    return score;
  }

  Status streamInput(std::size_t layer, const std::vector<std::int64_t>& chosen,
                     const std::function<Status(const Tensor&, std::int64_t)>& use) const {
    return streamTransformedInput(model_, layer, preparation_.layer(layer).transform, chosen, job_, use);
  }

  Status addLayerPiece(std::size_t layer, const LayerTensors& tensors, const Tensor& piece, std::int64_t first,
                       Energies& total) {
    constexpr std::int64_t chunk = overflowSamples;  // counted or not as a whole, and large enough for large products
    const LayerInfo& info = model_.dump().layers()[layer];
    const auto chunks = static_cast<std::size_t>((piece.samples() + chunk - 1) / chunk);
    std::vector<Energies> energies(chunks);
    std::vector<Status> statuses(chunks);
    parallelFor(chunks, [&](std::size_t index) {
      const std::int64_t begin = static_cast<std::int64_t>(index) * chunk;
      const std::int64_t count = std::min(chunk, piece.samples() - begin);
      const Tensor part = piece.slice(begin, count);
      Tensor output;
      const auto reference = cache_.floatOutput({layer, first + begin, count},
                                                [&](Tensor& made) { return runFloatLayer(info, tensors, part, made); });
      if (!reference) {
        statuses[index] = fail(reference.error());
        return;
      }
      const bool counts = !result_.measurement.guaranteed && first + begin < overflowSamples;
      statuses[index] = runCounted(layer, part, output, counts);
      if (statuses[index]) energies[index].add(**reference, output);
    });
    for (std::size_t index = 0; index < chunks; ++index) {
      AXESCOPE_CHECK(statuses[index]);
      total.signal += energies[index].signal;
      total.noise += energies[index].noise;
    }
    return {};
  }

  void reportOverflow() {
    if (result_.measurement.guaranteed) {
      result_.measurement.overflowRate = 0.0;
      return;
    }
    if (!counted_) return;
    std::int64_t products = 0;
    std::int64_t overflowed = 0;
    std::size_t row = 0;
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      if (!quantized_.has(layer)) continue;
      for (const ChannelOverflow& channel : overflow_[layer].channels) {
        products += channel.dotProducts;
        overflowed += channel.overflowed;
      }
      result_.layers[row++].overflowRate = overflow_[layer].rate();
    }
    result_.measurement.overflowRate =
        products > 0 ? static_cast<double>(overflowed) / static_cast<double>(products) : 0.0;
  }

  const Model& model_;
  const Preparation& preparation_;
  const QuantizedModel& quantized_;
  const PointSettings& settings_;
  EvaluationCache& cache_;
  const Job& job_;
  const bool inStages_;                              // layers are held as they run, else all of them
  std::vector<std::optional<IntegerLayer>> layers_;  // those held
  std::optional<IntegerNetwork> integers_;           // with integer arithmetic
  std::vector<OverflowStatistics> overflow_;
  bool counted_ = false;
  std::mutex mutex_;
  MeasuredPoint result_;
};

}  // namespace

Result<IntegerNetwork> integerNetwork(const Preparation& preparation, const QuantizedModel& quantized,
                                      const PointSettings& settings) {
  QuantizedLayers layers(quantized.size());
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (!quantized.has(layer)) continue;
    AXESCOPE_TRY(layers[layer], quantized.layer(layer));
  }
  return IntegerNetwork(*preparation.network(), layers, preparation.elements(),
                        {.scales = settings.scaleQuantization, .scaleBits = settings.scaleBits});
}

Result<MeasuredPoint> measure(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                              const PointSettings& settings, std::optional<Score>* exactScore, EvaluationCache& cache,
                              const Job& job) {
  return PointMeasurement(model, preparation, quantized, settings, cache, job).run(exactScore);
}

}  // namespace axescope
