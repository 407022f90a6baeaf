// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a graph. What is accepted keeps what graph.h promises.
#include <cstdlib>
#include <set>

#include "core/dump/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace axescope;
  const auto graph = parseGraph(std::string(reinterpret_cast<const char*>(data), size), "fuzzed");
  if (!graph) {
    if (graph.error().line().find('\n') != std::string::npos) std::abort();
    return 0;
  }
  std::set<std::string> defined(graph->inputs.begin(), graph->inputs.end());
  for (const GraphNode& node : graph->nodes) {
    for (const std::string& input : node.inputs) {
      if (!defined.contains(input)) std::abort();
    }
    if (!defined.insert(node.name).second || !node.attributes.is_object()) std::abort();
    (void)node.attributes.dump();
  }
  for (const std::string& output : graph->outputs) {
    if (!defined.contains(output)) std::abort();
  }
  return 0;
}
