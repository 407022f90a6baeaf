// SPDX-License-Identifier: GPL-3.0-or-later
// Seeded layers and codes to work on: the same numbers in every run and on every machine.
#pragma once

#include <cstdint>
#include <span>

#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"
#include "core/ptq/statistics.h"

namespace axescope::bench {

/// SplitMix64: quick, and its numbers do not depend on a standard library.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits();
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// In [−1, 1).
  float value();
  MatrixF matrix(std::int64_t rows, std::int64_t columns);
  CodeMatrix codes(std::int64_t rows, std::int64_t columns, IntegerRange range);

 private:
  std::uint64_t state_;
};

/// Inputs of a layer, correlated and mostly positive as behind a ReLU, and their 8-bit codes.
struct SyntheticInputs {
  MatrixF x;         // D×K
  CodeMatrix codes;  // D×K
  ActivationQuantizer quantizer;
};
SyntheticInputs syntheticInputs(std::int64_t samples, std::int64_t k);

/// Uniform weights. Their largest magnitude is only twice their mean's, so that four bits of them fill tiles of 128
/// beyond what 16-bit accumulators allow: AXE has to cut.
MatrixF syntheticWeights(std::int64_t channels, std::int64_t k);

InputStatistics gather(const MatrixF& weight, const SyntheticInputs& inputs);

/// Statistics of few samples: what is measured on them takes the same time as on many.
InputStatistics syntheticStatistics(const MatrixF& weight);

}  // namespace axescope::bench
