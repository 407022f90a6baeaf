// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantization.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
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
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      refuseStrayOverrides(i);
      refuseWideLevels(i);
    }
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
      const std::vector<ChannelRun>& channels = (*overrides)[i].channels;
      bool any = false;
      for (std::size_t layer = 0; layer < preparation_.layerCount(); ++layer) {
        const LayerInfo& info = model_.dump().layers()[layer];
        if (!preparation_.layer(layer).quantized || !globMatches(glob, info.name)) continue;
        any = true;
        if (channels.empty() || channels.back().last < info.channels) continue;
        errors_[member] = Error{ErrorCode::invalidArgument, model_.dump().fileName(), "--overrides",
                                "channels below " + std::to_string(info.channels) + " of layer '" + info.name + "'",
                                std::to_string(channels.back().last)};
      }
      if (any) continue;
      errors_[member] = Error{ErrorCode::invalidArgument, model_.dump().fileName(), "--overrides",
                              "globs that match a layer which is quantized", "'" + glob + "'"};
    }
  }

  // Bits and levels may come from different overrides.
  void refuseWideLevels(std::size_t member) {
    for (std::size_t layer = 0; layer < preparation_.layerCount() && !errors_[member]; ++layer) {
      if (!preparation_.layer(layer).quantized) continue;
      const LayerOptions options =
          layerOptions(preparation_.layer(layer), model_.dump().layers()[layer], settings_[member]);
      const Status status = checkWeightFormat(options.weightBits, options.weightQuantizer, options.groupScale);
      if (status) continue;
      errors_[member] = status.error();
      errors_[member]->file = model_.dump().fileName();
      errors_[member]->object = objectOf(layer);
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
      const std::vector<FeedbackOptions> options = feedbackOptions(settings_[same.front()]);
      const auto rest = std::stable_partition(same.begin(), same.end(), [&](std::size_t i) {
        return inputs == nullptr || feedbackOptions(settings_[i]) == options;
      });
      Members together(same.begin(), rest);
      same.erase(same.begin(), rest);
      if (inputs == nullptr) {
        refuseWithoutInputs(layer, together);
        quantizeTogether(layer, together, nullptr, {});
        continue;
      }
      const auto matrices = feedbackFor(layer, options, *inputs);
      if (matrices) {
        quantizeTogether(layer, together, inputs, *matrices);
      } else {
        for (const std::size_t i : together) errors_[i] = matrices.error();
      }
    }
  }

  // By order of visiting.
  using Orders = std::vector<std::shared_ptr<const LayerFeedback>>;

  Result<Orders> feedbackFor(std::size_t layer, const std::vector<FeedbackOptions>& options,
                             const LayerInputs& inputs) const {
    Orders orders;
    for (const FeedbackOptions& one : options) {
      AXESCOPE_TRY(auto matrices, inputs.feedbackFor(one, model_.dump().layers()[layer].name));
      orders.push_back(std::move(matrices));
    }
    return orders;
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

  // One group's answers to all options; each channel the best one over the orders.
  std::vector<Result<QuantizedWeights>> quantizeGroup(const MatrixF& weight,
                                                      const std::optional<std::vector<double>>& given,
                                                      std::size_t group, const LayerInputs* inputs,
                                                      const Orders& orders, std::span<const LayerOptions> options) {
    if (orders.empty()) {
      const Feedback plain = rtnFeedback(weight.cols());
      return quantizeWeights(weight, given, plain, nullptr, options, job_);
    }
    const InputStatistics& statistics = inputs->groups()[group];
    auto best = quantizeWeights(weight, given, (*orders.front())[group], &statistics, options, job_);
    for (std::size_t order = 1; order < orders.size(); ++order) {
      auto others = quantizeWeights(weight, given, (*orders[order])[group], &statistics, options, job_);
      for (std::size_t i = 0; i < best.size(); ++i) {
        if (best[i] && others[i]) keepBetterChannels(*best[i], *others[i]);
        if (best[i] && !others[i]) best[i] = std::move(others[i]);
      }
    }
    return best;
  }

  // Its groups in parallel, the settings and their channels' widths stacked.
  void quantizeTogether(std::size_t layer, const Members& together, const LayerInputs* inputs, const Orders& orders) {
    if (together.empty()) return;
    const LayerInfo& info = model_.dump().layers()[layer];
    const PreparedLayer& prepared = preparation_.layer(layer);
    std::vector<Choices> ofMembers;
    std::vector<LayerOptions> options;
    for (const std::size_t i : together) {
      Choices choices{.first = options.size(),
                      .options = quantizerChoices(channelOptions(prepared, info, settings_[i]))};
      for (ChannelOptions& choice : choices.options) {
        shareScaleUnit(choice);
        options.insert(options.end(), choice.kinds.begin(), choice.kinds.end());
      }
      ofMembers.push_back(std::move(choices));
    }
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
      groups[group] = quantizeGroup(weight, given, group, inputs, orders, options);
    });
    for (std::size_t i = 0; i < together.size(); ++i) {
      const std::size_t choice = leastError(ofMembers[i], groups, channels);
      assemble(layer, together[i], ofMembers[i].options[choice], ofMembers[i].placeOf(choice), groups, inputs);
    }
  }

  // What one setting may be: a quantizer each, with an answer for each kind of channel, side by side from `first` on.
  struct Choices {
    std::size_t first = 0;
    std::vector<ChannelOptions> options;

    std::size_t placeOf(std::size_t choice) const { return first + choice * options.front().kinds.size(); }
  };
  using GroupAnswers = std::vector<std::vector<Result<QuantizedWeights>>>;

  // One second-level scale for the layer, whatever its channels' widths.
  void shareScaleUnit(ChannelOptions& options) const {
    if (options.kinds.front().scaleGrid.rule != ScaleQuantization::shared) return;
    double unit = 0.0;
    for (const LayerOptions& kind : options.kinds) {
      unit = std::max(unit, sharedScaleUnit(tensors_->weight, tensors_->weightScale, kind));
    }
    for (LayerOptions& kind : options.kinds) kind.scaleGrid.unit = unit;
  }

  // The choice whose channels have the least error together, the first of equals.
  static std::size_t leastError(const Choices& choices, const GroupAnswers& groups, std::int64_t channelsPerGroup) {
    if (choices.options.size() == 1) return 0;
    constexpr double failed = std::numeric_limits<double>::infinity();
    const auto errorOf = [&](std::size_t choice) {
      const std::vector<std::size_t>& kinds = choices.options[choice].ofChannel;
      double sum = 0.0;
      for (std::size_t channel = 0; channel < kinds.size(); ++channel) {
        const auto group = channel / static_cast<std::size_t>(channelsPerGroup);
        const auto& answer = groups[group][choices.placeOf(choice) + kinds[channel]];
        if (!answer) return failed;
        sum += answer->errorEnergy[channel % static_cast<std::size_t>(channelsPerGroup)];
      }
      return sum;
    };
    std::size_t best = 0;
    double least = errorOf(0);
    for (std::size_t choice = 1; choice < choices.options.size(); ++choice) {
      const double error = errorOf(choice);
      if (!(error < least)) continue;
      least = error;
      best = choice;
    }
    return best;
  }

  // Of the answers from `place` on, one for each kind of channel, every channel that of its own kind.
  void assemble(std::size_t layer, std::size_t member, const ChannelOptions& options, std::size_t place,
                const std::vector<std::vector<Result<QuantizedWeights>>>& groups, const LayerInputs* inputs) {
    const LayerInfo& info = model_.dump().layers()[layer];
    QuantizedLayer result;
    result.input = preparation_.layer(layer).input;
    result.dynamicInput = preparation_.layer(layer).dynamicInput;
    result.weightQuantizer = options.kinds.front().weightQuantizer;
    setWidths(options, result);
    result.codes.resize(info.channels, info.k());
    const Tiling tiling = Tiling::of(info.k(), options.kinds.front().tileSize);
    CodeMatrix multipliers(info.channels, tiling.tiles());
    for (std::int64_t channel = 0; channel < info.channels; ++channel) {
      const auto group = static_cast<std::size_t>(channel / info.channelsPerGroup());
      const std::size_t kind = options.ofChannel[static_cast<std::size_t>(channel)];
      const Result<QuantizedWeights>& answer = groups[group][place + kind];
      if (!answer) {
        Error error = answer.error();
        error.file = model_.dump().fileName();
        error.object = objectOf(layer);
        errors_[member] = error;
        return;
      }
      const std::int64_t row = channel % info.channelsPerGroup();
      const auto at = static_cast<std::size_t>(row);
      result.codes.row(channel) = answer->codes.row(row);
      multipliers.row(channel) = answer->multipliers.middleRows(row, 1).values(1, tiling);
      result.scales.push_back(answer->scales[at]);
      result.errorEnergy.push_back(answer->errorEnergy[at]);
      result.outputEnergy.push_back(answer->outputEnergy[at]);
    }
    result.multipliers = TileMultipliers(tiling, std::move(multipliers));
    result.scaleUnit = options.kinds.front().scaleGrid.unit;
    result.bias = tensors_->bias;
    if (settings_[member].biasCorrection) correctBias(layer, *inputs, result);
    fresh_[member] = std::move(result);
  }

  static void setWidths(const ChannelOptions& options, QuantizedLayer& result) {
    const auto widths = [&](int LayerOptions::*member) {
      std::vector<int> bits;
      for (const std::size_t kind : options.ofChannel) bits.push_back(options.kinds[kind].*member);
      return bits;
    };
    const auto alike = [](const std::vector<int>& bits) {
      return std::ranges::all_of(bits, [&](int one) { return one == bits.front(); });
    };
    std::vector<int> weightBits = widths(&LayerOptions::weightBits);
    std::vector<int> innerBits = widths(&LayerOptions::innerBits);
    result.weightBits = std::ranges::max(weightBits);
    if (!alike(weightBits)) result.channelWeightBits = std::move(weightBits);
    if (!alike(innerBits)) result.channelInnerBits = std::move(innerBits);
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
