// SPDX-License-Identifier: GPL-3.0-or-later
// A small dump with some of everything, the same bytes each time, and everything that is asked of one.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "core/dump/dump.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::testing {

inline std::string bytesOf(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void putBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// In the old format of groups, B-trees and heaps, which is the library's default.
inline std::string wholeDump() {
  const auto path = temporaryPath("whole.h5");
  CraftedFile file(path);
  file.attribute("/", "format", "axescope-dump");
  file.attribute("/", "version", std::int64_t{1});
  file.attribute("/", "task", "classification");
  const auto untimed = [](hid_t creation) {
    H5Pset_obj_track_times(creation, 0);
    return creation;
  };
  const hid_t plain = untimed(H5Pcreate(H5P_DATASET_CREATE));
  const std::vector<float> values(240, 0.5F);
  file.dataset("layers/fc/weight", {2, 8}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data(), plain);
  file.attribute("layers/fc", "kind", "linear");
  file.attribute("layers/fc", "axis_order", "OI");
  file.attribute("layers/fc", "stride", std::vector<std::int64_t>{1, 1});
  file.attribute("layers/fc", "names", std::vector<std::string>{"a", "bc"});
  const hid_t packed = untimed(chunked({4, 8}));
  H5Pset_shuffle(packed);
  H5Pset_deflate(packed, 6);
  H5Pset_fletcher32(packed);
  file.dataset("layers/fc/input", {30, 8}, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, values.data(), packed);
  file.dataset("eval/inputs", {6, 8}, H5T_IEEE_F64LE, H5T_NATIVE_FLOAT, values.data(), plain);
  const std::vector<std::int64_t> labels{0, 1, 0, 1, 0, 1};
  file.dataset("eval/labels", {6}, H5T_STD_I64LE, H5T_NATIVE_INT64, labels.data(), plain);
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  const char* graph =
      R"({"inputs":["x"],"outputs":["y"],"nodes":[{"name":"y","op":"linear","layer":"fc","inputs":["x"]}]})";
  file.dataset("graph", {}, text, text, static_cast<const void*>(&graph), plain);
  H5Tclose(text);
  H5Pclose(plain);
  H5Pclose(packed);
  file.close();
  return bytesOf(path);
}

/// What became of a file that was asked everything: the first error, or that it was read whole.
inline Status readWhole(const std::filesystem::path& path, const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(path, {}, processes));
  AXESCOPE_CHECK(reader.datasetsBelow("/"));
  AXESCOPE_CHECK(reader.stringListAttribute("/layers/fc", "names"));
  AXESCOPE_TRY(const Dump dump, Dump::open(std::move(reader)));
  for (std::size_t layer = 0; layer < dump.layers().size(); ++layer) {
    AXESCOPE_CHECK(dump.loadLayer(layer));
    if (const auto samples = dump.layers()[layer].calibrationSamples(); samples > 0)
      AXESCOPE_CHECK(dump.loadLayerInput(layer, 0, samples));
  }
  if (!dump.evaluationShape().empty()) AXESCOPE_CHECK(dump.loadEvaluation(0, dump.evaluationShape().front()));
  if (dump.hasLabels()) AXESCOPE_CHECK(dump.loadLabels(dump.evaluationShape().front()));
  return {};
}

}  // namespace axescope::testing
