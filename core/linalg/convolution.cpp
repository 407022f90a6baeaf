// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/convolution.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>
#include <vector>

#include <dnnl.hpp>

#include "core/base/parallel.h"
#include "core/linalg/product.h"

namespace axescope {

struct ConvolutionKernel {
  dnnl::engine engine;
  dnnl::convolution_forward::primitive_desc description;
  dnnl::convolution_forward primitive;
  dnnl::memory weights;
};

namespace {

using dnnl::memory;
using Tag = memory::format_tag;

template <class T>
constexpr memory::data_type typeOf() {
  if constexpr (std::is_same_v<T, float>) return memory::data_type::f32;
  if constexpr (std::is_same_v<T, std::uint8_t>) return memory::data_type::u8;
  if constexpr (std::is_same_v<T, std::int8_t>) return memory::data_type::s8;
  return memory::data_type::s32;
}

// What oneDNN could not compute must not be used: its memory holds anything.
[[noreturn]] void giveUp(const dnnl::error& error) {
  if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
  std::fprintf(stderr, "oneDNN refused a convolution (status %d); please report this\n",
               static_cast<int>(error.status));
  std::abort();
}

memory::dims weightSizes(const ConvolutionShape& s) {
  if (s.groups == 1) return {s.channels, s.inputs, s.kernelHeight, s.kernelWidth};
  return {s.groups, s.channels / s.groups, s.inputs / s.groups, s.kernelHeight, s.kernelWidth};
}

// The others write columns themselves or are plain loops.
bool isDirect(std::string_view implementation) {
  return implementation.starts_with("jit") || implementation.starts_with("brg");
}

// oneDNN's first choice, batch-reduced products, is called anew for each row of the output. With few inputs the next
// one, which walks whole images, was quicker by 10 to 30 percent (16 to 64 inputs; as quick with 128).
bool isSlowWithFewInputs(std::string_view implementation) {
  return implementation.starts_with("brgconv:");
}
constexpr std::int64_t fewInputs = 64;

}  // namespace

// Every kernel is made, and runs, with one thread.
template <class Input>
std::optional<Convolution<Input>> Convolution<Input>::pack(const ConvolutionShape& s, std::span<const Weight> weights) {
  keepOpenMpToOneThread();
  try {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // or threads could not share the kernel
    const dnnl::convolution_forward::desc convolution(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct,
        {{1, s.inputs, s.height, s.width}, typeOf<Input>(), Tag::nhwc}, {weightSizes(s), typeOf<Weight>(), Tag::any},
        {{1, s.channels, s.outputHeight(), s.outputWidth()}, typeOf<Sum>(), Tag::nhwc}, {s.strideY, s.strideX},
        {s.dilationY - 1, s.dilationX - 1}, {s.padTop, s.padLeft}, {s.padBottom, s.padRight});
    dnnl::convolution_forward::primitive_desc description(convolution, attributes, engine);
    if (!isDirect(description.impl_info_str())) return std::nullopt;
    if (!std::is_same_v<Input, float> && s.inputs <= fewInputs && isSlowWithFewInputs(description.impl_info_str())) {
      dnnl::convolution_forward::primitive_desc next(convolution, attributes, engine);
      if (next.next_impl() && isDirect(next.impl_info_str())) description = next;
    }

    memory plain({weightSizes(s), typeOf<Weight>(), s.groups == 1 ? Tag::oihw : Tag::goihw}, engine);
    std::copy(weights.begin(), weights.end(), static_cast<Weight*>(plain.get_data_handle()));
    memory packed(description.weights_desc(), engine);
    dnnl::stream stream(engine);
    dnnl::reorder(plain, packed).execute(stream, plain, packed);
    stream.wait();
    return Convolution(std::make_shared<const ConvolutionKernel>(
        ConvolutionKernel{engine, description, dnnl::convolution_forward(description), packed}));
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
    return std::nullopt;
  }
}

// Without VNNI instructions kernels saturate pairs of products at 16 bits.
template <class Input>
bool Convolution<Input>::extremesAddExactly() {
  constexpr std::int64_t size = 32;
  constexpr std::int64_t terms = size * 3 * 3;
  const ConvolutionShape shape{
      .inputs = size, .channels = size, .height = 8, .width = 8, .kernelHeight = 3, .kernelWidth = 3};
  for (const Weight weight : {std::numeric_limits<Weight>::min(), std::numeric_limits<Weight>::max()}) {
    for (const Input code : {std::numeric_limits<Input>::min(), std::numeric_limits<Input>::max()}) {
      const auto convolution = pack(shape, std::vector<Weight>(static_cast<std::size_t>(size * terms), weight));
      if (!convolution) return false;
      const std::vector<Input> image(static_cast<std::size_t>(shape.height * shape.width * size), code);
      std::vector<Sum> sums(static_cast<std::size_t>(shape.outputHeight() * shape.outputWidth() * size));
      Run{*convolution}(image.data(), sums.data());
      const Sum expected = static_cast<Sum>(terms) * static_cast<Sum>(weight) * static_cast<Sum>(code);
      if (!std::all_of(sums.begin(), sums.end(), [&](Sum sum) { return sum == expected; })) return false;
    }
  }
  return true;
}

template <class Input>
std::optional<Convolution<Input>> Convolution<Input>::make(const ConvolutionShape& shape,
                                                           std::span<const Weight> weights) {
  if constexpr (!std::is_same_v<Input, float>) {
    static const bool exact = integerKernelsAreExact() && extremesAddExactly();
    if (!exact) return std::nullopt;
  }
  return pack(shape, weights);
}

template <class Input>
struct Convolution<Input>::Run::Memory {
  dnnl::stream stream;
  memory input;
  memory output;
  memory scratch;
  std::array<dnnl_exec_arg_t, 4> arguments;
};

template <class Input>
Convolution<Input>::Run::Run(const Convolution& convolution) : kernel_(convolution.kernel_) {
  keepOpenMpToOneThread();
  try {
    const dnnl::engine& engine = kernel_->engine;
    memory_ = std::make_unique<Memory>(Memory{dnnl::stream(engine),
                                              memory(kernel_->description.src_desc(), engine, nullptr),
                                              memory(kernel_->description.dst_desc(), engine, nullptr),
                                              memory(kernel_->description.scratchpad_desc(), engine),
                                              {}});
    memory_->arguments = {{{DNNL_ARG_SRC, memory_->input.get()},
                           {DNNL_ARG_WEIGHTS, kernel_->weights.get()},
                           {DNNL_ARG_DST, memory_->output.get()},
                           {DNNL_ARG_SCRATCHPAD, memory_->scratch.get()}}};
  } catch (const dnnl::error& error) {
    giveUp(error);
  }
}

template <class Input>
Convolution<Input>::Run::~Run() = default;

template <class Input>
void Convolution<Input>::Run::operator()(const Input* image, Sum* output) {
  try {
    memory_->input.set_data_handle(const_cast<Input*>(image));  // read only
    memory_->output.set_data_handle(output);
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(kernel_->primitive.get(), memory_->stream.get(),
                               static_cast<int>(memory_->arguments.size()), memory_->arguments.data()),
        "convolution");
  } catch (const dnnl::error& error) {
    giveUp(error);
  }
}

template class Convolution<float>;
template class Convolution<std::uint8_t>;

}  // namespace axescope
