// SPDX-License-Identifier: GPL-3.0-or-later
// Operations of transformers, against step-by-step references in float64.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

SmallNetwork oneOperation(const std::string& op, const Shape& input, const std::string& attributes,
                          std::map<std::string, Tensor> params) {
  SmallNetwork network;
  network.inputShape = input;
  std::map<std::string, std::string> roles;
  for (const auto& [role, tensor] : params) roles[role] = role;
  network.params = std::move(params);
  network.add("y", op, {"x"}, attributes, {}, roles);
  return network;
}

TEST(Embedding, GivesTheRowOfEachToken) {
  const auto network = oneOperation("embedding", {2, 3}, "{}", {{"weight", countingTensor({5, 2})}});
  const auto y = network.run(Tensor{{2, 3}, {4, 0, 1, 1, 2, 3}});
  ASSERT_TRUE(y) << y.error().line();
  EXPECT_EQ(y->shape, (Shape{2, 3, 2}));
  EXPECT_THAT(y->data, testing::ElementsAre(8, 9, 0, 1, 2, 3, 2, 3, 4, 5, 6, 7));
}

TEST(Embedding, RefusesTokensOutsideItsTable) {
  const auto network = oneOperation("embedding", {1, 2}, "{}", {{"weight", countingTensor({5, 2})}});
  for (const float token : {5.0F, -1.0F, 0.5F, 4e9F}) {
    const auto y = network.run(Tensor{{1, 2}, {0, token}});
    ASSERT_FALSE(y) << token;
    EXPECT_EQ(y.error().code, ErrorCode::refused);
    EXPECT_THAT(y.error().line(), testing::HasSubstr("node 'y': expected token ids from 0 to 4, found")) << token;
  }
}

TEST(Embedding, RefusesTablesThatAreNone) {
  EXPECT_EQ(oneOperation("embedding", {1, 2}, "{}", {{"weight", countingTensor({5})}}).build().error().line(),
            "small.h5: /graph: node 'y': param 'weight': expected a table [rows, features], found [5]");
  EXPECT_EQ(oneOperation("embedding", {1, 2}, "{}", {}).build().error().code, ErrorCode::notFound);
}

TEST(PositionEmbedding, GivesRowsForTokensAndAddsThemToFeatures) {
  const std::map<std::string, Tensor> params{{"weight", countingTensor({5, 2})}};
  const auto given =
      oneOperation("position_embedding", {2, 2}, R"({"offset": 2})", params).run(Tensor{{2, 2}, {9, 9, 9, 9}});
  ASSERT_TRUE(given) << given.error().line();
  EXPECT_EQ(given->shape, (Shape{2, 2, 2}));
  EXPECT_THAT(given->data, testing::ElementsAre(4, 5, 6, 7, 4, 5, 6, 7));
  const auto added =
      oneOperation("position_embedding", {1, 3, 2}, "{}", params).run(Tensor{{1, 3, 2}, {10, 10, 20, 20, 30, 30}});
  ASSERT_TRUE(added) << added.error().line();
  EXPECT_THAT(added->data, testing::ElementsAre(10, 11, 22, 23, 34, 35));
}

TEST(PositionEmbedding, RefusesSequencesLongerThanItsTable) {
  const std::map<std::string, Tensor> params{{"weight", countingTensor({5, 2})}};
  EXPECT_EQ(oneOperation("position_embedding", {1, 4}, R"({"offset": 2})", params).build().error().line(),
            "small.h5: /graph: node 'y': expected sequences of at most 3 positions, found [N, 4]");
  EXPECT_FALSE(oneOperation("position_embedding", {1, 4}, R"({"offset": 5})", params).build());
  EXPECT_FALSE(oneOperation("position_embedding", {1, 4, 3}, "{}", params).build());
}

TEST(Norms, AreTheTextbooks) {
  const Tensor x = randomTensor({3, 4, 7}, 5);
  const Tensor weight = randomTensor({7}, 6);
  const Tensor bias = randomTensor({7}, 7);
  constexpr double epsilon = 0.01;
  const auto layer =
      oneOperation("layer_norm", x.shape, R"({"eps": 0.01})", {{"weight", weight}, {"bias", bias}}).run(x);
  const auto plain = oneOperation("layer_norm", x.shape, R"({"eps": 0.01})", {{"weight", weight}}).run(x);
  const auto rms = oneOperation("rms_norm", x.shape, R"({"eps": 0.01})", {{"weight", weight}}).run(x);
  ASSERT_TRUE(layer && plain && rms);
  for (std::size_t first = 0; first < x.data.size(); first += 7) {
    double mean = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < 7; ++i) {
      mean += static_cast<double>(x.data[first + i]) / 7.0;
      squares += std::pow(static_cast<double>(x.data[first + i]), 2.0) / 7.0;
    }
    const double deviation = std::sqrt(squares - mean * mean + epsilon);
    for (std::size_t i = 0; i < 7; ++i) {
      const auto value = static_cast<double>(x.data[first + i]);
      const auto gain = static_cast<double>(weight.data[i]);
      EXPECT_NEAR(plain->data[first + i], (value - mean) / deviation * gain, 1e-5);
      EXPECT_NEAR(layer->data[first + i], (value - mean) / deviation * gain + static_cast<double>(bias.data[i]), 1e-5);
      EXPECT_NEAR(rms->data[first + i], value / std::sqrt(squares + epsilon) * gain, 1e-5);
    }
  }
}

