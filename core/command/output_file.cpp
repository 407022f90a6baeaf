// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/output_file.h"

#include <cerrno>
#include <span>
#include <system_error>

#include <unistd.h>

#include "core/hdf5/replacement_file.h"
#include "core/study/results_file.h"

namespace axescope {

namespace {

namespace fs = std::filesystem;

bool isSameFile(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored) || fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

Status checkPlace(const OutputFile& output) {
  if (output.path.empty()) return fail(ErrorCode::invalidArgument, {}, output.flag, "the name of a file", "none");
  std::error_code ignored;
  if (fs::is_directory(output.path, ignored)) {
    return fail(ErrorCode::writeFailed, output.path.string(), {}, "the name of a file", "a folder");
  }
  const fs::path folder = output.path.has_parent_path() ? output.path.parent_path() : fs::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return fail(ErrorCode::writeFailed, output.path.string(), {}, "a folder that can be written to",
              std::generic_category().message(errno));
}

// `other` is named by `what`: "the input" or a flag.
Status checkApart(const OutputFile& output, const fs::path& other, const std::string& what) {
  const auto refuse = [&](const std::string& expected) {
    return fail(ErrorCode::invalidArgument, {}, output.flag, expected, "'" + output.path.string() + "'");
  };
  if (isSameFile(output.path, other)) return refuse("another file than " + what);
  if (output.isResults && isResultsCompanion(output.path, other)) {
    return refuse("a name whose lock, journal and previous files are not " + what + " '" + other.string() + "'");
  }
  return {};
}

}  // namespace

Status checkOutputs(const std::vector<OutputFile>& outputs, const std::vector<fs::path>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    AXESCOPE_CHECK(checkPlace(outputs[i]));
    for (const fs::path& input : inputs) {
      if (!input.empty()) AXESCOPE_CHECK(checkApart(outputs[i], input, "the input"));
    }
    for (std::size_t j = 0; j < outputs.size(); ++j) {
      const bool isLater = j > i;  // the same names are the later flag's mistake
      if (i != j && !(isLater && isSameFile(outputs[i].path, outputs[j].path))) {
        AXESCOPE_CHECK(checkApart(outputs[i], outputs[j].path, outputs[j].flag));
      }
    }
  }
  return {};
}

Status writeText(const std::filesystem::path& path, const std::string& text) {
  AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(path));
  return file.commit(std::as_bytes(std::span(text)));
}

}  // namespace axescope
