// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/graph.h"

#include <set>

#include "core/dump/strict_json.h"

namespace axescope {

namespace {

using nlohmann::json;

constexpr int mostLevels = 32;
constexpr std::size_t mostNodes = 100'000;
constexpr const char* dataset = "/graph";

/// What the checks share: where errors are, and the names that may be used so far.
class GraphParser {
 public:
  explicit GraphParser(const std::string& file) : file_(file) {}

  Result<Graph> parse(const json& root) {
    if (!root.is_object()) return failure(ErrorCode::wrongType, {}, "an object", root.type_name());
    Graph graph;
    AXESCOPE_TRY(graph.inputs, names(root, "inputs", {}));
    if (graph.inputs.empty()) return failure(ErrorCode::empty, "inputs", "at least one name", "none");
    for (const std::string& input : graph.inputs) AXESCOPE_CHECK(define(input, "inputs"));
    const auto nodes = root.find("nodes");
    if (nodes == root.end()) return failure(ErrorCode::notFound, "nodes", "a list of nodes", "nothing");
    if (!nodes->is_array()) return failure(ErrorCode::wrongType, "nodes", "a list of nodes", nodes->type_name());
    if (nodes->size() > mostNodes) {
      return failure(ErrorCode::tooLarge, "nodes", "at most " + std::to_string(mostNodes) + " nodes",
                     std::to_string(nodes->size()));
    }
    for (const json& node : *nodes) {
      AXESCOPE_TRY(GraphNode parsed, parseNode(node, "node " + std::to_string(graph.nodes.size())));
      graph.nodes.push_back(std::move(parsed));
    }
    AXESCOPE_TRY(graph.outputs, names(root, "outputs", {}));
    if (graph.outputs.empty()) return failure(ErrorCode::empty, "outputs", "at least one name", "none");
    for (const std::string& output : graph.outputs) AXESCOPE_CHECK(use(output, "outputs"));
    return graph;
  }

 private:
  tl::unexpected<Error> failure(ErrorCode code, const std::string& where, std::string expected,
                                std::string found) const {
    return fail(code, file_, where.empty() ? dataset : dataset + (" " + where), std::move(expected), std::move(found));
  }

  Status define(const std::string& name, const std::string& where) {
    if (name.empty()) return failure(ErrorCode::unsupported, where, "a name", "an empty text");
    if (!defined_.insert(name).second)
      return failure(ErrorCode::unsupported, where, "names of their own", "\"" + name + "\" twice");
    return {};
  }

  Status use(const std::string& name, const std::string& where) const {
    if (defined_.contains(name)) return {};
    return failure(ErrorCode::notFound, where, "names of graph inputs or earlier nodes", "\"" + name + "\"");
  }

  Result<std::string> text(const json& object, const char* key, const std::string& where) const {
    const auto value = object.find(key);
    if (value == object.end()) return failure(ErrorCode::notFound, where, std::string("\"") + key + "\"", "nothing");
    if (!value->is_string())
      return failure(ErrorCode::wrongType, where, std::string("text in \"") + key + "\"", value->type_name());
    return value->get<std::string>();
  }

  Result<std::vector<std::string>> names(const json& object, const char* key, const std::string& where) const {
    const auto value = object.find(key);
    const std::string expected = std::string("a list of names in \"") + key + "\"";
    if (value == object.end()) return failure(ErrorCode::notFound, where, expected, "nothing");
    if (!value->is_array()) return failure(ErrorCode::wrongType, where, expected, value->type_name());
    std::vector<std::string> result;
    for (const json& item : *value) {
      if (!item.is_string()) return failure(ErrorCode::wrongType, where, expected, item.type_name());
      result.push_back(item.get<std::string>());
    }
    return result;
  }

  Result<std::map<std::string, std::string>> params(const json& object, const std::string& where) const {
    std::map<std::string, std::string> result;
    const auto value = object.find("params");
    if (value == object.end()) return result;
    const std::string expected = "an object of dataset names in \"params\"";
    if (!value->is_object()) return failure(ErrorCode::wrongType, where, expected, value->type_name());
    for (const auto& [role, param] : value->items()) {
      if (!param.is_string() || param.get_ref<const std::string&>().empty())
        return failure(ErrorCode::wrongType, where, expected, param.type_name());
      result.emplace(role, param.get<std::string>());
    }
    return result;
  }

  Result<GraphNode> parseNode(const json& object, const std::string& position) {
    if (!object.is_object()) return failure(ErrorCode::wrongType, position, "an object", object.type_name());
    GraphNode node;
    AXESCOPE_TRY(node.name, text(object, "name", position));
    const std::string where = node.name.empty() ? position : "node " + node.name;
    AXESCOPE_TRY(node.op, text(object, "op", where));
    AXESCOPE_TRY(node.inputs, names(object, "inputs", where));
    for (const std::string& input : node.inputs) AXESCOPE_CHECK(use(input, where));
    // After its inputs: a node cannot use itself.
    AXESCOPE_CHECK(define(node.name, where));
    if (object.contains("layer")) {
      AXESCOPE_TRY(node.layer, text(object, "layer", where));
    }
    if (node.layer.empty() && (node.op == "linear" || node.op == "conv2d"))
      return failure(ErrorCode::notFound, where, "\"layer\" for operation " + node.op, "nothing");
    AXESCOPE_TRY(node.params, params(object, where));
    node.attributes = object;
    for (const char* key : {"name", "op", "inputs", "layer", "params"}) node.attributes.erase(key);
    return node;
  }

  const std::string& file_;
  std::set<std::string> defined_;
};

}  // namespace

Result<Graph> parseGraph(const std::string& text, const std::string& file) {
  AXESCOPE_TRY(const json root, parseStrictJson(text, mostLevels, file, dataset));
  return GraphParser(file).parse(root);
}

}  // namespace axescope
