// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/evaluation_cache.h"

#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/base/sha256.h"

namespace axescope {

namespace {

std::string digestOf(const std::string& text) {
  Sha256 digest;
  digest.add(std::as_bytes(std::span(text)));
  return digest.finish();
}

std::string layerDigest(const QuantizedLayer& quantized, const IntegerLayer& layer) {
  Sha256 digest;
  const auto codes = static_cast<std::size_t>(quantized.codes.size());
  digest.add(std::as_bytes(std::span(quantized.codes.data(), codes)));
  if (!quantized.multipliers.allOnes()) {
    const ChannelUnitCodes units(quantized.codes, quantized.multipliers);
    digest.add(std::as_bytes(std::span(units.codes().data(), codes)));
  }
  digest.add(std::as_bytes(std::span(quantized.scales)));
  digest.add(std::as_bytes(std::span(quantized.bias)));
  const ActivationQuantizer& input = quantized.input;
  std::string rest = fmt::format("{:a} {} {} {} {}", input.scale, input.zeroPoint, input.bits,
                                 static_cast<int>(input.encoding), quantized.dynamicInput);
  if (!layer.guaranteed()) {
    for (const LayerEmulator& emulator : layer.emulators()) {
      const Datapath& d = emulator.datapath();
      rest += fmt::format(" {} {} {} {} {}", d.innerBits, d.outerBits, d.tileSize, static_cast<int>(d.innerOverflow),
                          static_cast<int>(d.outerOverflow));
    }
  }
  digest.add(std::as_bytes(std::span(rest)));
  return digest.finish();
}

}  // namespace

Result<std::shared_ptr<const Tensor>> EvaluationCache::floatOutput(const LayerSamples& samples,
                                                                   const std::function<Status(Tensor&)>& make) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = floatOutputs_.find(samples);
    if (found != floatOutputs_.end()) return found->second;
  }
  auto made = std::make_shared<Tensor>();
  AXESCOPE_CHECK(make(*made));
  const std::scoped_lock lock(mutex_);
  const auto bytes = static_cast<std::int64_t>(made->data.size() * sizeof(float));
  if (bytes_ + bytes <= mostBytes_ && floatOutputs_.try_emplace(samples, made).second) bytes_ += bytes;
  return made;
}

Result<std::shared_ptr<const LayerPieces>> EvaluationCache::inputs(const LayerSamples& samples, std::int64_t values,
                                                                   const std::function<Status(LayerPieces&)>& read) {
  const std::scoped_lock readerLock(reading_);
  const auto bytes = values * static_cast<std::int64_t>(sizeof(float));
  {
    const std::scoped_lock lock(mutex_);
    const auto found = inputs_.find(samples);
    if (found != inputs_.end()) return found->second;
    if (bytes_ + bytes > mostBytes_) return nullptr;
    bytes_ += bytes;
  }
  auto pieces = std::make_shared<LayerPieces>();
  const Status status = read(*pieces);
  const std::scoped_lock lock(mutex_);
  if (!status) {
    bytes_ -= bytes;
    return fail(status.error());
  }
  inputs_[samples] = pieces;
  return pieces;
}

Result<PrefixKeys> prefixKeys(const Network& network, const QuantizedModel& quantized,
                              const std::vector<std::optional<IntegerLayer>>& layers, std::int64_t samples) {
  std::vector<std::string> digests(layers.size());
  PrefixKeys keys{digestOf(fmt::format("{} samples", samples))};
  for (const Network::Node& node : network.nodes()) {
    std::string key = keys.back();
    if (node.layer) {
      const std::size_t index = *node.layer;
      if (layers[index] && digests[index].empty()) {
        AXESCOPE_TRY(const auto codes, quantized.layer(index));
        digests[index] = layerDigest(*codes, *layers[index]);
      }
      key = digestOf(key + digests[index]);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace axescope
