// SPDX-License-Identifier: GPL-3.0-or-later
// Flags made from the settings schema: their names, help, choices and checks are said there and nowhere else.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/command/cli_app.h"
#include "core/study/study.h"

namespace axescope {

/// Value of a setting that a command starts from instead of the schema's, in command-line syntax.
struct SettingDefault {
  std::string_view key;
  std::string_view text;
};

class SettingFlags {
 public:
  enum class Values { one, list };

  explicit SettingFlags(Values values) : values_(values) {}

  /// A flag for each setting, and --study; help shows `defaults`. This object must outlive the parsing.
  void addAll(CLI::App& app, std::span<const SettingDefault> defaults = {});
  /// Flags of these settings alone, with `start` as what help says of their defaults.
  void addSome(CLI::App& app, std::span<const std::string_view> keys, const std::string& start);

  /// As given with --study; empty without.
  const std::string& studyFile() const { return studyFile_; }
  bool given(std::string_view key) const { return texts_.find(key) != texts_.end(); }

  /// The study file, or `defaults` where there is none, and the flags over it.
  /// Errors: notFound, invalidArgument and those of Study::fromJson.
  Result<Study> study(std::span<const SettingDefault> defaults = {}) const;

 private:
  void addFlag(CLI::App& app, const SettingInfo& info, const std::string& start);
  Status checkSingle(const Study& study) const;

  Values values_;
  std::map<std::string, std::string, std::less<>> texts_;  // flags as typed, by key
  std::string studyFile_;
};

/// Arguments in which a bare switch (--act-order) says its value ("--act-order=on").
std::vector<std::string> withSwitchValues(std::vector<std::string> arguments);

}  // namespace axescope