TEST(Norms, RefuseWhatDoesNotFit) {
  const std::map<std::string, Tensor> params{{"weight", countingTensor({4})}};
  EXPECT_EQ(oneOperation("rms_norm", {1, 3}, "{}", params).build().error().line(),
            "small.h5: /graph: node 'y': expected 4 features on the last axis, as in the params, found [N, 3]");
  EXPECT_FALSE(oneOperation("layer_norm", {1, 4}, R"({"eps": -1})", params).build());
  EXPECT_FALSE(
      oneOperation("layer_norm", {1, 4}, "{}", {{"weight", countingTensor({4})}, {"bias", countingTensor({3})}})
          .build());
  EXPECT_EQ(oneOperation("rms_norm", {1, 4}, "{}", {}).build().error().code, ErrorCode::notFound);
}

struct AttentionCase {
  std::int64_t heads = 1, keyHeads = 1, headSize = 4, length = 5;
  bool causal = true;
  std::int64_t turned = 0;  // rotary dims
  bool interleaved = false;
};

double turnedFeature(const AttentionCase& c, const float* head, std::int64_t feature, std::int64_t position) {
  if (feature >= c.turned) return static_cast<double>(head[feature]);
  const std::int64_t pairs = c.turned / 2;
  const std::int64_t pair = c.interleaved ? feature / 2 : feature % pairs;
  const bool second = c.interleaved ? feature % 2 == 1 : feature >= pairs;
  const std::int64_t partner =
      c.interleaved ? (second ? feature - 1 : feature + 1) : (second ? feature - pairs : feature + pairs);
  const double angle =
      static_cast<double>(position) * std::pow(100.0, -2.0 * static_cast<double>(pair) / static_cast<double>(c.turned));
  const auto own = static_cast<double>(head[feature]);
  const auto other = static_cast<double>(head[partner]);
  return own * std::cos(angle) + (second ? other : -other) * std::sin(angle);
}

std::vector<double> attentionReference(const AttentionCase& c, const Tensor& q, const Tensor& k, const Tensor& v) {
  std::vector<double> y(q.data.size(), 0.0);
  const std::int64_t qWidth = c.heads * c.headSize;
  const std::int64_t kWidth = c.keyHeads * c.headSize;
  for (std::int64_t sample = 0; sample < q.samples(); ++sample) {
    for (std::int64_t head = 0; head < c.heads; ++head) {
      const std::int64_t keyHead = head / (c.heads / c.keyHeads);
      for (std::int64_t i = 0; i < c.length; ++i) {
        const float* const query = q.data.data() + (sample * c.length + i) * qWidth + head * c.headSize;
        std::vector<double> weights;
        double sum = 0.0;
        for (std::int64_t j = 0; j < (c.causal ? i + 1 : c.length); ++j) {
          const float* const key = k.data.data() + (sample * c.length + j) * kWidth + keyHead * c.headSize;
          double score = 0.0;
          for (std::int64_t f = 0; f < c.headSize; ++f)
            score += turnedFeature(c, query, f, i) * turnedFeature(c, key, f, j);
          weights.push_back(std::exp(score / std::sqrt(static_cast<double>(c.headSize))));
          sum += weights.back();
        }
        for (std::size_t j = 0; j < weights.size(); ++j) {
          const float* const value =
              v.data.data() + (sample * c.length + static_cast<std::int64_t>(j)) * kWidth + keyHead * c.headSize;
          for (std::int64_t f = 0; f < c.headSize; ++f) {
            y[static_cast<std::size_t>((sample * c.length + i) * qWidth + head * c.headSize + f)] +=
                weights[j] / sum * static_cast<double>(value[f]);
          }
        }
      }
    }
  }
  return y;
}

