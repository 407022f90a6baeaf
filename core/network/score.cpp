// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace axescope {

namespace {

// log Σ exp(x), shifted by the largest value.
double logSumExp(std::span<const float> values) {
  const auto largest = static_cast<double>(*std::max_element(values.begin(), values.end()));
  double sum = 0.0;
  for (const float value : values) sum += std::exp(static_cast<double>(value) - largest);
  return largest + std::log(sum);
}

}  // namespace

bool isTop1(std::span<const float> logits, std::int64_t label) {
  if (std::any_of(logits.begin(), logits.end(), [](float v) { return std::isnan(v); })) return false;
  return std::max_element(logits.begin(), logits.end()) - logits.begin() == label;
}

double nextTokenLoss(std::span<const float> logits, std::span<const float> tokens) {
  const std::size_t vocabulary = logits.size() / tokens.size();
  double loss = 0.0;
  for (std::size_t position = 0; position + 1 < tokens.size(); ++position) {
    const auto row = logits.subspan(position * vocabulary, vocabulary);
    loss += logSumExp(row) - static_cast<double>(row[static_cast<std::size_t>(tokens[position + 1])]);
  }
  return loss;
}

double decibels(double signal, double noise) {
  return noise == 0.0 ? std::numeric_limits<double>::infinity() : 10.0 * std::log10(signal / noise);
}

}  // namespace axescope
