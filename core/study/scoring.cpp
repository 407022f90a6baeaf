// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/scoring.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/network/score.h"

namespace axescope {

Scoring::Scoring(ScoreKey key, std::int64_t samples)
    : key_(std::move(key)), samples_(static_cast<std::size_t>(samples)) {}

Status Scoring::add(std::int64_t first, const Tensor& outputs) {
  const auto size = static_cast<std::size_t>(outputs.sampleSize());
  for (std::int64_t i = 0; i < outputs.samples(); ++i) {
    const std::int64_t index = first + i;
    Sample& sample = samples_[static_cast<std::size_t>(index)];
    const auto values = std::span(outputs.data).subspan(static_cast<std::size_t>(i) * size, size);
    if (!key_.labels.empty()) AXESCOPE_CHECK(addLabel(index, values, sample));
    if (key_.reference == nullptr) continue;
    const float* const reference = key_.reference->row(index).data();
    for (std::size_t k = 0; k < size; ++k) {
      const auto value = static_cast<double>(reference[k]);
      const double difference = value - static_cast<double>(values[k]);
      sample.signal += value * value;
      sample.noise += difference * difference;
    }
  }
  return key_.tokens ? addTokens(first, outputs) : Status{};
}

Status Scoring::addLabel(std::int64_t index, std::span<const float> logits, Sample& sample) const {
  const std::int64_t label = key_.labels[static_cast<std::size_t>(index)];
  const auto classes = static_cast<std::int64_t>(logits.size());
  if (label < 0 || label >= classes) {
    return fail(ErrorCode::refused, key_.file, "/eval/labels", fmt::format("classes from 0 to {}", classes - 1),
                fmt::format("{} of sample {}", label, index));
  }
  sample.right = isTop1(logits, label);
  return {};
}

Status Scoring::addTokens(std::int64_t first, const Tensor& outputs) {
  AXESCOPE_TRY(const Tensor tokens, key_.tokens(first, outputs.samples()));
  const auto length = static_cast<std::size_t>(tokens.sampleSize());
  if (outputs.shape.size() != 3 || outputs.shape[1] != static_cast<std::int64_t>(length)) {
    return fail(ErrorCode::wrongShape, key_.file, "/graph: outputs",
                fmt::format("logits [N, {}, tokens] of a language model", length), batchShapeText(outputs.shape));
  }
  const auto size = static_cast<std::size_t>(outputs.sampleSize());
  for (std::int64_t i = 0; i < outputs.samples(); ++i) {
    const auto place = static_cast<std::size_t>(i);
    const auto own = std::span(tokens.data).subspan(place * length, length);
    const auto strange = std::find_if(own.begin(), own.end(), [&](float token) {
      return !(token >= 0.0F && token < static_cast<float>(outputs.shape[2]));
    });
    if (strange != own.end()) {
      return fail(ErrorCode::refused, key_.file, "/eval/inputs",
                  fmt::format("token ids from 0 to {}", outputs.shape[2] - 1),
                  fmt::format("{} in sample {}", *strange, first + i));
    }
    samples_[static_cast<std::size_t>(first + i)].loss =
        nextTokenLoss(std::span(outputs.data).subspan(place * size, size), own);
  }
  return {};
}

Score Scoring::finish() const {
  Score score;
  Sample sum;
  std::int64_t right = 0;
  for (const Sample& sample : samples_) {
    right += sample.right;
    sum.loss += sample.loss;
    sum.signal += sample.signal;
    sum.noise += sample.noise;
  }
  const auto count = static_cast<double>(samples_.size());
  if (!key_.labels.empty()) score.accuracy = static_cast<double>(right) / count;
  if (key_.tokens && key_.tokensPerSample > 1) {
    const double perplexity = std::exp(sum.loss / (count * static_cast<double>(key_.tokensPerSample - 1)));
    score.perplexity = perplexity < mostPerplexity ? perplexity : mostPerplexity;
  }
  if (key_.reference != nullptr) {
    const double ratio = decibels(sum.signal, sum.noise);
    if (std::isfinite(ratio)) score.sqnrDb = ratio;
  }
  return score;
}

}  // namespace axescope