TEST(Attention, IsTheTextbooks) {
  const std::vector<AttentionCase> cases{
      {.heads = 1, .keyHeads = 1, .headSize = 1, .length = 1},
      {.heads = 2, .keyHeads = 2, .headSize = 3, .length = 4, .causal = false},
      {.heads = 4, .keyHeads = 2, .headSize = 6, .length = 9},
      {.heads = 6, .keyHeads = 1, .headSize = 4, .length = 7, .turned = 4},
      {.heads = 4, .keyHeads = 4, .headSize = 8, .length = 6, .turned = 4, .interleaved = true},
      {.heads = 2, .keyHeads = 1, .headSize = 8, .length = 300, .turned = 8},
      {.heads = 2, .keyHeads = 2, .headSize = 6, .length = 131, .causal = false, .turned = 2, .interleaved = true}};
  unsigned seed = 1;
  for (const AttentionCase& c : cases) {
    SCOPED_TRACE(c.length);
    const std::vector<Tensor> inputs{randomTensor({2, c.length, c.heads * c.headSize}, seed),
                                     randomTensor({2, c.length, c.keyHeads * c.headSize}, seed + 1),
                                     randomTensor({2, c.length, c.keyHeads * c.headSize}, seed + 2)};
    seed += 3;
    nlohmann::json attributes{{"heads", c.heads}, {"kv_heads", c.keyHeads}, {"causal", c.causal}};
    if (c.turned > 0) attributes["rope"] = {{"theta", 100.0}, {"dims", c.turned}, {"interleaved", c.interleaved}};
    const auto y = runOperation("attention", inputs, attributes.dump());
    ASSERT_TRUE(y) << y.error().line();
    const auto expected = attentionReference(c, inputs[0], inputs[1], inputs[2]);
    ASSERT_EQ(y->data.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(y->data[i], expected[i], 2e-5) << i;
  }
}

TEST(Attention, TakesFrequenciesInsteadOfTheta) {
  const std::vector<Tensor> inputs{randomTensor({1, 9, 4}, 1), randomTensor({1, 9, 4}, 2), randomTensor({1, 9, 4}, 3)};
  const auto theta = runOperation("attention", inputs, R"({"heads": 1, "rope": {"theta": 100.0}})");
  const auto given = runOperation("attention", inputs, R"({"heads": 1, "rope": {"frequencies": [1.0, 0.1]}})");
  ASSERT_TRUE(theta && given);
  for (std::size_t i = 0; i < theta->data.size(); ++i) EXPECT_NEAR(theta->data[i], given->data[i], 1e-6);
}

TEST(Attention, RoundsTheOperandsOfItsProducts) {
  // One head of one feature: q and k keep their value, the only one of their scale; v loses what 2 bits cannot tell.
  const Tensor q{{1, 2, 1}, {0.0F, 0.0F}};
  const Tensor k{{1, 2, 1}, {1.0F, -3.0F}};
  const Tensor v{{1, 2, 1}, {1.0F, 0.4F}};
  const auto exact = runOperation("attention", {q, k, v}, R"({"heads": 1})");
  const auto rounded = runOperation("attention", {q, k, v}, R"({"heads": 1, "product_bits": 2})");
  ASSERT_TRUE(exact && rounded);
  EXPECT_FLOAT_EQ(exact->data[0], 0.7F);
  // Weights of ½ become 2/3 of 3 steps each, values 1 and 0.
  EXPECT_FLOAT_EQ(rounded->data[0], 2.0F / 3.0F);
  EXPECT_FALSE(runOperation("attention", {q, k, v}, R"({"heads": 1, "product_bits": 1})"));
  EXPECT_FALSE(runOperation("attention", {q, k, v}, R"({"heads": 1, "product_bits": 17})"));
}

TEST(Attention, ManyBitsAreNearlyFloat) {
  const std::vector<Tensor> inputs{randomTensor({2, 40, 16}, 1), randomTensor({2, 40, 8}, 2),
                                   randomTensor({2, 40, 8}, 3)};
  const std::string common = R"({"heads": 4, "kv_heads": 2, "causal": true, "rope": {})";
  const auto exact = runOperation("attention", inputs, common + "}");
  double previous = 4.0;
  for (const int bits : {4, 8, 12, 16}) {
    const auto rounded =
        runOperation("attention", inputs, common + R"(, "product_bits": )" + std::to_string(bits) + "}");
    ASSERT_TRUE(exact && rounded);
    double largest = 0.0;
    for (std::size_t i = 0; i < exact->data.size(); ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(exact->data[i] - rounded->data[i])));
    }
    EXPECT_LT(largest, previous / 4) << bits;
    previous = largest;
  }
  EXPECT_LT(previous, 1e-3);
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const std::vector<Tensor> inputs{randomTensor({1, 3, 8}, 1), randomTensor({1, 3, 4}, 2), randomTensor({1, 3, 4}, 3)};
  for (const char* attributes :
       {"{}", R"({"heads": 0})", R"({"heads": 3})", R"({"heads": 2})", R"({"heads": 4, "kv_heads": 3})",
        R"({"heads": 2, "kv_heads": 1, "scale": 0})", R"({"heads": 2, "kv_heads": 1, "rope": 5})",
        R"({"heads": 2, "kv_heads": 1, "rope": {"dims": 3}})", R"({"heads": 2, "kv_heads": 1, "rope": {"dims": 6}})",
        R"({"heads": 2, "kv_heads": 1, "rope": {"theta": 0}})",
        R"({"heads": 2, "kv_heads": 1, "rope": {"frequencies": [1.0]}})"}) {
    EXPECT_FALSE(runOperation("attention", inputs, attributes)) << attributes;
  }
  EXPECT_TRUE(runOperation("attention", inputs, R"({"heads": 2, "kv_heads": 1})"));
}

}  // namespace
}  // namespace axescope
