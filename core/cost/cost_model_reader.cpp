// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/text_file.h"
#include "core/cost/cost_model.h"
#include "core/cost/json_lines.h"
#include "core/cost/pricing.h"

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

class Reader {
 public:
  Reader(const JsonWithLines& document, const std::string& file) : document_(document), file_(file) {}

  Result<CostModel> read() const {
    const Json& root = document_.json;
    if (!root.is_object()) return bad({}, ErrorCode::wrongType, "an object", root.type_name());
    AXESCOPE_CHECK(checkFormat(root));
    AXESCOPE_CHECK(checkMembers(
        root, {},
        {"format", "version", "name", "title", "unit", "source", "assumptions", "coefficients", "rules", "otherwise"}));
    CostModel model;
    AXESCOPE_TRY(model.name, text(root, {}, "name"));
    AXESCOPE_TRY(model.title, text(root, {}, "title"));
    AXESCOPE_TRY(model.unit, text(root, {}, "unit"));
    AXESCOPE_TRY(model.source, text(root, {}, "source"));
    AXESCOPE_TRY(model.assumptions, texts(root, {}, "assumptions"));
    if (root.contains("coefficients")) {
      AXESCOPE_TRY(model.coefficients, coefficients(root["coefficients"]));
    }
    if (!root.contains("rules") || !root["rules"].is_array()) {
      return bad(root.contains("rules") ? "/rules" : "", ErrorCode::wrongType, "a list 'rules'", "none");
    }
    for (std::size_t i = 0; i < root["rules"].size(); ++i) {
      AXESCOPE_TRY(CostRule one, rule(root["rules"][i], fmt::format("/rules/{}", i)));
      model.rules.push_back(std::move(one));
    }
    AXESCOPE_TRY(model.otherwise, price(root, {}, "otherwise"));
    if (const auto pricing = Pricing::compile(model); !pricing) {
      const Error& error = pricing.error();
      return bad(error.object, error.code, error.expected, error.found);
    }
    return model;
  }

 private:
  tl::unexpected<Error> bad(const std::string& pointer, ErrorCode code, std::string expected, std::string found) const {
    const std::string member = pointer.empty() ? std::string() : ": " + pointer;
    return fail(code, file_, fmt::format("line {}{}", document_.lineOf(pointer), member), std::move(expected),
                std::move(found));
  }

  Status checkFormat(const Json& root) const {
    const bool isOurs = root.contains("format") && root["format"] == costModelFormatName;
    if (!isOurs) {
      return bad(root.contains("format") ? "/format" : "", ErrorCode::unsupported,
                 fmt::format("format \"{}\"", costModelFormatName),
                 root.contains("format") ? root["format"].dump() : "none");
    }
    if (root.contains("version") && root["version"] == 1) return {};
    return bad(root.contains("version") ? "/version" : "", ErrorCode::unsupported, "version 1",
               root.contains("version") ? root["version"].dump() : "none");
  }

  Status checkMembers(const Json& object, const std::string& at, std::initializer_list<std::string_view> known) const {
    for (const auto& member : object.items()) {
      if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
      return bad(at + '/' + member.key(), ErrorCode::invalidArgument, fmt::format("one of {}", fmt::join(known, ", ")),
                 fmt::format("'{}'", member.key()));
    }
    return {};
  }

  Result<std::string> text(const Json& object, const std::string& at, const char* key) const {
    if (!object.contains(key)) return bad(at, ErrorCode::notFound, fmt::format("a text '{}'", key), "none");
    if (!object[key].is_string()) return bad(at + '/' + key, ErrorCode::wrongType, "a text", object[key].type_name());
    return object[key].get<std::string>();
  }

  // A formula, or a plain number.
  Result<std::string> price(const Json& object, const std::string& at, const char* key) const {
    if (object.contains(key) && object[key].is_number()) return object[key].dump();
    return text(object, at, key);
  }

  Result<std::vector<std::string>> texts(const Json& object, const std::string& at, const char* key) const {
    std::vector<std::string> all;
    if (!object.contains(key)) return all;
    const std::string pointer = at + '/' + key;
    if (!object[key].is_array()) return bad(pointer, ErrorCode::wrongType, "a list of texts", object[key].type_name());
    for (const Json& one : object[key]) {
      if (!one.is_string()) return bad(pointer, ErrorCode::wrongType, "a list of texts", one.type_name());
      all.push_back(one.get<std::string>());
    }
    return all;
  }

  Result<std::vector<std::pair<std::string, std::string>>> coefficients(const Json& object) const {
    if (!object.is_object()) return bad("/coefficients", ErrorCode::wrongType, "an object", object.type_name());
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& member : object.items()) {
      AXESCOPE_TRY(std::string formula, price(object, "/coefficients", member.key().c_str()));
      all.emplace_back(member.key(), std::move(formula));
    }
    return all;
  }

  template <class Value>
  Result<Value> named(const std::string& text, std::span<const std::string_view> names, const std::string& at,
                      const char* what) const {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) return static_cast<Value>(found - names.begin());
    return bad(at, ErrorCode::invalidArgument, fmt::format("a known {}: {}", what, fmt::join(names, ", ")),
               fmt::format("'{}'", text));
  }

  template <class Value>
  Result<std::vector<Value>> allNamed(const Json& object, const std::string& at, const char* key,
                                      std::span<const std::string_view> names, const char* what) const {
    AXESCOPE_TRY(const auto given, texts(object, at, key));
    std::vector<Value> values;
    for (const std::string& one : given) {
      AXESCOPE_TRY(const Value value, named<Value>(one, names, at + '/' + key, what));
      values.push_back(value);
    }
    return values;
  }

  Result<CostRule> rule(const Json& object, const std::string& at) const {
    if (!object.is_object()) return bad(at, ErrorCode::wrongType, "an object", object.type_name());
    AXESCOPE_CHECK(checkMembers(object, at, {"operations", "roles", "a", "b", "price"}));
    CostRule rule;
    AXESCOPE_TRY(rule.operations, allNamed<OperationKind>(object, at, "operations", operationKindNames(), "operation"));
    AXESCOPE_TRY(rule.roles, allNamed<OperationRole>(object, at, "roles", operationRoleNames(), "role"));
    for (const auto& [key, operand] : {std::pair{"a", &rule.a}, std::pair{"b", &rule.b}}) {
      if (!object.contains(key)) continue;
      AXESCOPE_TRY(const std::string type, text(object, at, key));
      AXESCOPE_TRY(*operand, named<NumberType>(type, numberTypeNames(), at + '/' + key, "type"));
    }
    AXESCOPE_TRY(rule.price, price(object, at, "price"));
    return rule;
  }

  const JsonWithLines& document_;
  const std::string& file_;
};

}  // namespace

Result<CostModel> costModelFromJson(const std::string& text, const std::string& file) {
  AXESCOPE_TRY(const JsonWithLines document, parseWithLines(text, file));
  return Reader(document, file).read();
}

Result<CostModel> readCostModel(const std::string& path) {
  constexpr std::int64_t mostBytes = 1 << 20;
  AXESCOPE_TRY(const std::string text, readTextFile(path, mostBytes, "a cost table"));
  return costModelFromJson(text, path);
}

}  // namespace axescope
