// SPDX-License-Identifier: GPL-3.0-or-later
// The network as written in a dump: nodes in topological order, an output is known by its node's name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace axescope {

struct GraphNode {
  std::string name;
  std::string op;
  std::vector<std::string> inputs;
  std::string layer;                          // name in /layers, for linear and conv2d
  std::map<std::string, std::string> params;  // role → name in /params
  nlohmann::json attributes;                  // the remaining keys, an object
};

struct Graph {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<GraphNode> nodes;
};

/// Parses and checks the structure: types of all keys, unique names, inputs defined before use, outputs defined,
/// nesting of at most 32 levels, at most 100 000 nodes. `file` is for the error line.
Result<Graph> parseGraph(const std::string& text, const std::string& file);

}  // namespace axescope
