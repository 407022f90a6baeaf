// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_outputs.h"

#include <span>
#include <string>

#include "core/hdf5/replacement_file.h"
#include "core/study/results_file.h"
#include "core/study/results_folder.h"
#include "core/study/results_writer.h"

namespace axescope {

namespace {

// Something that is not what we left there.
bool isReplaced(const std::filesystem::path& path, const std::optional<FileIdentity>& ours) {
  const auto there = identityOf(path);
  return there && there != ours;
}

}  // namespace

Status ResultsOutputs::write(const Provenance& provenance, const std::vector<PointResult>& points) {
  // As late as can be: writing takes long enough for someone to put another file there.
  const auto keepReplaced = [this] { return moveReplaced(); };
  AXESCOPE_CHECK(writeResults(results_, provenance, points, keepReplaced));
  ourResults_ = identityOf(results_);
  if (csv_) {
    const std::string text = resultsCsv(provenance, points);
    AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(*csv_));
    AXESCOPE_CHECK(file.commit(std::as_bytes(std::span(text)), keepReplaced));
    ourCsv_ = identityOf(*csv_);
  }
  written_ = true;
  return {};
}

Status ResultsOutputs::moveReplaced() {
  if (!written_) return {};
  const bool movesCsv = csv_ && isReplaced(*csv_, ourCsv_);
  return moveToPrevious(results_, csv_, isReplaced(results_, ourResults_), movesCsv);
}

}  // namespace axescope
