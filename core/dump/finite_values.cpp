// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/finite_values.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "core/hdf5/text.h"

namespace axescope {

namespace {

std::string describeNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
  return std::to_string(value);
}

/// Index of element `position` in an array of this shape, its first row being row `firstRow` of the dataset.
std::string describeIndex(std::int64_t position, const std::vector<std::int64_t>& shape, std::int64_t firstRow) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis]) index[axis] = position % shape[axis];
  if (!index.empty()) index.front() += firstRow;
  return hdf5::describeShape(index);
}

template <class T>
tl::unexpected<Error> badValue(const hdf5::Reader& reader, const std::string& path, const std::string& expected,
                               const std::vector<T>& values, typename std::vector<T>::const_iterator bad,
                               const std::vector<std::int64_t>& shape, std::int64_t firstRow) {
  return fail(ErrorCode::notFinite, reader.fileName(), path, expected,
              describeNumber(*bad) + " at " + describeIndex(bad - values.begin(), shape, firstRow));
}

/// Without a branch for each value, so that the compiler takes several at once.
bool areFinite(std::span<const float> values) {
  constexpr std::uint32_t exponent = 0x7f800000;
  bool finite = true;
  for (const float value : values) finite &= (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
  return finite;
}

Status checkFinite(const hdf5::Reader& reader, const std::string& path, const std::vector<float>& values,
                   const std::vector<std::int64_t>& shape, std::int64_t firstRow) {
  if (areFinite(values)) return {};
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  return badValue(reader, path, "numbers within float32", values, bad, shape, firstRow);
}

}  // namespace

Result<std::vector<float>> readFinite(const hdf5::Reader& reader, const std::string& path) {
  AXESCOPE_TRY(const hdf5::DatasetInfo info, reader.dataset(path));
  AXESCOPE_TRY(std::vector<float> values, reader.readFloats(path));
  AXESCOPE_CHECK(checkFinite(reader, path, values, info.shape, 0));
  return values;
}

Result<Tensor> readFiniteRows(const hdf5::Reader& reader, const std::string& path, std::int64_t first,
                              std::int64_t count) {
  AXESCOPE_TRY(hdf5::DatasetInfo info, reader.dataset(path));
  Tensor tensor;
  AXESCOPE_TRY(tensor.data, reader.readFloats(path, first, count));
  tensor.shape = std::move(info.shape);
  if (!tensor.shape.empty()) tensor.shape.front() = count;
  AXESCOPE_CHECK(checkFinite(reader, path, tensor.data, tensor.shape, first));
  return tensor;
}

Result<std::vector<double>> readScales(const hdf5::Reader& reader, const std::string& path, std::int64_t channels) {
  AXESCOPE_TRY(const hdf5::DatasetInfo info, reader.dataset(path));
  if (info.elements() != 1 && info.shape != std::vector<std::int64_t>{channels}) {
    return fail(ErrorCode::wrongShape, reader.fileName(), path, "shape [" + std::to_string(channels) + "] or [1]",
                "shape " + hdf5::describeShape(info.shape));
  }
  AXESCOPE_TRY(std::vector<double> scales, reader.readDoubles(path));
  const auto bad = std::ranges::find_if(scales, [](double scale) { return !std::isfinite(scale) || scale <= 0; });
  if (bad != scales.end()) return badValue(reader, path, "scales above 0", scales, bad, info.shape, 0);
  if (info.elements() == 1) scales.assign(static_cast<std::size_t>(channels), scales.front());
  return scales;
}

}  // namespace axescope
