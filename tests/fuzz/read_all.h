// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that a dump or a quantized file is asked for, under limits small enough for thousands of runs a second.
#pragma once

#include <algorithm>
#include <filesystem>

#include "core/dump/dump.h"
#include "core/dump/quantized_file.h"
#include "core/hdf5/reader.h"

namespace axescope::testing {

inline hdf5::Limits fuzzLimits() {
  hdf5::Limits limits;
  limits.objects = 500;
  limits.stringBytes = 1 << 16;
  limits.tensorBytes = 1 << 22;
  limits.chunks = 1 << 10;
  limits.readBytes = 1 << 22;
  return limits;
}

inline void readDump(const std::filesystem::path& path, const std::vector<LayerMapping>& mappings) {
  const auto dump = Dump::open(path, mappings, fuzzLimits());
  if (!dump) {
    (void)dump.error().line();
    return;
  }
  for (std::size_t layer = 0; layer < dump->layers().size(); ++layer) {
    const LayerInfo& info = dump->layers()[layer];
    (void)dump->loadLayer(layer);
    (void)dump->loadLayerInput(layer, 0, std::min<std::int64_t>(info.calibrationSamples(), 2));
  }
  const auto samples = [](const std::vector<std::int64_t>& shape) {
    return shape.empty() ? 0 : std::min<std::int64_t>(shape.front(), 2);
  };
  (void)dump->loadCalibration(0, samples(dump->calibrationShape()));
  (void)dump->loadEvaluation(0, samples(dump->evaluationShape()));
  (void)dump->loadLabels(samples(dump->evaluationShape()));
  if (!dump->graph()) return;
  for (const GraphNode& node : dump->graph()->nodes) {
    for (const auto& [role, name] : node.params) (void)dump->loadParam(name);
  }
}

inline void readQuantized(const std::filesystem::path& path) {
  const auto reader = hdf5::Reader::open(path, fuzzLimits());
  if (reader) (void)readQuantizedFile(*reader);
}

}  // namespace axescope::testing
