// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/sensitivity.h"

#include <algorithm>
#include <numeric>

#include "core/base/parallel.h"
#include "core/network/evaluation.h"
#include "core/network/integer_layer.h"
#include "core/study/layer_options.h"
#include "core/study/memory_plan.h"
#include "core/study/preparation.h"
#include "core/study/quantization.h"

namespace axescope {

namespace {

double energyOf(const MatrixF& outputs) {
  return outputs.cast<double>().squaredNorm();
}

// Candidates that share a preparation.
class SharedPreparation {
 public:
  SharedPreparation(const Model& model, const Preparation& preparation, std::int64_t samples, const Job& job)
      : model_(model), preparation_(preparation), samples_(samples), job_(job) {}

  /// Float outputs on the calibration samples, where there is a network to run.
  Status start() {
    if (!model_.canPropagate()) return {};
    AXESCOPE_TRY(inputs_, model_.calibrationSamples(samples_, 0));
    AXESCOPE_TRY(network_, preparation_.network()->resized(inputs_.shape));
    AXESCOPE_TRY(float_, forward(nullptr, 0));
    return {};
  }

  Result<std::vector<std::optional<double>>> noiseOf(const QuantizedModel& quantized, const PointSettings& settings) {
    std::vector<std::optional<double>> noise(quantized.size());
    for (std::size_t layer = 0; layer < quantized.size(); ++layer) {
      if (!quantized.has(layer)) continue;
      AXESCOPE_CHECK(job_.check());
      AXESCOPE_TRY(const auto codes, quantized.layer(layer));
      if (!model_.canPropagate() || !model_.network()->usesLayer(layer)) {
        noise[layer] = ownError(*codes);
        continue;
      }
      const LayerInfo& info = model_.dump().layers()[layer];
      const IntegerLayer integers(info, *codes, layerDatapath(info.name, settings));
      AXESCOPE_TRY(const MatrixF outputs, forward(&integers, layer));
      const double energy = energyOf(float_);
      noise[layer] = energy > 0.0 ? (outputs - float_).cast<double>().squaredNorm() / energy : 0.0;
    }
    return noise;
  }

 private:
  Result<MatrixF> forward(const IntegerLayer* quantized, std::size_t which) const {
    const Network& network = *network_;
    const BatchLoader load = [this](std::int64_t first, std::int64_t count) -> Result<Tensor> {
      return inputs_.slice(first, count);
    };
    const LayerFunction layer = [&](std::size_t index, const Tensor& input, Tensor& output) {
      if (quantized != nullptr && index == which) return quantized->run(input, output, nullptr);
      return network.floatLayer(index, input, output);
    };
    return forwardAll(network, load, inputs_.samples(), layer, Job{.stop = job_.stop, .onProgress = {}});
  }

  static double ownError(const QuantizedLayer& layer) {
    const auto sum = [](const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); };
    const double output = sum(layer.outputEnergy);
    return output > 0.0 ? sum(layer.errorEnergy) / output : 0.0;
  }

  const Model& model_;
  const Preparation& preparation_;
  std::int64_t samples_;
  const Job& job_;
  Tensor inputs_;
  std::optional<Network> network_;  // sized for them
  MatrixF float_;
};

}  // namespace

Result<Sensitivities> measureSensitivities(const Model& model, std::span<const PointSettings> candidates,
                                           std::int64_t samples, const Job& job) {
  Sensitivities all(candidates.size());
  std::vector<std::uint8_t> done(candidates.size());
  std::size_t finished = 0;
  std::optional<Error> failure;
  for (std::size_t first = 0; first < candidates.size(); ++first) {
    if (done[first] != 0) continue;
    const PointSettings key = preparationKey(candidates[first]);
    AXESCOPE_TRY(const MemoryPlan plan, planMemory(model, key, job.memory, availableThreads()));
    AXESCOPE_TRY(const Preparation preparation,
                 Preparation::make(model, key, plan, Job{.stop = job.stop, .onProgress = {}}));
    SharedPreparation shared(model, preparation, samples, job);
    AXESCOPE_CHECK(shared.start());
    for (std::size_t i = first; i < candidates.size(); ++i) {
      if (done[i] != 0 || preparationKey(candidates[i]) != key) continue;
      done[i] = 1;
      const auto quantized = std::move(quantizeModels(model, preparation, candidates.subspan(i, 1), job).front());
      if (quantized) {
        AXESCOPE_TRY(all[i], shared.noiseOf(*quantized, candidates[i]));
      } else {
        if (quantized.error().code == ErrorCode::cancelled) return fail(quantized.error());
        failure = quantized.error();
        all[i].resize(preparation.layerCount());
      }
      job.report(++finished, candidates.size(), "candidates");
    }
  }
  const bool any = std::any_of(all.begin(), all.end(), [](const auto& layers) {
    return std::any_of(layers.begin(), layers.end(), [](const auto& noise) { return noise.has_value(); });
  });
  if (!any && failure) return fail(*failure);
  return all;
}

}  // namespace axescope
