// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>
#include <utility>

#include "core/integer/integer_kernel.h"

namespace axescope {

namespace {

// Where an element of the output comes from: a place in a sample of an input, or nowhere.
struct Source {
  std::int32_t input = 0;
  std::int32_t place = 0;
};
constexpr std::int32_t nowhere = -1;

class Move final : public IntegerKernel {
 public:
  Move(std::vector<Source> sources, std::int16_t filling, bool inOrder)
      : sources_(std::move(sources)), filling_(filling), inOrder_(inOrder) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    if (inOrder_) {
      std::copy(inputs.front()->codes.begin(), inputs.front()->codes.end(), output.codes.begin());
      return;
    }
    std::vector<const std::int16_t*> samples;
    for (const CodeTensor* input : inputs) samples.push_back(input->codes.data());
    std::int16_t* to = output.codes.data();
    for (std::int64_t sample = 0; sample < output.samples(); ++sample) {
      for (const Source& source : sources_) {
        *to++ = source.place == nowhere ? filling_ : samples[static_cast<std::size_t>(source.input)][source.place];
      }
      for (std::size_t i = 0; i < samples.size(); ++i) samples[i] += inputs[i]->sampleSize();
    }
  }

 private:
  std::vector<Source> sources_;  // of one sample
  std::int16_t filling_;
  bool inOrder_;  // all of the only input, one after the other
};

// What the float operation makes of inputs whose elements are numbered, over all of them: sign·(number + 1).
Tensor movedNumbers(const KernelContext& context, float sign) {
  std::vector<Tensor> inputs;
  float number = 0.0F;
  for (std::size_t i = 0; i < context.inputs.size(); ++i) {
    Tensor& input = inputs.emplace_back(Tensor{context.inputShape(i), {}});
    input.data.resize(static_cast<std::size_t>(input.size()));
    for (float& value : input.data) value = sign * ++number;
  }
  std::vector<const Tensor*> pointers;
  pointers.reserve(inputs.size());
  for (const Tensor& input : inputs) pointers.push_back(&input);
  Tensor output;
  prepare(output, context.outputShape());
  context.operation().run(pointers, output);
  return output;
}

}  // namespace

MadeKernel makeMoveKernel(const KernelContext& context) {
  const Tensor plus = movedNumbers(context, 1.0F);
  const Tensor minus = movedNumbers(context, -1.0F);
  std::vector<std::int64_t> ends;
  for (std::size_t i = 0; i < context.inputs.size(); ++i) {
    ends.push_back((ends.empty() ? 0 : ends.back()) + elements(context.inputShape(i)));
  }
  std::vector<Source> sources;
  float filling = 0.0F;
  bool inOrder = context.inputs.size() == 1 && plus.size() == ends.front();
  for (std::size_t i = 0; i < plus.data.size(); ++i) {
    // What does not follow the sign was not moved but filled in; 0 is no number of an element.
    if (plus.data[i] != -minus.data[i] || plus.data[i] == 0.0F) {
      filling = plus.data[i];
      sources.push_back({0, nowhere});
      inOrder = false;
      continue;
    }
    const auto number = static_cast<std::int64_t>(plus.data[i]) - 1;
    const auto input = std::upper_bound(ends.begin(), ends.end(), number) - ends.begin();
    const std::int64_t first = input == 0 ? 0 : ends[static_cast<std::size_t>(input - 1)];
    sources.push_back({static_cast<std::int32_t>(input), static_cast<std::int32_t>(number - first)});
    inOrder = inOrder && number == static_cast<std::int64_t>(i);
  }
  return std::make_unique<Move>(std::move(sources), context.output.quantize(filling), inOrder);
}

}  // namespace axescope
