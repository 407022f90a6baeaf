// SPDX-License-Identifier: GPL-3.0-or-later
// Well-formed HDF5 with any content where a dump, a quantized file or a Keras file has its own: what lies behind the
// library. Datasets and attributes have the names that readers ask for, mostly with likely types and sizes, often not.
#include <array>
#include <cstdlib>
#include <string_view>

#include <fuzzer/FuzzedDataProvider.h>

#include "core/hdf5/writer.h"
#include "fuzzed_file.h"
#include "read_all.h"

namespace axescope {
namespace {

constexpr std::array<std::string_view, 17> datasets{"weight",
                                                    "bias",
                                                    "weight_scale",
                                                    "input",
                                                    "codes",
                                                    "group_scale",
                                                    "input_scaling",
                                                    "input_codes",
                                                    "certificate/positive",
                                                    "certificate/negative",
                                                    "certificate/budget",
                                                    "kernel",
                                                    "vars/0",
                                                    "vars/1",
                                                    "input_permutation",
                                                    "channel_weight_bits",
                                                    "channel_inner_bits"};
constexpr std::array<std::string_view, 23> attributes{
    "kind",          "axis_order",  "stride",           "padding",    "dilation",
    "groups",        "input_scale", "input_zero_point", "input_bits", "input_signed",
    "weight_bits",   "inner_bits",  "outer_bits",       "tile",       "overflow",
    "input_dynamic", "position",    "input_rotation",   "guaranteed", "folded_batch_norm",
    "weight_names",  "version",     "weight_quantizer"};
constexpr std::array<std::string_view, 13> texts{
    "linear", "conv2d", "OI", "OIHW",          "wrap",           "saturate",    "",
    "none",   "fc",     "[]", "axescope-dump", "classification", "power-of-two"};
constexpr std::array<std::int64_t, 14> integers{0, 1, 2, 3, 4, 8, 15, 16, 63, 64, -1, INT64_MAX, INT64_MIN, 1LL << 32};

template <class List>
auto drawOf(FuzzedDataProvider& input, const List& list) {
  return list[input.ConsumeIntegralInRange<std::size_t>(0, list.size() - 1)];
}

std::int64_t drawInteger(FuzzedDataProvider& input) {
  return input.ConsumeBool() ? drawOf(input, integers) : input.ConsumeIntegral<std::int64_t>();
}

void writeDataset(FuzzedDataProvider& input, hdf5::Writer& writer, const std::string& path) {
  std::vector<std::int64_t> shape;
  std::size_t count = 1;
  const int rank = input.ConsumeIntegralInRange(0, 4);
  for (int axis = 0; axis < rank; ++axis) {
    shape.push_back(input.ConsumeIntegralInRange<std::int64_t>(0, 4));
    count *= static_cast<std::size_t>(shape.back());
  }
  const auto fill = [&]<class T>(T sample) {
    std::vector<T> values(count, sample);
    for (T& value : values) value = static_cast<T>(input.ConsumeIntegral<std::int8_t>());
    if (count > 0 && input.ConsumeIntegralInRange(0, 9) == 0) {
      if constexpr (std::is_floating_point_v<T>) {
        values.back() = input.ConsumeFloatingPoint<T>();
      } else {
        values.back() = input.ConsumeIntegral<T>();
      }
    }
    (void)writer.tensor(path, shape, std::span<const T>(values));
  };
  switch (input.ConsumeIntegralInRange(0, 5)) {
    case 0:
      return fill(double{});
    case 1:
      return fill(std::int8_t{});
    case 2:
      return fill(std::int16_t{});
    case 3:
      return fill(std::int64_t{});
    default:
      return fill(float{});
  }
}

void writeAttribute(FuzzedDataProvider& input, hdf5::Writer& writer, const std::string& object,
                    const std::string& name) {
  switch (input.ConsumeIntegralInRange(0, 3)) {
    case 0:
      (void)writer.attribute(object, name, drawInteger(input));
      return;
    case 1:
      (void)writer.attribute(object, name, input.ConsumeFloatingPoint<double>());
      return;
    case 2:
      (void)writer.attribute(object, name, std::string(drawOf(input, texts)));
      return;
    default:
      std::vector<std::int64_t> values(input.ConsumeIntegralInRange<std::size_t>(0, 4));
      for (std::int64_t& value : values) value = drawInteger(input);
      (void)writer.attribute(object, name, std::span<const std::int64_t>(values));
  }
}

/// What makes a layer one, so that most files get past the first question.
void writeLikelyLayer(FuzzedDataProvider& input, hdf5::Writer& writer, const std::string& group) {
  const bool isConv = input.ConsumeBool();
  std::vector<std::int64_t> shape(isConv ? 4 : 2);
  std::size_t count = 1;
  for (std::int64_t& size : shape) {
    size = input.ConsumeIntegralInRange<std::int64_t>(1, 4);
    count *= static_cast<std::size_t>(size);
  }
  (void)writer.tensor(group + "/weight", shape, std::vector<float>(count, 0.5F));
  (void)writer.tensor(group + "/codes", shape, std::vector<std::int8_t>(count, 1));
  (void)writer.attribute(group, "kind", std::string(isConv ? "conv2d" : "linear"));
  (void)writer.attribute(group, "axis_order", std::string(isConv ? "OIHW" : "OI"));
}

void write(FuzzedDataProvider& input, const std::filesystem::path& path) {
  auto writer = hdf5::Writer::create(path);
  if (!writer) std::abort();
  constexpr std::array<std::string_view, 3> formats{"axescope-dump", "axescope-quantized", "keras"};
  (void)writer->attribute("/", "format", std::string(drawOf(input, formats)));
  (void)writer->attribute("/", "version", std::int64_t{1});
  (void)writer->attribute("/", "task", std::string(input.ConsumeBool() ? "classification" : "language-modeling"));
  const int layers = input.ConsumeIntegralInRange(1, 3);
  for (int layer = 0; layer < layers; ++layer) {
    const std::string group = "/layers/l" + std::to_string(layer);
    if (input.ConsumeIntegralInRange(0, 4) != 0) writeLikelyLayer(input, *writer, group);
    for (int i = input.ConsumeIntegralInRange(0, 6); i > 0; --i)
      writeDataset(input, *writer, group + "/" + std::string(drawOf(input, datasets)));
    (void)writer->group(group);
    for (int i = input.ConsumeIntegralInRange(0, 12); i > 0; --i)
      writeAttribute(input, *writer, group, std::string(drawOf(input, attributes)));
  }
  for (const char* name : {"/calibration/inputs", "/eval/inputs", "/eval/labels", "/params/p"}) {
    if (input.ConsumeBool()) writeDataset(input, *writer, name);
  }
  if (input.ConsumeBool()) (void)writer->string("/graph", input.ConsumeRemainingBytesAsString());
  if (!writer->commit()) std::abort();
}

}  // namespace
}  // namespace axescope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace axescope;
  static const std::filesystem::path path = "/dev/shm/axescope-dump-fuzz-" + std::to_string(::getpid()) + ".h5";
  FuzzedDataProvider input(data, size);
  write(input, path);
  testing::readDump(path, {});
  testing::readDump(path,
                    {{.name = "w", .dataset = "/layers/l0/weight", .axisOrder = "HWIO", .input = "/eval/inputs"}});
  testing::readQuantized(path);
  std::filesystem::remove(path);
  return 0;
}
