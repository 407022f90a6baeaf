// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/quantized_model.h"

#include <gtest/gtest.h>

namespace axescope {
namespace {

QuantizedLayer layerOf(int weightBits, std::int64_t channels, std::int64_t k) {
  QuantizedLayer layer;
  layer.weightBits = weightBits;
  layer.codes.resize(channels, k);
  const std::int64_t low = -(std::int64_t{1} << (weightBits - 1));
  std::int64_t code = low;
  for (std::int16_t& value : layer.codes.reshaped()) {
    value = static_cast<std::int16_t>(code);
    code = code == -low - 1 ? low : code + 1;
  }
  layer.scales.assign(static_cast<std::size_t>(channels), 0.5);
  layer.bias.assign(static_cast<std::size_t>(channels), 1.0F);
  return layer;
}

TEST(QuantizedModel, CodesThatLieInTheFileComeBackAsTheyWere) {
  const std::vector<QuantizedLayer> layers{layerOf(8, 5, 300), layerOf(4, 3, 7), layerOf(12, 20, 450)};
  for (const std::int64_t mostBytes : {std::int64_t{0}, std::int64_t{4000}, std::int64_t{1} << 30}) {
    QuantizedModel model(4, mostBytes);
    for (std::size_t i = 0; i < layers.size(); ++i) ASSERT_TRUE(model.set(i + 1, layers[i]));
    EXPECT_EQ(model.isInMemory(), mostBytes > 4000);
    EXPECT_FALSE(model.has(0));
    for (std::size_t i = 0; i < layers.size(); ++i) {
      ASSERT_TRUE(model.has(i + 1));
      const auto layer = model.layer(i + 1);
      ASSERT_TRUE(layer) << layer.error().line();
      EXPECT_EQ((*layer)->codes, layers[i].codes) << mostBytes << " bytes, layer " << i;
      EXPECT_EQ((*layer)->scales, layers[i].scales);
      EXPECT_EQ((*layer)->bias, layers[i].bias);
    }
  }
}

}  // namespace
}  // namespace axescope
