// SPDX-License-Identifier: GPL-3.0-or-later
// A dump whose tensors lie in datasets of one HDF5 file, whatever the layout: the readers of native, Keras and mapped
// files fill it in.
#pragma once

#include "core/dump/axis_order.h"
#include "core/dump/source.h"
#include "core/hdf5/reader.h"

namespace axescope {

/// Where a layer's tensors are; empty paths where there is none.
struct LayerDatasets {
  std::string weight;
  AxisOrder order = AxisOrder::oi;
  std::string bias;
  std::string weightScale;
  std::string input;
};

class Hdf5Source final : public DumpSource {
 public:
  explicit Hdf5Source(hdf5::Reader openedFile) : reader(std::move(openedFile)) {}

  /// Appends a layer. `info` lacks bias and inputs, which are taken and checked from the datasets.
  Status addLayer(LayerInfo info, LayerDatasets datasets);

  Result<LayerTensors> loadLayer(std::size_t layer) const override;
  Result<Tensor> loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const override;
  Result<Tensor> loadParam(const std::string& name) const override;
  Result<Tensor> loadCalibration(std::int64_t first, std::int64_t count) const override;
  Result<Tensor> loadEvaluation(std::int64_t first, std::int64_t count) const override;
  Result<std::vector<std::int64_t>> loadLabels(std::int64_t count) const override;

  hdf5::Reader reader;
  std::vector<LayerDatasets> datasets;  // of each of `layers`

 private:
  Status checkLayer(std::size_t layer) const;
};

/// Opens each layout; the file is known to be of it.
Result<std::unique_ptr<DumpSource>> openNative(hdf5::Reader reader);
Result<std::unique_ptr<DumpSource>> openKeras(hdf5::Reader reader);
/// Errors besides those of the reader: invalidArgument for mappings that contradict each other.
Result<std::unique_ptr<DumpSource>> openMapped(hdf5::Reader reader, const std::vector<LayerMapping>& mappings);

/// True for the layouts of Keras .h5 and .weights.h5 files.
Result<bool> isKeras(const hdf5::Reader& reader);
/// The error for a foreign file: which of its datasets could be mapped to layers.
Error unmapped(const hdf5::Reader& reader);

/// Objects of the native layout.
inline constexpr const char* layersGroup = "/layers";
inline constexpr const char* paramsGroup = "/params";
inline constexpr const char* graphDataset = "/graph";
inline constexpr const char* calibrationDataset = "/calibration/inputs";
inline constexpr const char* evaluationDataset = "/eval/inputs";
inline constexpr const char* labelsDataset = "/eval/labels";

}  // namespace axescope
