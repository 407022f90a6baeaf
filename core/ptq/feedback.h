// SPDX-License-Identifier: GPL-3.0-or-later
// Greedy methods as matrices for one recurrence. Each algorithm is a choice of an upper-triangular R and a target A;
// the recurrence wants them as the strictly upper part of R and the difference D = A − R, columns divided by R_ii.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

enum class Algorithm {
  rtn,            // round to nearest: R = A = I
  gpfq,           // Lybrand & Saab; R = triu(X̃X̃ᵀ), A = triu(X X̃ᵀ)
  optq,           // arXiv 2210.17323; A = R with R Rᵀ = X̃X̃ᵀ + damping
  optqCorrected,  // as optq towards the least-squares target: A = (X X̃ᵀ + δI) R⁻ᵀ
  qronos,         // arXiv 2505.11695: as optqCorrected, but the first code fits the output as it is before the other
                  // weights have moved to their target
  a2q,            // arXiv 2308.13504: trained within an ℓ₁ budget, see a2q.h; no recurrence
  a2qPlus,        // arXiv 2401.10432: the same, zero-centred and with the larger budget
};

/// Trained on the layer's error instead of quantized column by column.
constexpr bool isTrained(Algorithm algorithm) {
  return algorithm == Algorithm::a2q || algorithm == Algorithm::a2qPlus;
}

/// Rows and columns are in visiting order: visited i is input order[i].
struct Feedback {
  std::vector<std::int64_t> order;
  std::vector<std::uint8_t> dead;  // by visiting position: the input is always zero, its code is 0
  MatrixF r;                       // K×K, R_ji / R_ii above the diagonal, 0 elsewhere; empty for rtn
  MatrixF d;                       // K×K, (A − R)_ji / R_ii; empty when A = R
  bool dIsUpper = false;           // d is upper triangular: half the product with it suffices

  std::int64_t k() const { return static_cast<std::int64_t>(order.size()); }
  std::int64_t bytes() const { return static_cast<std::int64_t>(sizeof(float)) * (r.size() + d.size()); }
};

struct FeedbackOptions {
  Algorithm algorithm = Algorithm::optq;
  bool actOrder = false;  // visit inputs by descending X̃ energy, ties by lower index
  double damping = 0.01;  // η: adds η·mean(diag S) to the diagonal (optq, optqCorrected, qronos)
  friend bool operator==(const FeedbackOptions&, const FeedbackOptions&) = default;
};

/// Round to nearest needs no statistics; neither has it or a trained method R and D.
Feedback rtnFeedback(std::int64_t k);

/// Errors: numerical, naming `object`, when the factorization fails. Where all inputs are always zero, as behind a
/// layer that a narrow accumulator silenced, every input is dead.
Result<Feedback> feedback(const InputStatistics& statistics, const FeedbackOptions& options, const std::string& object);

}  // namespace axescope
