// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/graph.h"

#include <set>

#include <fmt/format.h>

namespace axescope {

namespace {

using nlohmann::json;

constexpr int deepestNesting = 32;
constexpr std::size_t mostNodes = 100'000;

class GraphParser {
 public:
  explicit GraphParser(const std::string& file) : file_(file) {}

  Result<Graph> parse(const std::string& text) {
    AXESCOPE_TRY(const json root, parseJson(text));
    if (!root.is_object()) return wrong("/graph", "a JSON object", root.type_name());
    Graph graph;
    AXESCOPE_TRY(graph.inputs, names(root, "inputs", "/graph"));
    AXESCOPE_TRY(graph.outputs, names(root, "outputs", "/graph"));
    if (graph.inputs.empty() || graph.outputs.empty()) {
      return wrong("/graph", "at least one input and one output", "none");
    }
    const auto nodes = root.find("nodes");
    if (nodes == root.end() || !nodes->is_array()) return wrong("/graph", "a list 'nodes'", "none");
    if (nodes->size() > mostNodes) {
      return fail(ErrorCode::tooLarge, file_, "/graph", fmt::format("at most {} nodes", mostNodes),
                  fmt::format("{}", nodes->size()));
    }
    for (const std::string& input : graph.inputs) {
      if (!known_.insert(input).second) return wrong("/graph", "unique names", "'" + input + "' twice");
    }
    for (const json& node : *nodes) {
      AXESCOPE_TRY(GraphNode parsed, parseNode(node, graph.nodes.size()));
      graph.nodes.push_back(std::move(parsed));
    }
    for (const std::string& output : graph.outputs) {
      if (!known_.contains(output)) return missing("/graph outputs", output);
    }
    return graph;
  }

 private:
  tl::unexpected<Error> wrong(std::string object, std::string expected, std::string found) const {
    return fail(ErrorCode::wrongType, file_, std::move(object), std::move(expected), std::move(found));
  }
  tl::unexpected<Error> missing(std::string object, const std::string& name) const {
    return fail(ErrorCode::notFound, file_, std::move(object), "the name of an input or an earlier node",
                "'" + name + "'");
  }

  Result<json> parseJson(const std::string& text) const {
    bool tooDeep = false;
    bool duplicate = false;
    std::vector<std::set<std::string>> keys;
    const json::parser_callback_t check = [&](int depth, json::parse_event_t event, json& value) {
      if (depth > deepestNesting) tooDeep = true;
      if (event == json::parse_event_t::object_start) keys.emplace_back();
      if (event == json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
      if (event == json::parse_event_t::key && !keys.empty()) {
        duplicate = duplicate || !keys.back().insert(value.get<std::string>()).second;
      }
      return !tooDeep;
    };
    json root = json::parse(text, check, false);
    if (tooDeep) return fail(ErrorCode::refused, file_, "/graph", "at most 32 levels of nesting", "more");
    if (root.is_discarded()) return fail(ErrorCode::corrupt, file_, "/graph", "valid JSON", "something else");
    if (duplicate) return wrong("/graph", "each key once in an object", "one twice");
    return root;
  }

  Result<std::vector<std::string>> names(const json& object, const char* key, const std::string& where) const {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) return wrong(where, fmt::format("a list '{}'", key), "none");
    std::vector<std::string> list;
    for (const json& item : *found) {
      if (!item.is_string()) return wrong(where, fmt::format("names in '{}'", key), item.type_name());
      list.push_back(item.get<std::string>());
    }
    return list;
  }

  Result<std::string> text(const json& object, const char* key, const std::string& where) const {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string() || found->get_ref<const std::string&>().empty()) {
      return wrong(where, fmt::format("text '{}'", key), found == object.end() ? "none" : found->type_name());
    }
    return found->get<std::string>();
  }

  Result<GraphNode> parseNode(const json& object, std::size_t index) {
    std::string where = fmt::format("/graph: node {}", index);
    if (!object.is_object()) return wrong(where, "a JSON object", object.type_name());
    GraphNode node;
    AXESCOPE_TRY(node.name, text(object, "name", where));
    where = "/graph: node '" + node.name + "'";
    AXESCOPE_TRY(node.op, text(object, "op", where));
    AXESCOPE_TRY(node.inputs, names(object, "inputs", where));
    if (object.contains("layer")) {
      AXESCOPE_TRY(node.layer, text(object, "layer", where));
    }
    node.attributes = json::object();
    for (const auto& [key, value] : object.items()) {
      if (key == "params") {
        if (!value.is_object()) return wrong(where, "an object 'params'", value.type_name());
        for (const auto& [role, name] : value.items()) {
          if (!name.is_string()) return wrong(where, "names in 'params'", name.type_name());
          node.params[role] = name.get<std::string>();
        }
      } else if (key != "name" && key != "op" && key != "inputs" && key != "layer") {
        node.attributes[key] = value;
      }
    }
    for (const std::string& input : node.inputs) {
      if (!known_.contains(input)) return missing(where, input);
    }
    if (!known_.insert(node.name).second) return wrong(where, "a name of its own", "one that is taken");
    return node;
  }

  const std::string& file_;
  std::set<std::string> known_;
};

}  // namespace

Result<Graph> parseGraph(const std::string& text, const std::string& file) {
  return GraphParser(file).parse(text);
}

}  // namespace axescope
