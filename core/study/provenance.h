// SPDX-License-Identifier: GPL-3.0-or-later
// Where a result comes from: enough to make it again. Goes into every file that leaves the program.
#pragma once

#include <string>

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

  std::string toJson() const;  // one line
};

/// Of the engine as it runs: "HDF5 1.10.8, oneDNN 2.6.3, …".
std::string libraryVersions();

Result<Provenance> makeProvenance(const Model& model, const Study& study);

}  // namespace axescope
