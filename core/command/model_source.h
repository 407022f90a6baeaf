// SPDX-License-Identifier: GPL-3.0-or-later
// The model a command works on: FILE, --map for files that are not dumps, and --threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/command/cli_app.h"
#include "core/study/model.h"

namespace axescope {

struct ModelSource {
  std::string file;
  std::vector<std::string> maps;  // as typed: NAME=/DATASET:OI
  int threads = 0;                // 0: all of the machine's
  std::int64_t memory = 0;        // bytes; 0: half of the machine's
};

void addModelSource(CLI::App& app, ModelSource& source);
void addThreads(CLI::App& app, int& threads);
void addMemory(CLI::App& app, std::int64_t& memory);

/// "conv1=/net/conv1/kernel:HWIO" or, with calibration inputs, "fc=/w:OI:/x". Datasets may have colons in their
/// names. Errors: invalidArgument.
Result<LayerMapping> parseMapping(const std::string& text);

/// Errors: those of parseMapping and Model::open.
Result<std::unique_ptr<Model>> openModel(const ModelSource& source);
/// The same with a bound for the float weights in memory, in bytes.
Result<std::unique_ptr<Model>> openModel(const ModelSource& source, std::int64_t mostWeightBytes);

}  // namespace axescope
