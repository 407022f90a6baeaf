// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/graph.h"

#include <gtest/gtest.h>

#include "tests/core/hdf5/crafted_file.h"

namespace axescope {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;

Result<Graph> parse(const std::string& text) {
  return parseGraph(text, "model.h5");
}

TEST(Graph, NodesKeepTheirNamesInputsAndAttributes) {
  const auto graph = parse(R"({"inputs":["x"],"outputs":["sum1"],"nodes":[
    {"name":"n0","op":"normalize","inputs":["x"],"mean":[0.5],"std":[0.25],"divisor":255},
    {"name":"conv1","op":"conv2d","inputs":["n0"],"layer":"conv1"},
    {"name":"bn1","op":"batch_norm","inputs":["conv1"],"params":{"weight":"bn1.weight","var":"bn1.var"},"eps":1e-5},
    {"name":"sum1","op":"add","inputs":["bn1","x"]}]})");
  ASSERT_TRUE(graph) << graph.error().line();
  EXPECT_THAT(graph->inputs, ElementsAre("x"));
  EXPECT_THAT(graph->outputs, ElementsAre("sum1"));
  ASSERT_EQ(graph->nodes.size(), 4U);
  EXPECT_EQ(graph->nodes[0].attributes, nlohmann::json::parse(R"({"mean":[0.5],"std":[0.25],"divisor":255})"));
  EXPECT_EQ(graph->nodes[1].layer, "conv1");
  EXPECT_EQ(graph->nodes[1].op, "conv2d");
  EXPECT_EQ(graph->nodes[2].params.at("weight"), "bn1.weight");
  EXPECT_EQ(graph->nodes[2].attributes, nlohmann::json::parse(R"({"eps":1e-5})"));
  EXPECT_THAT(graph->nodes[3].inputs, ElementsAre("bn1", "x"));
}

TEST(Graph, OperationNamesAreLeftToTheNetwork) {
  EXPECT_TRUE(parse(R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"fourier","inputs":["x"]}]})"));
}

struct Fault {
  const char* title;
  const char* text;
  ErrorCode code;
  const char* says;
};

class FaultyGraph : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultyGraph, IsRefusedWithASentence) {
  const auto graph = parse(GetParam().text);
  EXPECT_THAT(graph, FailsWith(GetParam().code, GetParam().says));
  EXPECT_THAT(graph, FailsWith(GetParam().code, "model.h5: /graph"));
}

