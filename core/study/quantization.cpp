// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantization.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/parallel.h"
#include "core/network/calibration.h"
#include "core/network/integer_layer.h"
#include "core/network/layer_statistics.h"
#include "core/ptq/bias_correction.h"
#include "core/study/layer_options.h"
#include "core/study/layer_overrides.h"

namespace axescope {

namespace {

// The settings of a batch that have not failed, by their place in it.
using Members = std::vector<std::size_t>;

bool sameLayer(const QuantizedLayer& a, const QuantizedLayer& b) {
  return a.scales == b.scales && a.multipliers == b.multipliers && a.codes == b.codes && a.bias == b.bias;
}

class BatchQuantization {
 public:
  BatchQuantization(const Model& model, const Preparation& preparation, std::span<const PointSettings> settings,
                    const Job& job)
      : model_(model),
        preparation_(preparation),
        settings_(settings),
        job_(job),
        fresh_(settings.size()),
        errors_(settings.size()) {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      models_.emplace_back(preparation.layerCount(), preparation.plan().codes);
    }
  }

  std::vector<Result<QuantizedModel>> run() {
    if (const Status status = allLayers(); !status) {
      for (auto& error : errors_) error = error ? error : status.error();
    }
    std::vector<Result<QuantizedModel>> results;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (errors_[i]) {
        results.emplace_back(fail(*errors_[i]));
      } else {
        results.emplace_back(std::move(models_[i]));
      }
    }
    return results;
  }

 private:
  Status allLayers() {
    for (std::size_t i = 0; i < settings_.size(); ++i) refuseStrayOverrides(i);
    if (preparation_.calibration()) {
      AXESCOPE_CHECK(preparation_.propagates() ? alongQuantizedNetworks() : alongFloatNetwork());
    }
    for (std::size_t layer = 0; layer < preparation_.layerCount(); ++layer) {
      const Members going = members();
      if (going.empty()) return {};
      // Along the network all that go on were quantized together.
      const bool done = models_[going.front()].has(layer);
      if (!preparation_.layer(layer).quantized || done) continue;
      AXESCOPE_CHECK(job_.check());
      AXESCOPE_TRY(const auto inputs, preparation_.inputs(layer, job_));
      AXESCOPE_TRY(tensors_, preparation_.tensors(layer));
      quantizeLayer(layer, going, inputs.get());
      keep(layer, going);
    }
    return {};
  }

  // What was made of a layer goes where the models keep it.
  void keep(std::size_t layer, const Members& members) {
    for (const std::size_t i : members) {
      if (!fresh_[i]) continue;
      const Status status = models_[i].set(layer, *std::exchange(fresh_[i], std::nullopt));
      if (!status) errors_[i] = status.error();
    }
  }

  void refuseStrayOverrides(std::size_t member) {
    const auto overrides = parseOverrides(settings_[member].overrides);
    if (!overrides) errors_[member] = overrides.error();
    for (std::size_t i = 0; overrides && i < overrides->size(); ++i) {
      const std::string& glob = (*overrides)[i].layers;
      bool any = false;
      for (std::size_t layer = 0; layer < preparation_.layerCount() && !any; ++layer) {
        any = preparation_.layer(layer).quantized && globMatches(glob, model_.dump().layers()[layer].name);
      }
      if (any) continue;
      errors_[member] = Error{ErrorCode::invalidArgument, model_.dump().fileName(), "--overrides",
                              "globs that match a layer which is quantized", "'" + glob + "'"};
    }
  }

  Members members() const {
    Members going;
    for (std::size_t i = 0; i < errors_.size(); ++i) {
      if (!errors_[i]) going.push_back(i);
    }
    return going;
  }

  // Layer by layer along the network, each seeing what the quantized ones before it produce.
  Status alongQuantizedNetworks() {
    integerLayers_.assign(settings_.size(),
                          std::vector<std::shared_ptr<const IntegerLayer>>(preparation_.layerCount()));
    const CalibrationBranches branches{
        .count = settings_.size(),
        .layer = [this](std::size_t branch, std::size_t layer) { return integerLayers_[branch][layer].get(); },
        .goesOn = [this](std::size_t branch) { return !errors_[branch]; }};
    const LayerVisitor visit = [this](const LayerUse& use) -> Status {
      releaseFinished();
      if (use.number + 1 == use.count) finished_ = use.layer;
      if (preparation_.layer(use.layer).quantized && use.number == 0) {
        AXESCOPE_TRY(tensors_, preparation_.tensors(use.layer));
        visitLayer(use);
      }
      return job_.check();
    };
    return walkCalibration(*preparation_.network(), *preparation_.calibration(), branches, visit, job_);
  }

