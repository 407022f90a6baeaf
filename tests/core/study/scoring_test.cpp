// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/scoring.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace axescope {
namespace {

ScoreKey labelled(std::vector<std::int64_t> labels) {
  return {.file = "net.h5", .labels = std::move(labels), .tokens = nullptr, .reference = nullptr};
}

// Three sequences of four tokens out of five.
Tensor tokens(std::int64_t first, std::int64_t count) {
  const Tensor all{{3, 4}, {0, 1, 2, 3, 4, 4, 4, 4, 1, 0, 3, 2}};
  return all.slice(first, count);
}

ScoreKey ofTokens() {
  return {.file = "lm.h5",
          .labels = {},
          .tokens = [](std::int64_t first, std::int64_t count) -> Result<Tensor> { return tokens(first, count); },
          .tokensPerSample = 4,
          .reference = nullptr};
}

TEST(Scoring, CountsLabelsWithTheLargestLogit) {
  Scoring scoring(labelled({0, 1, 2, 0}), 4);
  ASSERT_TRUE(scoring.add(2, Tensor{{2, 3}, {0, 0, 5, 0, 1, 0}}));
  ASSERT_TRUE(scoring.add(0, Tensor{{2, 3}, {1, 1, 0, 1, 1, 0}}));
  const Score score = scoring.finish();
  EXPECT_EQ(score.accuracy, 0.5);
  EXPECT_FALSE(score.perplexity || score.sqnrDb);
}

TEST(Scoring, RefusesLabelsThatAreNoClass) {
  for (const std::int64_t label : {-1, 2}) {
    Scoring scoring(labelled({0, label}), 2);
    EXPECT_EQ(scoring.add(0, Tensor{{2, 2}, {1, 0, 0, 1}}).error().line(),
              "net.h5: /eval/labels: expected classes from 0 to 1, found " + std::to_string(label) + " of sample 1");
  }
}

TEST(Scoring, PerplexityOfEqualLogitsIsTheVocabulary) {
  Scoring scoring(ofTokens(), 3);
  ASSERT_TRUE(scoring.add(1, Tensor{{2, 4, 5}, std::vector<float>(40, 0.3F)}));
  ASSERT_TRUE(scoring.add(0, Tensor{{1, 4, 5}, std::vector<float>(20, -7.0F)}));
  EXPECT_NEAR(*scoring.finish().perplexity, 5.0, 1e-12);
}

TEST(Scoring, PerplexityOfBrokenNetworksIsLargeButANumber) {
  std::vector<float> logits(60, 0.0F);
  for (std::size_t row = 0; row < 12; ++row) logits[row * 5 + 4] = 1e30F;  // sure of a token that seldom comes
  Scoring sure(ofTokens(), 3);
  ASSERT_TRUE(sure.add(0, Tensor{{3, 4, 5}, logits}));
  EXPECT_EQ(sure.finish().perplexity, mostPerplexity);
  logits[7] = std::numeric_limits<float>::quiet_NaN();
  Scoring broken(ofTokens(), 3);
  ASSERT_TRUE(broken.add(0, Tensor{{3, 4, 5}, logits}));
  EXPECT_EQ(broken.finish().perplexity, mostPerplexity);
}

TEST(Scoring, RefusesTokensAndOutputsThatDoNotFit) {
  EXPECT_EQ(Scoring(ofTokens(), 3).add(0, Tensor{{3, 4, 4}, std::vector<float>(48)}).error().line(),
            "lm.h5: /eval/inputs: expected token ids from 0 to 3, found 4 in sample 1");
  EXPECT_EQ(Scoring(ofTokens(), 3).add(0, Tensor{{3, 5}, std::vector<float>(15)}).error().line(),
            "lm.h5: /graph: outputs: expected logits [N, 4, tokens] of a language model, found [N, 5]");
}

TEST(Scoring, ComparesWithAReference) {
  ScoreKey key = labelled({});
  key.reference = std::make_shared<const MatrixF>(MatrixF{{3, 4}, {0, 0}});
  Scoring scoring(key, 2);
  ASSERT_TRUE(scoring.add(0, Tensor{{2, 2}, {3, 3.5F, 0, 0}}));
  EXPECT_NEAR(*scoring.finish().sqnrDb, 20.0, 1e-9);
  Scoring same(key, 2);
  ASSERT_TRUE(same.add(0, Tensor{{2, 2}, {3, 4, 0, 0}}));
  EXPECT_FALSE(same.finish().sqnrDb);  // no noise, no ratio
}

}  // namespace
}  // namespace axescope
