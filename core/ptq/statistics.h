// SPDX-License-Identifier: GPL-3.0-or-later
// What the greedy methods need to know of a layer's inputs, gathered in one pass over calibration samples.
#pragma once

#include <cstdint>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"

namespace axescope {

/// Statistics of one group of a layer. X are the float inputs (row i = input i, D samples), X̃ the de-quantized
/// quantized inputs.
struct InputStatistics {
  MatrixD s;            // K×K, X̃ X̃ᵀ, symmetric
  VectorD sums;         // K, Σ over samples of X̃
  MatrixD shift;        // K×K, G − S = (X − X̃) X̃ᵀ with G(j, i) = ⟨X_j, X̃_i⟩; small, so summed as such
  MatrixD targetShift;  // C×K, W (G − S): how the target differs from W X̃
  std::vector<double> outputEnergy;  // C, ‖w X‖²
  std::vector<double> noiseEnergy;   // C, ‖w (X − X̃)‖²
  std::int64_t samples = 0;          // D

  std::int64_t k() const { return s.rows(); }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(sizeof(double)) * (s.size() + shift.size() + targetShift.size());
  }
};

/// Sums batches: float32 products of at most 1024 samples, added up in float64. Codes of up to 8 bits are centred
/// before the product, so that S is exact: 1024·128² = 2^24 is the last integer float32 holds. The diagonal of S is
/// exact for every width: an input that is always zero has no energy, and exactly zero rows and columns.
class StatisticsAccumulator {
 public:
  /// weight[C×K], the float weights of the group.
  StatisticsAccumulator(MatrixF weight, const ActivationQuantizer& quantizer);

  /// x[rows×K] and its codes, with leading dimensions xStride and codeStride. Uses the threads of the arena.
  void add(const float* x, std::int64_t xStride, const std::int16_t* codes, std::int64_t codeStride, std::int64_t rows);
  InputStatistics finish();

 private:
  void addBatch(const float* x, std::int64_t xStride, const std::int16_t* codes, std::int64_t codeStride,
                std::int64_t rows);
  void addEnergies(const MatrixF& inputs, std::vector<double>& energy) const;

  MatrixF weight_;
  ActivationQuantizer quantizer_;
  std::int64_t middle_;
  MatrixD centredProducts_;             // K×K, upper half: Σ c_i c_j with c = code − middle
  MatrixD noiseProducts_;               // K×K: Σ (x − x̃)_j c_i
  VectorD centredSums_;                 // Σ c_i
  VectorD noiseSums_;                   // Σ (x − x̃)_j
  std::vector<std::int64_t> energies_;  // Σ (code − z)², exact
  std::vector<double> outputEnergy_;
  std::vector<double> noiseEnergy_;
  std::int64_t samples_ = 0;
};

}  // namespace axescope
