// SPDX-License-Identifier: GPL-3.0-or-later
// The recurrence against its textbook form, equation (7) of core/README.md, in plain float64 loops.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/number/weight_quantizer.h"
#include "core/ptq/recurrence.h"
#include "core/selftest/check.h"

namespace axescope::selftest {

namespace {

constexpr double damping = 0.01;
constexpr IntegerRange codeRange{-7, 7};  // of four bits
constexpr double tieMargin = 1e-3;  // float32 products may decide a value this near to a rounding tie the other way

WeightLevels codeLevels() {
  return WeightLevels(codeRange);
}

struct Textbook {
  MatrixD r;  // upper triangular
  MatrixD a;
};

// R with R Rᵀ = H, column by column from the last.
MatrixD plainUpperFactor(const MatrixD& h) {
  const Eigen::Index k = h.rows();
  MatrixD r = MatrixD::Zero(k, k);
  for (Eigen::Index j = k - 1; j >= 0; --j) {
    for (Eigen::Index i = j; i >= 0; --i) {
      double sum = h(i, j);
      for (Eigen::Index l = j + 1; l < k; ++l) sum -= r(i, l) * r(j, l);
      r(i, j) = i == j ? std::sqrt(sum) : sum / r(j, j);
    }
  }
  return r;
}

// From samples, one product at a time.
Textbook textbook(Algorithm algorithm, const bench::SyntheticInputs& inputs) {
  const Eigen::Index k = inputs.x.cols();
  MatrixD s = MatrixD::Zero(k, k);
  MatrixD g = MatrixD::Zero(k, k);
  for (Eigen::Index sample = 0; sample < inputs.x.rows(); ++sample) {
    for (Eigen::Index j = 0; j < k; ++j) {
      for (Eigen::Index i = 0; i < k; ++i) {
        const auto stood = [&](Eigen::Index input) {
          return inputs.quantizer.scale * static_cast<double>(inputs.codes(sample, input) - inputs.quantizer.zeroPoint);
        };
        s(j, i) += stood(j) * stood(i);
        g(j, i) += static_cast<double>(inputs.x(sample, j)) * stood(i);
      }
    }
  }
  if (algorithm == Algorithm::gpfq) {
    return {s.triangularView<Eigen::Upper>(), g.triangularView<Eigen::Upper>()};
  }
  double mean = 0.0;
  for (Eigen::Index i = 0; i < k; ++i) mean += s(i, i) / static_cast<double>(k);
  for (Eigen::Index i = 0; i < k; ++i) s(i, i) += damping * mean;
  const MatrixD r = plainUpperFactor(s);
  return {r, r};
}

struct PlainRow {
  std::vector<std::int64_t> codes;
  std::vector<double> margins;  // distance of each rounded value from its nearest tie
};

// v_i = (Σ_j w_j A_ji − Σ_{j<i} q̂_j R_ji) / R_ii.
PlainRow plainRecurrence(const MatrixF& weight, Eigen::Index channel, double scale, const Textbook& book) {
  PlainRow row;
  for (Eigen::Index i = 0; i < weight.cols(); ++i) {
    double sum = 0.0;
    for (Eigen::Index j = 0; j < weight.cols(); ++j) sum += static_cast<double>(weight(channel, j)) * book.a(j, i);
    for (Eigen::Index j = 0; j < i; ++j) {
      sum -= scale * static_cast<double>(row.codes[static_cast<std::size_t>(j)]) * book.r(j, i);
    }
    const double v = sum / book.r(i, i) / scale;
    row.margins.push_back(std::abs(std::abs(v - std::floor(v)) - 0.5));
    row.codes.push_back(std::clamp(static_cast<std::int64_t>(roundHalfEven(v)), codeRange.low, codeRange.high));
  }
  return row;
}

// Codes are the same up to a channel's first value that stands at a rounding tie: what follows then differs rightly.
void compareRow(const CodeMatrix& codes, Eigen::Index channel, const PlainRow& plain, std::int64_t k,
                Comparison& comparison) {
  for (Eigen::Index i = 0; i < codes.cols(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool same = codes(channel, i) == plain.codes[at];
    if (!same && plain.margins[at] < tieMargin) return;
    comparison.expect(same, [&] {
      return fmt::format("K {}, channel {}, input {}: code {} instead of {}", k, channel, i, codes(channel, i),
                         plain.codes[at]);
    });
    if (!same) return;
  }
}

Result<Comparison> compareAlgorithm(Algorithm algorithm, const Job& job) {
  constexpr std::int64_t channels = 12;
  constexpr std::int64_t samples = 320;
  Comparison comparison;
  for (const std::int64_t k : {1, 2, 9, 64, 65, 130}) {
    AXESCOPE_CHECK(job.check());
    const bench::SyntheticInputs inputs = bench::syntheticInputs(samples, k);
    const MatrixF weight = bench::syntheticWeights(channels, k);
    const std::vector<double> scales = weightScales(weight, codeLevels(), WeightScaleRule::absmax);
    AXESCOPE_TRY(const Feedback matrices,
                 feedback(bench::gather(weight, inputs), {algorithm, false, damping}, fmt::format("K {}", k)));
    const CodeMatrix codes = quantizeGreedily(weight, scales, matrices, {.codes = codeLevels()});
    const Textbook book = textbook(algorithm, inputs);
    for (Eigen::Index c = 0; c < channels; ++c) {
      compareRow(codes, c, plainRecurrence(weight, c, scales[static_cast<std::size_t>(c)], book), k, comparison);
    }
    ++comparison.cases;
  }
  return comparison;
}

}  // namespace

std::vector<Check> recurrenceChecks() {
  constexpr const char* loops = "textbook loops in float64";
  return {{"recurrence, GPFQ", loops, [](const Job& job) { return compareAlgorithm(Algorithm::gpfq, job); }},
          {"recurrence, OPTQ", loops, [](const Job& job) { return compareAlgorithm(Algorithm::optq, job); }}};
}

}  // namespace axescope::selftest
