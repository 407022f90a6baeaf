// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's attributes, the same in dumps and in quantized files.
#pragma once

#include "core/dump/dump.h"
#include "core/hdf5/writer.h"

namespace axescope {

/// Name, kind, sizes, geometry and the given activation quantizer of the layer in `group`; `weight` is its dataset
/// of weights or codes. Absent geometry means stride 1, dilation 1, padding 0, groups 1.
/// Errors: notFound, unsupported (kind, axis order, codes too wide), wrongType, wrongShape, corrupt (values out of
/// range).
Result<LayerInfo> readLayerMetadata(const hdf5::Reader& reader, const std::string& group, const std::string& name,
                                    const hdf5::DatasetInfo& weight);
/// The quantizer in `input_scale` and its companions; empty when absent.
Result<std::optional<ActivationQuantizer>> readInputQuantizer(const hdf5::Reader& reader, const std::string& group);

/// The quantizer's codes fit the 16 signed bits they are held in, and its encoding has that many bits. `group` is for
/// the error: unsupported.
Status checkCodeWidth(const ActivationQuantizer& quantizer, const std::string& file, const std::string& group);

/// Writes kind, axis order and geometry into an existing group.
Status writeLayerMetadata(hdf5::Writer& writer, const std::string& group, const LayerInfo& info);
Status writeInputQuantizer(hdf5::Writer& writer, const std::string& group, const ActivationQuantizer& quantizer);

/// [O, I] or [O, I/groups, kh, kw].
std::vector<std::int64_t> weightShape(const LayerInfo& info);

/// An integer attribute in [low, high]; `fallback` when absent, or notFound without one. Another value is `corrupt`.
Result<std::int64_t> integerInRange(const hdf5::Reader& reader, const std::string& object, const std::string& name,
                                    IntegerRange range, std::optional<std::int64_t> fallback = std::nullopt);
/// A required text attribute.
Result<std::string> requiredText(const hdf5::Reader& reader, const std::string& object, const std::string& name,
                                 const std::string& expected);
/// The layer's inputs fit it: [samples, I], or [samples, I, H, W] no smaller than the kernel; at least one sample.
Status checkInputShape(const std::string& file, const std::string& path, const LayerInfo& info,
                       const std::vector<std::int64_t>& shape);
/// One number per output channel.
Status checkChannelVector(const std::string& file, const LayerInfo& info, const hdf5::DatasetInfo& vector);

}  // namespace axescope