  // Layer by layer along the network, all seeing the float network's inputs: of no layer but the one at work, and those
  // that are used again, anything is held.
  Status alongFloatNetwork() {
    std::vector<std::optional<LayerStatistics>> gathered(preparation_.layerCount());
    const LayerVisitor visit = [&](const LayerUse& use) -> Status {
      const PreparedLayer& prepared = preparation_.layer(use.layer);
      if (!prepared.quantized) return job_.check();
      AXESCOPE_TRY(tensors_, preparation_.tensors(use.layer));
      auto& statistics = gathered[use.layer];
      if (!statistics) {
        statistics.emplace(model_.dump().layers()[use.layer], tensors_->weight, prepared.input, prepared.dynamicInput);
      }
      statistics->add(*use.x, *use.x);
      if (use.number + 1 < use.count) return job_.check();
      const LayerInputs inputs(statistics->finish());
      statistics.reset();
      const Members going = members();
      quantizeLayer(use.layer, going, &inputs);
      keep(use.layer, going);
      return job_.check();
    };
    return walkCalibration(*preparation_.network(), *preparation_.calibration(), {}, visit, job_);
  }

  // The layer visited before has run for the last time: of what ran it, only the codes are wanted.
  void releaseFinished() {
    if (!finished_) return;
    for (auto& layers : integerLayers_) layers[*finished_].reset();
    finished_.reset();
  }

  // Settings whose earlier layers gave the same values share the statistics.
  void visitLayer(const LayerUse& use) {
    Members left = members();
    while (!left.empty()) {
      const CalibrationValue& value = use.quantized[left.front()];
      const auto rest =
          std::stable_partition(left.begin(), left.end(), [&](std::size_t i) { return use.quantized[i] == value; });
      const Members same(left.begin(), rest);
      left.erase(left.begin(), rest);
      const PreparedLayer& prepared = preparation_.layer(use.layer);
      const LayerInfo& info = model_.dump().layers()[use.layer];
      LayerStatistics gathered = prepared.laterUses
                                     ? *prepared.laterUses
                                     : LayerStatistics(info, tensors_->weight, prepared.input, prepared.dynamicInput);
      gathered.add(*use.x, *value);
      const LayerInputs inputs(gathered.finish());
      quantizeLayer(use.layer, same, &inputs);
      shareLayers(use.layer, same);
      keep(use.layer, same);
    }
  }

  // The same codes run as the same layer, so that their values stay the same too.
  void shareLayers(std::size_t layer, const Members& same) {
    const LayerInfo& info = model_.dump().layers()[layer];
    for (auto at = same.begin(); at != same.end(); ++at) {
      if (errors_[*at]) continue;
      const QuantizedLayer& own = *fresh_[*at];
      const auto earlier =
          std::find_if(same.begin(), at, [&](std::size_t i) { return !errors_[i] && sameLayer(*fresh_[i], own); });
      integerLayers_[*at][layer] = earlier != at ? integerLayers_[*earlier][layer]
                                                 : std::make_shared<const IntegerLayer>(IntegerLayer::exact(info, own));
    }
  }

  // One layer under settings that see the same inputs; `inputs` may be null for round to nearest. A setting that fails
  // keeps its error, the others go on.
  void quantizeLayer(std::size_t layer, Members same, const LayerInputs* inputs) {
    while (!same.empty()) {
      const FeedbackOptions options = feedbackOptions(settings_[same.front()]);
      const auto rest = std::stable_partition(same.begin(), same.end(), [&](std::size_t i) {
        return inputs == nullptr || feedbackOptions(settings_[i]) == options;
      });
      Members together(same.begin(), rest);
      same.erase(same.begin(), rest);
      if (inputs == nullptr) {
        refuseWithoutInputs(layer, together);
        quantizeTogether(layer, together, nullptr, nullptr);
        continue;
      }
      const auto matrices = inputs->feedbackFor(options, model_.dump().layers()[layer].name);
      if (matrices) {
        quantizeTogether(layer, together, inputs, matrices->get());
      } else {
        for (const std::size_t i : together) errors_[i] = matrices.error();
      }
    }
  }

  void refuseWithoutInputs(std::size_t layer, Members& together) {
    std::erase_if(together, [&](std::size_t i) {
      const bool byMethod =
          needsStatistics(layerOptions(preparation_.layer(layer), model_.dump().layers()[layer], settings_[i]));
      if (!byMethod && !settings_[i].biasCorrection) return false;
      errors_[i] = Error{ErrorCode::invalidArgument, model_.dump().fileName(), objectOf(layer),
                         byMethod ? "calibration inputs for this algorithm" : "calibration inputs for bias correction",
                         byMethod ? "none in the file; only rtn works without, or --layers can leave it in float"
                                  : "none in the file; --layers can leave it in float"};
      return true;
    });
  }

