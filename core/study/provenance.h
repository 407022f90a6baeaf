// SPDX-License-Identifier: GPL-3.0-or-later
// Where a result comes from: enough to make it again. Goes into every file that leaves the program.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/study/model.h"
#include "core/study/study.h"

namespace axescope {

struct Provenance {
  std::string inputFile;  // name without its folder
  std::string inputSha256;
  std::string model;
  std::string task;
  std::string settings;   // the study's JSON
  std::string version;    // of AxeScope
  std::string libraries;  // "HDF5 1.10.8, oneDNN 2.6.3, …"
  std::string created;    // UTC, ISO 8601
  std::int64_t seed = 0;
  std::vector<std::string> mappings;  // of a file that is no dump, as --map takes them
  /// Runs whose points this one resumed, oldest first and without an `earlier` of their own: rows of /points are of
  /// any of them.
  std::vector<Provenance> earlier;

  std::string toJson() const;  // one line
  /// Of one object that toJson() wrote; what is missing stays empty.
  static Provenance fromJson(const std::string& text);
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// What describes the rows of `stored`, a file with points, and those that `resuming` adds. A run that differs in
/// nothing but its time is the same run.
Provenance resumedProvenance(Provenance stored, Provenance resuming);

/// JSON lists for attributes of files.
std::string toJsonList(const std::vector<std::string>& texts);
std::string toJsonList(const std::vector<Provenance>& runs);
std::vector<std::string> textsFromJson(const std::string& list);
std::vector<Provenance> runsFromJson(const std::string& list);

/// Of the engine as it runs: "HDF5 1.10.8, oneDNN 2.6.3, …".
std::string libraryVersions();

Result<Provenance> makeProvenance(const Model& model, const Study& study);

}  // namespace axescope
