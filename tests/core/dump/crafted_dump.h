// SPDX-License-Identifier: GPL-3.0-or-later
// A small native dump, whole and correct; tests add to it or spoil it.
#pragma once

#include "core/dump/dump.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::testing {

class CraftedDump {
 public:
  /// Attributes of the root only.
  CraftedDump();

  /// A layer without geometry attributes; values 1, 2, 3, ….
  void linear(const std::string& name, hsize_t outputs, hsize_t inputs);
  void conv(const std::string& name, const std::vector<hsize_t>& shape);
  /// 1, 2, 3, … of any shape.
  void counting(const std::string& path, const std::vector<hsize_t>& shape);

  /// Closes the file and opens it as a dump.
  Result<Dump> open(const std::vector<LayerMapping>& mappings = {});

  std::filesystem::path path = temporaryPath("model.h5");
  CraftedFile file{path};
};

}  // namespace axescope::testing
