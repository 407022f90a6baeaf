// SPDX-License-Identifier: GPL-3.0-or-later
// What a file layout has to provide. To open another layout: derive from DumpSource in a file of its own and try it
// in Dump::open (dump.cpp).
#pragma once

#include "core/dump/dump.h"

namespace axescope {

class DumpSource {
 public:
  virtual ~DumpSource() = default;
  DumpSource(const DumpSource&) = delete;
  DumpSource& operator=(const DumpSource&) = delete;

  virtual Result<LayerTensors> loadLayer(std::size_t layer) const = 0;
  virtual Result<Tensor> loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const = 0;
  virtual Result<Tensor> loadParam(const std::string& name) const = 0;
  virtual Result<Tensor> loadCalibration(std::int64_t first, std::int64_t count) const = 0;
  virtual Result<Tensor> loadEvaluation(std::int64_t first, std::int64_t count) const = 0;
  virtual Result<std::vector<std::int64_t>> loadLabels(std::int64_t count) const = 0;

  // Metadata, filled by the implementation when it opens the file.
  std::filesystem::path path;
  std::string model;
  Task task = Task::none;
  std::vector<LayerInfo> layers;
  std::optional<Graph> graph;
  std::vector<std::int64_t> calibrationShape;
  std::vector<std::int64_t> evaluationShape;
  bool hasLabels = false;

 protected:
  DumpSource() = default;
};

}  // namespace axescope
