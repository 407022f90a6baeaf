// SPDX-License-Identifier: GPL-3.0-or-later
// Weights of Keras: Dense [I, O], Conv2D [kh, kw, I, O], DepthwiseConv2D [kh, kw, I, M]. The files say neither stride
// nor padding nor groups: layers have stride 1, no padding, and one group unless depthwise. K is right all the same.
#include "core/dump/hdf5_source.h"
#include "core/dump/keras_layout.h"

namespace axescope {

namespace {

/// The order of a kernel's axes, or nothing for kernels of other ranks (1-D and 3-D convolutions, attention heads).
std::optional<AxisOrder> kernelOrder(const hdf5::DatasetInfo& kernel, bool depthwise) {
  if (kernel.kind != hdf5::ElementKind::real) return std::nullopt;
  if (kernel.shape.size() == 2 && !depthwise) return AxisOrder::io;
  if (kernel.shape.size() == 4) return depthwise ? AxisOrder::hwim : AxisOrder::hwio;
  return std::nullopt;
}

/// Number of biases, or 0 when the candidate is something else (a recurrent layer's bias may have two rows).
Result<std::int64_t> biasLength(const hdf5::Reader& reader, const std::string& path) {
  if (path.empty()) return 0;
  AXESCOPE_TRY(const hdf5::DatasetInfo info, reader.dataset(path));
  return info.shape.size() == 1 ? info.shape.front() : 0;
}

Status addKernel(Hdf5Source& source, const KerasKernel& kernel) {
  const hdf5::Reader& reader = source.reader;
  AXESCOPE_TRY(const hdf5::DatasetInfo weight, reader.dataset(kernel.kernel));
  AXESCOPE_TRY(const std::int64_t biases, biasLength(reader, kernel.bias));
  auto order = kernelOrder(weight, kernel.depthwise);
  if (!order) return {};
  // Keras 3 does not name a depthwise kernel; its bias tells, being as long as I·M.
  const auto& shape = weight.shape;
  if (order == AxisOrder::hwio && biases != 0 && biases != shape[3] && biases == shape[2] * shape[3])
    order = AxisOrder::hwim;
  AXESCOPE_TRY(LayerInfo info, layerOfWeight(shape, *order, 1, reader.fileName(), kernel.kernel));
  info.name = kernel.layer;
  return source.addLayer(std::move(info), {kernel.kernel, *order, biases != 0 ? kernel.bias : "", {}, {}});
}

}  // namespace

Result<bool> isKeras(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const KerasLayout layout, kerasLayout(reader));
  return layout != KerasLayout::none;
}

Result<std::unique_ptr<DumpSource>> openKeras(hdf5::Reader opened) {
  auto source = std::make_unique<Hdf5Source>(std::move(opened));
  AXESCOPE_TRY(const KerasLayout layout, kerasLayout(source->reader));
  AXESCOPE_TRY(const std::vector<KerasKernel> kernels, kerasKernels(source->reader, layout));
  for (const KerasKernel& kernel : kernels) AXESCOPE_CHECK(addKernel(*source, kernel));
  if (source->layers.empty()) {
    return fail(ErrorCode::unsupported, source->reader.fileName(), "/", "kernels of Dense or Conv2D layers",
                "a Keras file without any");
  }
  return source;
}

}  // namespace axescope
