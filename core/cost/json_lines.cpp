// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/json_lines.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace axescope {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t largestText = 1 << 20;
constexpr std::size_t deepest = 16;

// Characters on their way into the parser; counts the lines it has read.
class LineCounter {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  LineCounter(const char* at, int* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  LineCounter& operator++() {
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  LineCounter operator++(int) {
    LineCounter before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const LineCounter& a, const LineCounter& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  int* line_;
};

// Builds the document and notes where its parts stand.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const int& line) : line_(line) {}

  bool null() override { return value(Json()); }
  bool boolean(bool v) override { return value(Json(v)); }
  bool number_integer(number_integer_t v) override { return value(Json(v)); }
  bool number_unsigned(number_unsigned_t v) override { return value(Json(v)); }
  bool number_float(number_float_t v, const string_t&) override { return value(Json(v)); }
  bool string(string_t& v) override { return value(Json(std::move(v))); }
  bool binary(binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse(fmt::format("'{}' for the second time", name));
    keys_.back() = std::move(name);
    note(pointer());
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at …: syntax error while …"
    const std::string what = error.what();
    const auto colon = what.find(": ");
    return refuse(colon == std::string::npos ? what : what.substr(colon + 2));
  }

  JsonWithLines take() { return std::move(document_); }
  const std::optional<std::string>& problem() const { return problem_; }
  int problemLine() const { return problemLine_; }

 private:
  bool refuse(std::string what) {
    problem_ = std::move(what);
    problemLine_ = line_;
    return false;
  }

  std::string pointer() const {
    std::string text;
    for (const std::string& key : keys_) text += '/' + key;
    return text;
  }

  void note(std::string pointer) { document_.lines.emplace(std::move(pointer), line_); }

  Json* place(Json made) {
    if (open_.empty()) {
      document_.json = std::move(made);
      return &document_.json;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) return &(parent[keys_.back()] = std::move(made));
    keys_.back() = fmt::format("{}", parent.size());
    note(pointer());
    parent.push_back(std::move(made));
    return &parent.back();
  }

  bool value(Json made) {
    place(std::move(made));
    return true;
  }

  bool open(Json made) {
    if (open_.size() >= deepest) return refuse(fmt::format("more than {} levels", deepest));
    open_.push_back(place(std::move(made)));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  const int& line_;
  JsonWithLines document_;
  std::vector<Json*> open_;
  std::vector<std::string> keys_;  // of what is open: the member or element at work
  std::optional<std::string> problem_;
  int problemLine_ = 0;
};

}  // namespace

int JsonWithLines::lineOf(std::string pointer) const {
  while (!pointer.empty()) {
    if (const auto found = lines.find(pointer); found != lines.end()) return found->second;
    pointer.erase(pointer.rfind('/'));
  }
  return 1;
}

Result<JsonWithLines> parseWithLines(const std::string& text, const std::string& file) {
  if (text.size() > largestText) {
    return fail(ErrorCode::tooLarge, file, {}, fmt::format("at most {} bytes", largestText),
                fmt::format("{}", text.size()));
  }
  int line = 1;
  Builder builder(line);
  const char* const begin = text.data();
  Json::sax_parse(LineCounter(begin, &line), LineCounter(begin + text.size(), &line), &builder);
  if (builder.problem()) {
    return fail(ErrorCode::refused, file, fmt::format("line {}", builder.problemLine()), "JSON", *builder.problem());
  }
  return builder.take();
}

}  // namespace axescope
