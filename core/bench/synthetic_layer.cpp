// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/synthetic_layer.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/product.h"

namespace axescope::bench {

namespace {

constexpr std::uint64_t inputSeed = 1;
constexpr std::uint64_t weightSeed = 2;
constexpr std::int64_t fewSamples = 512;

}  // namespace

std::uint64_t Noise::bits() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

float Noise::value() {
  constexpr float step = 1.0F / static_cast<float>(1U << 23U);
  return static_cast<float>(bits() >> 40U) * step - 1.0F;
}

MatrixF Noise::matrix(std::int64_t rows, std::int64_t columns) {
  MatrixF result(rows, columns);
  std::generate(result.data(), result.data() + result.size(), [this] { return value(); });
  return result;
}

std::int64_t Noise::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
}

CodeMatrix Noise::codes(std::int64_t rows, std::int64_t columns, IntegerRange range) {
  CodeMatrix result(rows, columns);
  std::generate(result.data(), result.data() + result.size(),
                [&] { return static_cast<std::int16_t>(between(range.low, range.high)); });
  return result;
}

SyntheticInputs syntheticInputs(std::int64_t samples, std::int64_t k) {
  constexpr std::int64_t latent = 64;
  Noise noise(inputSeed);
  const MatrixF causes = noise.matrix(samples, latent);
  const MatrixF mixing = noise.matrix(latent, k);
  SyntheticInputs inputs{noise.matrix(samples, k), CodeMatrix(samples, k), {}};
  multiplyParallel(FloatProduct{.m = samples,
                                .n = k,
                                .k = latent,
                                .alpha = 1.0F / std::sqrt(static_cast<float>(latent)),
                                .a = causes.data(),
                                .lda = latent,
                                .b = mixing.data(),
                                .ldb = k,
                                .beta = 0.5F,
                                .c = inputs.x.data(),
                                .ldc = k});
  constexpr float least = -0.1F;
  constexpr float most = 1.0F;
  inputs.x = inputs.x.cwiseMax(least).cwiseMin(most);
  inputs.quantizer =
      activationQuantizer(static_cast<double>(least), static_cast<double>(most), 8, ActivationEncoding::asymmetric);
  inputs.quantizer.quantize(std::span(inputs.x.data(), static_cast<std::size_t>(inputs.x.size())),
                            std::span(inputs.codes.data(), static_cast<std::size_t>(inputs.codes.size())));
  return inputs;
}

MatrixF syntheticWeights(std::int64_t channels, std::int64_t k) {
  return Noise(weightSeed).matrix(channels, k);
}

InputStatistics gather(const MatrixF& weight, const SyntheticInputs& inputs) {
  StatisticsAccumulator accumulator(weight, inputs.quantizer);
  accumulator.add(inputs.x.data(), inputs.x.cols(), inputs.codes.data(), inputs.codes.cols(), inputs.x.rows());
  return accumulator.finish();
}

InputStatistics syntheticStatistics(const MatrixF& weight) {
  return gather(weight, syntheticInputs(fewSamples, weight.cols()));
}

}  // namespace axescope::bench
