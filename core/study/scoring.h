// SPDX-License-Identifier: GPL-3.0-or-later
// What a forward pass over the evaluation samples is worth, gathered batch by batch: outputs of language models are
// too large to keep.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/network/evaluation.h"

namespace axescope {

/// Empty: the file tells no labels, or there is nothing to compare with.
struct Score {
  std::optional<double> accuracy;    // top-1, 0–1
  std::optional<double> perplexity;  // exp of the mean loss of each next token; never above mostPerplexity
  std::optional<double> sqnrDb;      // against the reference; empty without signal or without noise
};

/// A network whose outputs are no numbers any more, or next to it.
inline constexpr double mostPerplexity = 1e300;

/// What the samples are scored by.
struct ScoreKey {
  std::string file;                  // for errors
  std::vector<std::int64_t> labels;  // classification: of each sample, else empty
  BatchLoader tokens;                // language modeling: the samples themselves, else null
  std::int64_t tokensPerSample = 0;
  std::shared_ptr<const MatrixF> reference;  // outputs of each sample to compare with, or null
};

/// Sums are made sample by sample, so that they do not depend on the number of threads.
class Scoring {
 public:
  Scoring(ScoreKey key, std::int64_t samples);

  /// Outputs of samples from `first` on; from many threads at once. Errors: refused (a label or token that is none of
  /// the outputs), wrongShape (outputs of a language model that are no logits of each position), and those of loading.
  Status add(std::int64_t first, const Tensor& outputs);
  Score finish() const;

 private:
  struct Sample {
    bool right = false;
    double loss = 0.0;
    double signal = 0.0;
    double noise = 0.0;
  };
  Status addLabel(std::int64_t index, std::span<const float> logits, Sample& sample) const;
  Status addTokens(std::int64_t first, const Tensor& outputs);

  ScoreKey key_;
  std::vector<Sample> samples_;
};

}  // namespace axescope
