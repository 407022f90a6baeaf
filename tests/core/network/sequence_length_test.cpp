// SPDX-License-Identifier: GPL-3.0-or-later
// A network for sequences of one length also takes those of another.
#include <gtest/gtest.h>

#include "core/network/calibration.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

SmallNetwork tinyTransformer(std::int64_t length) {
  SmallNetwork network;
  network.inputShape = {1, length};
  network.layers = {linearInfo("q", 8, 8), linearInfo("k", 8, 4), linearInfo("v", 8, 4), linearInfo("head", 8, 11)};
  network.params = {
      {"table", randomTensor({11, 8}, 1)}, {"gain", randomTensor({8}, 2)}, {"positions", randomTensor({40, 8}, 3)}};
  network.add("tokens", "embedding", {"x"}, "{}", {}, {{"weight", "table"}})
      .add("placed", "position_embedding", {"tokens"}, "{}", {}, {{"weight", "positions"}})
      .add("norm", "rms_norm", {"placed"}, "{}", {}, {{"weight", "gain"}})
      .add("q", "linear", {"norm"}, "{}", "q")
      .add("k", "linear", {"norm"}, "{}", "k")
      .add("v", "linear", {"norm"}, "{}", "v")
      .add("attention", "attention", {"q", "k", "v"}, R"({"heads": 2, "kv_heads": 1, "causal": true, "rope": {}})")
      .add("sum", "add", {"placed", "attention"})
      .add("head", "linear", {"sum"}, "{}", "head");
  return network;
}

Tensor tokens(std::int64_t samples, std::int64_t length) {
  Tensor ids = countingTensor({samples, length});
  for (float& id : ids.data) id = static_cast<float>(static_cast<int>(id) * 7 % 11);
  return ids;
}

TEST(SequenceLength, AResizedNetworkIsTheOneBuiltForThatLength) {
  const auto built = tinyTransformer(12).build();
  const auto longer = tinyTransformer(31).build();
  ASSERT_TRUE(built && longer);
  EXPECT_TRUE(built->readsTokens());
  const auto resized = built->resized({5, 31});
  ASSERT_TRUE(resized) << resized.error().line();
  EXPECT_EQ(resized->valueShape(resized->outputValue()), (Shape{31, 11}));
  for (std::size_t layer = 0; layer < 4; ++layer)
    EXPECT_EQ(resized->macsPerSample(layer), longer->macsPerSample(layer));
  const auto a = resized->run(tokens(3, 31), resized->floatLayers());
  const auto b = longer->run(tokens(3, 31), longer->floatLayers());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->data, b->data);
  EXPECT_EQ(*resized->layer(0), *built->layer(0));  // shared, not copied
}

TEST(SequenceLength, WhatTheGraphCannotTakeIsRefusedAtItsNode) {
  const auto built = tinyTransformer(12).build();
  ASSERT_TRUE(built);
  EXPECT_EQ(built->resized({1, 41}).error().line(),
            "small.h5: /graph: node 'placed': expected sequences of at most 40 positions, found [N, 41, 8]");
  EXPECT_FALSE(built->resized({}));
}

TEST(SequenceLength, CalibrationMayHaveItsOwn) {
  const auto built = tinyTransformer(12).build();
  ASSERT_TRUE(built);
  std::vector<std::size_t> seen;
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    EXPECT_EQ(use.x->shape, (Shape{4, 20, 8}));
    seen.push_back(use.layer);
    return {};
  };
  ASSERT_TRUE(walkCalibration(*built, tokens(4, 20), {}, visit, {}));
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace axescope