  // Its groups in parallel, the settings stacked.
  void quantizeTogether(std::size_t layer, const Members& together, const LayerInputs* inputs,
                        const LayerFeedback* matrices) {
    if (together.empty()) return;
    const LayerInfo& info = model_.dump().layers()[layer];
    const PreparedLayer& prepared = preparation_.layer(layer);
    std::vector<LayerOptions> options;
    for (const std::size_t i : together) options.push_back(layerOptions(prepared, info, settings_[i]));
    const std::int64_t channels = info.channelsPerGroup();
    std::vector<std::vector<Result<QuantizedWeights>>> groups(static_cast<std::size_t>(info.groups()));
    parallelFor(groups.size(), [&](std::size_t group) {
      const std::int64_t first = static_cast<std::int64_t>(group) * channels;
      std::optional<std::vector<double>> given;
      if (tensors_->weightScale) {
        const auto begin = tensors_->weightScale->begin() + first;
        given.emplace(begin, begin + channels);
      }
      const MatrixF weight = tensors_->weight.middleRows(first, channels);
      const Feedback plain = matrices == nullptr ? rtnFeedback(info.k()) : Feedback{};
      groups[group] = quantizeWeights(weight, given, matrices == nullptr ? plain : (*matrices)[group],
                                      inputs == nullptr ? nullptr : &inputs->groups()[group], options, job_);
    });
    for (std::size_t i = 0; i < together.size(); ++i) assemble(layer, together[i], options[i], i, groups, inputs);
  }

  void assemble(std::size_t layer, std::size_t member, const LayerOptions& options, std::size_t place,
                const std::vector<std::vector<Result<QuantizedWeights>>>& groups, const LayerInputs* inputs) {
    const LayerInfo& info = model_.dump().layers()[layer];
    QuantizedLayer result;
    result.input = preparation_.layer(layer).input;
    result.dynamicInput = preparation_.layer(layer).dynamicInput;
    result.weightBits = options.weightBits;
    result.codes.resize(info.channels, info.k());
    const Tiling tiling = Tiling::of(info.k(), options.tileSize);
    CodeMatrix multipliers(info.channels, tiling.tiles());
    const std::int64_t channels = info.channelsPerGroup();
    for (std::size_t group = 0; group < groups.size(); ++group) {
      if (!groups[group][place]) {
        Error error = groups[group][place].error();
        error.file = model_.dump().fileName();
        error.object = objectOf(layer);
        errors_[member] = error;
        return;
      }
      const QuantizedWeights& one = *groups[group][place];
      const auto first = static_cast<std::int64_t>(group) * channels;
      result.codes.middleRows(first, channels) = one.codes;
      multipliers.middleRows(first, channels) = one.multipliers.values(channels, tiling);
      result.scales.insert(result.scales.end(), one.scales.begin(), one.scales.end());
      result.errorEnergy.insert(result.errorEnergy.end(), one.errorEnergy.begin(), one.errorEnergy.end());
      result.outputEnergy.insert(result.outputEnergy.end(), one.outputEnergy.begin(), one.outputEnergy.end());
    }
    result.multipliers = TileMultipliers(tiling, std::move(multipliers));
    result.bias = tensors_->bias;
    if (settings_[member].biasCorrection) correctBias(layer, *inputs, result);
    fresh_[member] = std::move(result);
  }

  // With the mean of the error gone, its energy is what it was around that mean.
  void correctBias(std::size_t layer, const LayerInputs& inputs, QuantizedLayer& quantized) const {
    const MatrixF& weight = tensors_->weight;
    const std::int64_t channels = model_.dump().layers()[layer].channelsPerGroup();
    quantized.bias.resize(quantized.scales.size(), 0.0F);
    const ChannelUnitCodes units(quantized.codes, quantized.multipliers);
    for (std::size_t group = 0; group < inputs.groups().size(); ++group) {
      const InputStatistics& statistics = inputs.groups()[group];
      const auto first = static_cast<Eigen::Index>(group) * channels;
      const std::span scales = std::span(quantized.scales).subspan(static_cast<std::size_t>(first));
      const std::vector<double> means = meanOutputError(statistics, weight.middleRows(first, channels),
                                                        units.codes().middleRows(first, channels), scales);
      for (std::size_t i = 0; i < means.size(); ++i) {
        const std::size_t channel = static_cast<std::size_t>(first) + i;
        quantized.bias[channel] = static_cast<float>(static_cast<double>(quantized.bias[channel]) + means[i]);
        double& energy = quantized.errorEnergy[channel];
        energy = std::max(0.0, energy - static_cast<double>(statistics.samples) * means[i] * means[i]);
      }
    }
  }

  std::string objectOf(std::size_t layer) const { return "layer '" + model_.dump().layers()[layer].name + "'"; }

  const Model& model_;
  const Preparation& preparation_;
  std::span<const PointSettings> settings_;
  const Job& job_;
  std::shared_ptr<const LayerTensors> tensors_;  // of the layer at work
  std::vector<QuantizedModel> models_;
  std::vector<std::optional<QuantizedLayer>> fresh_;  // by setting: the layer at work, before its model has it
  std::vector<std::optional<Error>> errors_;
  std::vector<std::vector<std::shared_ptr<const IntegerLayer>>> integerLayers_;  // by setting and layer
  std::optional<std::size_t> finished_;
};

}  // namespace

std::vector<Result<QuantizedModel>> quantizeModels(const Model& model, const Preparation& preparation,
                                                   std::span<const PointSettings> settings, const Job& job) {
  return BatchQuantization(model, preparation, settings, job).run();
}

}  // namespace axescope
