// SPDX-License-Identifier: GPL-3.0-or-later
// Any other HDF5 file: the user says which datasets are layers and what their axes mean.
#include <algorithm>

#include "core/dump/hdf5_source.h"
#include "core/hdf5/text.h"

namespace axescope {

namespace {

constexpr std::size_t mostNamed = 12;

/// "net.w" of /net/w: layers are groups of the files made from this one, whose names have no slash.
std::string nameOf(const std::string& dataset) {
  std::string name = dataset.substr(std::min(dataset.find_first_not_of('/'), dataset.size()));
  std::ranges::replace(name, '/', '.');
  return name;
}

Status addMapping(Hdf5Source& source, const LayerMapping& mapping) {
  const hdf5::Reader& reader = source.reader;
  const auto order = axisOrder(mapping.axisOrder);
  if (!order) {
    return fail(ErrorCode::invalidArgument, reader.fileName(), "mapping of " + mapping.dataset,
                "axis order OI, IO, OIHW or HWIO", "\"" + mapping.axisOrder + "\"");
  }
  AXESCOPE_TRY(const hdf5::DatasetInfo weight, reader.dataset(mapping.dataset));
  AXESCOPE_TRY(LayerInfo info, layerOfWeight(weight.shape, *order, 1, reader.fileName(), mapping.dataset));
  info.name = mapping.name.empty() ? nameOf(mapping.dataset) : mapping.name;
  if (info.name.find('/') != std::string::npos || info.name == ".") {
    return fail(ErrorCode::invalidArgument, reader.fileName(), "mapping of " + mapping.dataset,
                "a layer name without /", "'" + info.name + "'");
  }
  for (const LayerInfo& other : source.layers) {
    if (other.name == info.name) {
      return fail(ErrorCode::invalidArgument, reader.fileName(), "mapping of " + mapping.dataset,
                  "a layer name of its own", "two layers named " + info.name);
    }
  }
  return source.addLayer(std::move(info), {mapping.dataset, *order, {}, {}, mapping.input});
}

}  // namespace

Result<std::unique_ptr<DumpSource>> openMapped(hdf5::Reader opened, const std::vector<LayerMapping>& mappings) {
  auto source = std::make_unique<Hdf5Source>(std::move(opened));
  for (const LayerMapping& mapping : mappings) AXESCOPE_CHECK(addMapping(*source, mapping));
  return source;
}

Error unmapped(const hdf5::Reader& reader) {
  Error error{ErrorCode::unsupported,
              reader.fileName(),
              {},
              "an AxeScope dump, a Keras file, or a mapping of datasets to layers",
              {}};
  const auto paths = reader.datasetsBelow("/");
  if (!paths) return paths.error();
  std::size_t candidates = 0;
  std::string named;
  for (const std::string& path : *paths) {
    const auto info = reader.dataset(path);
    if (!info || info->kind != hdf5::ElementKind::real || (info->shape.size() != 2 && info->shape.size() != 4))
      continue;
    if (++candidates <= mostNamed) named += (named.empty() ? "" : ", ") + path + " " + hdf5::describeShape(info->shape);
  }
  if (candidates == 0) {
    error.found = "an HDF5 file without floating-point datasets of 2 or 4 axes";
  } else {
    error.found = "datasets that can be mapped: " + named;
    if (candidates > mostNamed) error.found += " and " + std::to_string(candidates - mostNamed) + " more";
  }
  return error;
}

}  // namespace axescope
