// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/quantized_model.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace axescope {

namespace {

constexpr int byteBits = 8;

// Codes of up to eight bits take a byte in the file.
Result<std::int64_t> append(TemporaryFile& file, const QuantizedLayer& layer) {
  const std::span codes(layer.codes.data(), static_cast<std::size_t>(layer.codes.size()));
  if (layer.weightBits > byteBits) return file.append(std::as_bytes(codes));
  const std::vector<std::int8_t> bytes(codes.begin(), codes.end());
  return file.append(std::as_bytes(std::span(bytes)));
}

Status readCodes(const TemporaryFile& file, std::int64_t offset, std::int64_t columns, QuantizedLayer& layer) {
  layer.codes.resize(static_cast<Eigen::Index>(layer.scales.size()), columns);
  const std::span codes(layer.codes.data(), static_cast<std::size_t>(layer.codes.size()));
  if (layer.weightBits > byteBits) return file.read(offset, std::as_writable_bytes(codes));
  std::vector<std::int8_t> bytes(codes.size());
  AXESCOPE_CHECK(file.read(offset, std::as_writable_bytes(std::span(bytes))));
  std::copy(bytes.begin(), bytes.end(), codes.begin());
  return {};
}

}  // namespace

QuantizedModel::QuantizedModel(std::size_t layers, std::int64_t mostCodeBytes)
    : mostCodeBytes_(mostCodeBytes), layers_(layers) {}

Status QuantizedModel::set(std::size_t layer, QuantizedLayer quantized) {
  Place& place = layers_[layer];
  place.columns = quantized.codes.cols();
  const auto bytes = static_cast<std::int64_t>(sizeof(std::int16_t)) * quantized.codes.size();
  if (bytes <= mostCodeBytes_ - codeBytes_) {
    codeBytes_ += bytes;
  } else {
    if (!file_) {
      AXESCOPE_TRY(file_, TemporaryFile::create());
    }
    AXESCOPE_TRY(place.offset, append(*file_, quantized));
    quantized.codes = CodeMatrix();
  }
  place.quantized = std::make_shared<const QuantizedLayer>(std::move(quantized));
  return {};
}

Result<std::shared_ptr<const QuantizedLayer>> QuantizedModel::layer(std::size_t layer) const {
  const Place& place = layers_[layer];
  if (!place.offset) return place.quantized;
  auto whole = std::make_shared<QuantizedLayer>(*place.quantized);
  AXESCOPE_CHECK(readCodes(*file_, *place.offset, place.columns, *whole));
  return whole;
}

}  // namespace axescope
