// SPDX-License-Identifier: GPL-3.0-or-later
// Typed access to a graph node's plain keys. A key with the value null counts as absent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace axescope {

/// Height and width: one integer for both, or two.
struct Extent {
  std::int64_t y = 0, x = 0;
};

/// Rows and columns around an image: one integer, [height, width] or [top, bottom, left, right].
struct Margins {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
};

/// Types: double (finite), std::int64_t, bool, std::string, vectors of double or std::int64_t, Extent, Margins, and
/// nlohmann::json for an object.
/// Errors name the attribute as object, without file and node: notFound (absent), wrongType, tooLarge.
class Attributes {
 public:
  explicit Attributes(const nlohmann::json& values) : values_(values) {}

  bool has(const std::string& key) const;

  template <class T>
  Result<T> get(const std::string& key) const {
    if (!has(key)) return fail(ErrorCode::notFound, {}, objectName(key), expectation(T{}), "none");
    return parse<T>(key);
  }

  template <class T>
  Result<T> get(const std::string& key, T fallback) const {
    if (!has(key)) return fallback;
    return parse<T>(key);
  }

  static std::string objectName(const std::string& key) { return "attribute '" + key + "'"; }

 private:
  template <class T>
  Result<T> parse(const std::string& key) const {
    T value{};
    if (!read(values_.at(key), value)) {
      return fail(ErrorCode::wrongType, {}, objectName(key), expectation(value), excerpt(key));
    }
    return value;
  }

  static const char* expectation(double);
  static const char* expectation(std::int64_t);
  static const char* expectation(bool);
  static const char* expectation(const std::string&);
  static const char* expectation(const std::vector<double>&);
  static const char* expectation(const std::vector<std::int64_t>&);
  static const char* expectation(Extent);
  static const char* expectation(Margins);
  static const char* expectation(const nlohmann::json&);

  static bool read(const nlohmann::json& json, double& value);
  static bool read(const nlohmann::json& json, std::int64_t& value);
  static bool read(const nlohmann::json& json, bool& value);
  static bool read(const nlohmann::json& json, std::string& value);
  static bool read(const nlohmann::json& json, Extent& value);
  static bool read(const nlohmann::json& json, Margins& value);
  static bool read(const nlohmann::json& json, nlohmann::json& value);
  template <class T>
  static bool read(const nlohmann::json& json, std::vector<T>& values);

  std::string excerpt(const std::string& key) const;

  const nlohmann::json& values_;
};

}  // namespace axescope
