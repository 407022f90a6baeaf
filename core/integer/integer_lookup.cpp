// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "core/integer/integer_kernel.h"

namespace axescope {

namespace {

class Limits final : public IntegerKernel {
 public:
  Limits(std::int16_t least, std::int16_t most) : least_(least), most_(most) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const auto& x = inputs.front()->codes;
    std::transform(x.begin(), x.end(), output.codes.begin(),
                   [least = least_, most = most_](std::int16_t code) { return std::clamp(code, least, most); });
  }

 private:
  std::int16_t least_;
  std::int16_t most_;
};

// One entry for each code there is.
class Lookup final : public IntegerKernel {
 public:
  Lookup(std::int64_t low, std::vector<std::int16_t> table) : low_(low), table_(std::move(table)) {}

  void run(std::span<const CodeTensor* const> inputs, CodeTensor& output) const override {
    const auto& x = inputs.front()->codes;
    std::transform(x.begin(), x.end(), output.codes.begin(),
                   [&](std::int16_t code) { return table_[static_cast<std::size_t>(code - low_)]; });
  }

 private:
  std::int64_t low_;
  std::vector<std::int16_t> table_;
};

}  // namespace

MadeKernel makeLimitKernel(const KernelContext& context) {
  constexpr float six = 6.0F;
  const ActivationQuantizer& codes = context.output;
  const bool isLimited = context.graphNode().op == "relu6";
  const std::int64_t most = isLimited ? codes.quantize(six) : codes.range().high;
  return std::make_unique<Limits>(static_cast<std::int16_t>(codes.zeroPoint), static_cast<std::int16_t>(most));
}

MadeKernel makeLookupKernel(const KernelContext& context) {
  const ActivationQuantizer& from = context.inputs.front();
  const IntegerRange range = from.range();
  const std::int64_t count = range.high - range.low + 1;
  Tensor x{{1, count}, {}};
  Tensor y{{1, count}, std::vector<float>(static_cast<std::size_t>(count))};
  for (std::int64_t code = range.low; code <= range.high; ++code) x.data.push_back(from.dequantize(code));
  const Tensor* const input = &x;
  context.operation().run(std::span(&input, 1), y);
  std::vector<std::int16_t> table(y.data.size());
  context.output.quantize(y.data, table);
  return std::make_unique<Lookup>(range.low, std::move(table));
}

}  // namespace axescope
