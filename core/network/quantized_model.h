// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/base/temporary_file.h"
#include "core/network/quantized_layer.h"

namespace axescope {

/// The quantized layers of a network, by index into Dump::layers(); a layer left in float has none. Codes of more bytes
/// than there is memory for lie in a temporary file and are read again when they are asked for.
class QuantizedModel {
 public:
  QuantizedModel() = default;
  explicit QuantizedModel(std::size_t layers, std::int64_t mostCodeBytes = std::numeric_limits<std::int64_t>::max());

  std::size_t size() const { return layers_.size(); }
  bool has(std::size_t layer) const { return layers_[layer].quantized != nullptr; }
  /// False once codes lie in the file.
  bool isInMemory() const { return !file_.has_value(); }
  /// Of a layer that has none yet. Errors: those of TemporaryFile.
  Status set(std::size_t layer, QuantizedLayer quantized);
  /// Of a layer that has one; from several threads at once. Errors: those of TemporaryFile.
  Result<std::shared_ptr<const QuantizedLayer>> layer(std::size_t layer) const;

 private:
  struct Place {
    std::shared_ptr<const QuantizedLayer> quantized;  // without its codes where they are in the file
    std::optional<std::int64_t> offset;               // of codes in the file
    std::int64_t columns = 0;                         // of codes: K
  };

  std::int64_t mostCodeBytes_ = 0;
  std::int64_t codeBytes_ = 0;  // in memory
  std::vector<Place> layers_;
  std::optional<TemporaryFile> file_;
};

}  // namespace axescope
