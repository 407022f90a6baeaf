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
  VectorD noiseSums;    // K, Σ over samples of X − X̃
  MatrixF spread;       // K×K, S − ΣX̃ ΣX̃ᵀ / D, what is left of S around the inputs' means
  MatrixD shift;        // K×K, G − S = (X − X̃) X̃ᵀ with G(j, i) = ⟨X_j, X̃_i⟩; small, so summed as such
  MatrixD targetShift;  // C×K, W (G − S): how the target differs from W X̃
  std::vector<double> outputEnergy;  // C, ‖w X‖²
  std::vector<double> noiseEnergy;   // C, ‖w (X − X̃)‖²
  std::int64_t samples = 0;          // D

  std::int64_t k() const { return s.rows(); }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(sizeof(double)) * (s.size() + shift.size() + targetShift.size()) +
           static_cast<std::int64_t>(sizeof(float)) * spread.size();
  }
};

/// Which channel the rows of a stack belong to, several settings of the same channels one below the other: row r to
/// channel first + r mod channels.
struct ChannelRows {
  std::int64_t first = 0;
  std::int64_t channels = 1;
  std::int64_t channelOf(std::int64_t row) const { return first + row % channels; }
};

/// Sums batches. Codes of up to 8 bits are centred and multiplied as integers, so that S is exact; wider ones, and all
/// on machines without exact 8-bit products, in float32 products of at most 1024 samples, added up in float64 (centred
/// codes of 8 bits are exact there too: 1024·128² = 2^24 is the last integer float32 holds). X − X̃ goes in float32
/// products of at most 1024 samples, added up in float64. The diagonal of S is exact for every width: an input that is
/// always zero has no energy, and exactly zero rows and columns.
class StatisticsAccumulator {
 public:
  /// weight[C×K], the float weights of the group.
  StatisticsAccumulator(MatrixF weight, const ActivationQuantizer& quantizer);
  /// Of inputs whose rows have no scale in common: X̃ is added as it is.
  explicit StatisticsAccumulator(MatrixF weight);

  /// x[rows×K] and its codes, with leading dimensions xStride and codeStride. Uses the threads of the arena; the sums
  /// do not depend on their number.
  void add(const float* x, std::int64_t xStride, const std::int16_t* codes, std::int64_t codeStride, std::int64_t rows);
  /// The same with X̃ instead of codes, of an accumulator without a quantizer: float32 products of at most 1024 samples,
  /// added up in float64; the diagonal in float64. An input that is always zero still has exactly zero rows and
  /// columns.
  void add(const float* x, std::int64_t xStride, const float* quantized, std::int64_t quantizedStride,
           std::int64_t rows);
  InputStatistics finish();

 private:
  using ByteMatrix = Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  // [rows×K] of the samples at hand.
  struct Batch {
    MatrixF centred;   // c = code − middle
    MatrixF noise;     // x − x̃
    ByteMatrix bytes;  // c again, where products of bytes serve
  };

  void makeSums();
  template <class Value>
  void addBatches(const float* x, std::int64_t xStride, const Value* codes, std::int64_t codeStride, std::int64_t rows);
  template <class Value>
  void addBatch(const float* x, std::int64_t xStride, const Value* codes, std::int64_t codeStride, std::int64_t rows);
  template <class Value>
  void readColumns(const float* x, std::int64_t xStride, const Value* codes, std::int64_t codeStride,
                   std::int64_t first, std::int64_t last);
  double energy(Eigen::Index input) const;
  void addNoiseEnergy();
  void fillSquares(InputStatistics& statistics) const;

  MatrixF weight_;
  ActivationQuantizer quantizer_;
  std::int64_t middle_;
  bool asBytes_;                        // products of codes are those of bytes
  MatrixD centredProducts_;             // K×K, upper half: Σ c_i c_j with c = code − middle
  MatrixD noiseProducts_;               // K×K: Σ (x − x̃)_j c_i
  VectorD centredSums_;                 // Σ c_i
  VectorD noiseSums_;                   // Σ (x − x̃)_j
  std::vector<std::int64_t> energies_;  // Σ (code − z)², exact
  std::vector<double> valueEnergies_;   // Σ x̃² without a quantizer
  std::vector<double> noiseEnergy_;
  std::int64_t samples_ = 0;
  Batch batch_;  // its memory is used again
};

}  // namespace axescope
