// SPDX-License-Identifier: GPL-3.0-or-later
// Which codes stand for a value is decided by who reads it.
#include "core/integer/integer_plan.h"

#include <gtest/gtest.h>

#include "core/integer/value_range.h"
#include "quantized_network.h"

namespace axescope {
namespace {

std::size_t valueOf(const SmallNetwork& network, const std::string& name) {
  for (std::size_t node = 0; node < network.graph.nodes.size(); ++node) {
    if (network.graph.nodes[node].name == name) return node + 1;
  }
  return 0;
}

SmallNetwork twoConvolutions() {
  SmallNetwork network;
  network.inputShape = {1, 2, 4, 4};
  network.layers = {convInfo("one", 2, 3, {}), convInfo("two", 3, 3, {})};
  network.add("n", "normalize", {"x"}, R"({"mean": [0.4, 0.5], "std": [0.2, 0.3]})")
      .add("c1", "conv2d", {"n"}, "{}", "one")
      .add("r", "relu", {"c1"})
      .add("p", "max_pool2d", {"r"}, R"({"kernel": 2, "stride": 1})")
      .add("c2", "conv2d", {"p"}, "{}", "two");
  return network;
}

TEST(IntegerPlan, WhatALayerAloneReadsHasItsCodesThroughOperationsThatHandThemOn) {
  const SmallNetwork description = twoConvolutions();
  const QuantizedNetwork network(description, randomTensor({3, 2, 4, 4}, 1), {});
  const IntegerPlan plan(network.network, network.quantized, network.elements);
  EXPECT_EQ(plan.format(valueOf(description, "n")), network.quantized[0]->input);
  for (const char* name : {"c1", "r", "p"}) {
    EXPECT_EQ(plan.format(valueOf(description, name)), network.quantized[1]->input) << name;
  }
  EXPECT_EQ(plan.format(valueOf(description, "c2")), network.elements[valueOf(description, "c2")]);
}

TEST(IntegerPlan, WhatASumReadsTooHasElementCodes) {
  SmallNetwork description = twoConvolutions();
  description.graph.nodes[3] = {"p", "max_pool2d", {"r"}, "", {}, {{"kernel", 1}}};
  description.add("sum", "add", {"p", "c2"});
  const QuantizedNetwork network(description, randomTensor({3, 2, 4, 4}, 2), {});
  const IntegerPlan plan(network.network, network.quantized, network.elements);
  const std::size_t p = valueOf(description, "p");
  EXPECT_EQ(plan.format(p), network.elements[p]);
  EXPECT_EQ(plan.format(valueOf(description, "c1")), network.elements[p]) << "the relu hands codes on";
}

TEST(IntegerPlan, PixelsStayPixels) {
  const SmallNetwork description = twoConvolutions();
  Tensor samples = randomTensor({3, 2, 4, 4}, 3);
  for (float& v : samples.data) v = std::round(60.0F * (v + 2.0F));
  const QuantizedNetwork network(description, samples, {});
  const IntegerPlan plan(network.network, network.quantized, network.elements);
  EXPECT_EQ(plan.format(0), byteCodes());
  samples.data.front() = 0.5F;
  const QuantizedNetwork other(description, samples, {});
  EXPECT_EQ(IntegerPlan(other.network, other.quantized, other.elements).format(0)->bits, 16);
}

}  // namespace
}  // namespace axescope
