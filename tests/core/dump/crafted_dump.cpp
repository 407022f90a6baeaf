// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/dump/crafted_dump.h"

#include <functional>
#include <numeric>

namespace axescope::testing {

CraftedDump::CraftedDump() {
  file.attribute("/", "format", "axescope-dump");
  file.attribute("/", "version", std::int64_t{1});
  file.attribute("/", "model", "tiny");
  file.attribute("/", "task", "classification");
}

void CraftedDump::counting(const std::string& name, const std::vector<hsize_t>& shape) {
  std::vector<float> values(std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>()));
  std::iota(values.begin(), values.end(), 1.0F);
  file.floats(name, shape, values);
}

void CraftedDump::linear(const std::string& name, hsize_t outputs, hsize_t inputs) {
  counting("layers/" + name + "/weight", {outputs, inputs});
  file.attribute("layers/" + name, "kind", "linear");
  file.attribute("layers/" + name, "axis_order", "OI");
}

void CraftedDump::conv(const std::string& name, const std::vector<hsize_t>& shape) {
  counting("layers/" + name + "/weight", shape);
  file.attribute("layers/" + name, "kind", "conv2d");
  file.attribute("layers/" + name, "axis_order", "OIHW");
}

Result<Dump> CraftedDump::open(const std::vector<LayerMapping>& mappings) {
  file.close();
  return Dump::open(path, mappings);
}

}  // namespace axescope::testing