INSTANTIATE_TEST_SUITE_P(
    Graph, FaultyGraph,
    ::testing::Values(
        Fault{"NoJson", "{nodes}", ErrorCode::corrupt, "no JSON"}, Fault{"Empty", "", ErrorCode::corrupt, "no JSON"},
        Fault{"Truncated", R"({"inputs":["x"],"outputs":["x"],"nodes":[)", ErrorCode::corrupt, "no JSON"},
        Fault{"NumberBeyondDouble", R"({"inputs":["x"],"outputs":["x"],"nodes":[],"a":1e999})", ErrorCode::corrupt,
              "no JSON"},
        Fault{"NotUtf8", "{\"inputs\":[\"\xFF\"]}", ErrorCode::corrupt, "no JSON"},
        Fault{"NoObject", "[]", ErrorCode::wrongType, "found array"},
        Fault{"NoInputs", R"({"outputs":[],"nodes":[]})", ErrorCode::notFound, "\"inputs\""},
        Fault{"InputsAreText", R"({"inputs":"x","outputs":[],"nodes":[]})", ErrorCode::wrongType, "found string"},
        Fault{"InputIsNumber", R"({"inputs":[1],"outputs":[],"nodes":[]})", ErrorCode::wrongType, "found number"},
        Fault{"InputsEmpty", R"({"inputs":[],"outputs":[],"nodes":[]})", ErrorCode::empty, "inputs"},
        Fault{"InputTwice", R"({"inputs":["x","x"],"outputs":[],"nodes":[]})", ErrorCode::unsupported, "\"x\" twice"},
        Fault{"NoNodes", R"({"inputs":["x"],"outputs":["x"]})", ErrorCode::notFound, "nodes"},
        Fault{"NodesAreObject", R"({"inputs":["x"],"outputs":["x"],"nodes":{}})", ErrorCode::wrongType, "object"},
        Fault{"NodeIsText", R"({"inputs":["x"],"outputs":["x"],"nodes":["relu"]})", ErrorCode::wrongType, "node 0"},
        Fault{"NoName", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"op":"relu","inputs":["x"]}]})",
              ErrorCode::notFound, "node 0"},
        Fault{"NameEmpty", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"name":"","op":"relu","inputs":["x"]}]})",
              ErrorCode::unsupported, "empty"},
        Fault{"NoOperation", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"name":"y","inputs":["x"]}]})",
              ErrorCode::notFound, "node y: expected \"op\""},
        Fault{"OperationIsNumber", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"name":"y","op":3,"inputs":["x"]}]})",
              ErrorCode::wrongType, "\"op\", found number"},
        Fault{"NodeWithoutInputs", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"name":"y","op":"relu"}]})",
              ErrorCode::notFound, "\"inputs\""},
        Fault{"UnknownInput", R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["z"]}]})",
              ErrorCode::notFound, "node y: expected names of graph inputs or earlier nodes, found \"z\""},
        Fault{"UsedBeforeDefined",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["z"]},
                  {"name":"z","op":"relu","inputs":["x"]}]})",
              ErrorCode::notFound, "found \"z\""},
        Fault{"UsesItself", R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["y"]}]})",
              ErrorCode::notFound, "found \"y\""},
        Fault{"NameTwice",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["x"]},
                  {"name":"y","op":"relu","inputs":["x"]}]})",
              ErrorCode::unsupported, "\"y\" twice"},
        Fault{"NameOfAnInput", R"({"inputs":["x"],"outputs":["x"],"nodes":[{"name":"x","op":"relu","inputs":["x"]}]})",
              ErrorCode::unsupported, "\"x\" twice"},
        Fault{"NoOutputs", R"({"inputs":["x"],"nodes":[]})", ErrorCode::notFound, "\"outputs\""},
        Fault{"OutputsEmpty", R"({"inputs":["x"],"outputs":[],"nodes":[]})", ErrorCode::empty, "outputs"},
        Fault{"UnknownOutput", R"({"inputs":["x"],"outputs":["y"],"nodes":[]})", ErrorCode::notFound, "\"y\""},
        Fault{"LayerMissing", R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"conv2d","inputs":["x"]}]})",
              ErrorCode::notFound, "\"layer\" for operation conv2d"},
        Fault{"LayerIsNumber",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"linear","inputs":["x"],"layer":1}]})",
              ErrorCode::wrongType, "\"layer\""},
        Fault{"ParamsAreList",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["x"],"params":["a"]}]})",
              ErrorCode::wrongType, "\"params\", found array"},
        Fault{"ParamIsNumber",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","inputs":["x"],"params":{"w":1}}]})",
              ErrorCode::wrongType, "\"params\", found number"},
        Fault{"KeyTwice",
              R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"relu","op":"gelu","inputs":["x"]}]})",
              ErrorCode::corrupt, "\"op\" twice"}),
    [](const auto& fault) { return fault.param.title; });

TEST(Graph, NestingIsLimitedBeforeAnythingIsBuilt) {
  const std::string start = R"({"inputs":["x"],"outputs":["x"],"nodes":[],"a":)";
  EXPECT_TRUE(parse(start + std::string(31, '[') + std::string(31, ']') + "}"));
  EXPECT_THAT(parse(start + std::string(32, '[') + std::string(32, ']') + "}"),
              FailsWith(ErrorCode::refused, "at most 32 levels"));
  EXPECT_THAT(parse(std::string(1'000'000, '[')), FailsWith(ErrorCode::refused, "at most 32 levels"));
  // Brackets in text do not count.
  EXPECT_TRUE(parse(start + "\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"}"));
}

TEST(Graph, TheNumberOfNodesIsLimited) {
  std::string text = R"({"inputs":["x"],"outputs":["x"],"nodes":[0)";
  for (int i = 0; i < 100'000; ++i) text += ",0";
  EXPECT_THAT(parse(text + "]}"), FailsWith(ErrorCode::tooLarge, "at most 100000 nodes"));
}

}  // namespace
}  // namespace axescope
