// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/linalg/product.h"
#include "core/network/attention_rounding.h"
#include "core/network/operations.h"
#include "core/network/rotary.h"
#include "core/network/softmax_row.h"
#include "core/number/integer_range.h"

namespace axescope {

namespace {

constexpr int leastProductBits = 2;

struct Heads {
  std::int64_t queries = 1;  // heads of q
  std::int64_t keys = 1;     // heads of k and v: each serves queries / keys neighbouring heads of q (arXiv 2305.13245)
};

// Multi-head attention (arXiv 1706.03762) in float32, head by head and some queries at a time.
class Attention final : public Operation {
 public:
  Attention(Heads heads, bool causal, double scale, std::optional<RotarySettings> rotary, int productBits)
      : heads_(heads), causal_(causal), scale_(scale), rotary_(std::move(rotary)), productBits_(productBits) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& q = inputs[0];
    if (q.size() != 3 || q[2] % heads_.queries != 0) {
      return shapeMismatch(fmt::format("queries [N, L, {} heads of equal size]", heads_.queries), q);
    }
    const std::int64_t headSize = q[2] / heads_.queries;
    if (rotary_) AXESCOPE_CHECK(rotary_->check(headSize));
    const Shape& k = inputs[1];
    const Shape& v = inputs[2];
    if (k.size() != 3 || k[0] != q[0] || k[2] != heads_.keys * headSize || (causal_ && k[1] != q[1])) {
      return shapeMismatch(
          fmt::format("keys [N, {}, {}]", causal_ ? fmt::format("{}", q[1]) : "positions", heads_.keys * headSize), k);
    }
    if (v.size() != 3 || v[0] != k[0] || v[1] != k[1] || v[2] % heads_.keys != 0) {
      return shapeMismatch(fmt::format("values [N, {}, {} heads of equal size]", k[1], heads_.keys), v);
    }
    return Shape{q[0], q[1], v[2] / heads_.keys * heads_.queries};
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    if (!rotary_ && productBits_ == 0) {
      allHeads(*inputs[0], *inputs[1], *inputs[2], output);
      return;
    }
    Tensor q = *inputs[0];
    Tensor k = *inputs[1];
    if (rotary_) {
      const Rotary rotary(*rotary_, q.shape[2] / heads_.queries, std::max(q.shape[1], k.shape[1]));
      turn(q, heads_.queries, rotary);
      turn(k, heads_.keys, rotary);
    }
    if (productBits_ == 0) {
      allHeads(q, k, *inputs[2], output);
      return;
    }
    Tensor v = *inputs[2];
    roundTokens(q, heads_.queries, productBits_);
    roundTokens(k, heads_.keys, productBits_);
    roundFeatures(v, productBits_);
    allHeads(q, k, v, output);
  }

  Work work(std::span<const Shape> inputs, const Shape& output) const override {
    const std::int64_t queries = inputs[0][1];
    const std::int64_t positions = inputs[1][1];
    const std::int64_t seen = causal_ ? queries * (queries + 1) / 2 : queries * positions;
    const std::int64_t scores = inputs[0][0] * heads_.queries * seen;
    Work work = softmaxWork(scores, inputs[0][0] * heads_.queries * queries);
    work.products = scores * (inputs[0][2] / heads_.queries + output[2] / heads_.queries);
    work.multiplies += scores;  // by the scale
    if (rotary_) {
      const std::int64_t size = inputs[0][2] / heads_.queries;
      const std::int64_t turned =
          rotary_->dimsOf(size) * (heads_.queries * queries + heads_.keys * positions) * inputs[0][0];
      work.multiplies += 2 * turned;
      work.adds += turned;
    }
    return work;
  }

 private:
  static void turn(Tensor& x, std::int64_t heads, const Rotary& rotary) {
    const std::int64_t length = x.shape[1];
    const std::int64_t headSize = x.shape[2] / heads;
    float* features = x.data.data();
    for (std::int64_t row = 0; row < x.shape[0] * length; ++row) {
      for (std::int64_t head = 0; head < heads; ++head, features += headSize) rotary.apply(row % length, features);
    }
  }

  void allHeads(const Tensor& q, const Tensor& k, const Tensor& v, Tensor& output) const {
    for (std::int64_t sample = 0; sample < output.samples(); ++sample) {
      for (std::int64_t head = 0; head < heads_.queries; ++head) oneHead(q, k, v, sample, head, output);
    }
  }

  void oneHead(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t sample, std::int64_t head,
               Tensor& output) const {
    constexpr std::int64_t mostRows = 128;  // queries at once: their scores stay in the cache
    const std::int64_t keyHead = head / (heads_.queries / heads_.keys);
    const std::int64_t queries = q.shape[1];
    const std::int64_t positions = k.shape[1];
    const std::int64_t headSize = q.shape[2] / heads_.queries;
    const std::int64_t valueSize = v.shape[2] / heads_.keys;
    std::vector<float> scores(static_cast<std::size_t>(std::min(mostRows, queries) * positions));
    for (std::int64_t first = 0; first < queries; first += mostRows) {
      const std::int64_t rows = std::min(mostRows, queries - first);
      const std::int64_t seen = causal_ ? first + rows : positions;
      multiply({.transposeB = Transpose::yes,
                .m = rows,
                .n = seen,
                .k = headSize,
                .alpha = static_cast<float>(scale_ > 0.0 ? scale_ : 1.0 / std::sqrt(static_cast<double>(headSize))),
                .a = q.data.data() + sample * q.sampleSize() + first * q.shape[2] + head * headSize,
                .lda = q.shape[2],
                .b = k.data.data() + sample * k.sampleSize() + keyHead * headSize,
                .ldb = k.shape[2],
                .c = scores.data(),
                .ldc = seen});
      for (std::int64_t row = 0; row < rows; ++row) {
        float* const own = scores.data() + row * seen;
        const std::int64_t count = causal_ ? first + row + 1 : positions;
        softmaxRow(own, own, count);
        if (productBits_ > 0) roundWeights({own, static_cast<std::size_t>(count)}, productBits_);
        std::fill(own + count, own + seen, 0.0F);
      }
      multiply({.m = rows,
                .n = valueSize,
                .k = seen,
                .a = scores.data(),
                .lda = seen,
                .b = v.data.data() + sample * v.sampleSize() + keyHead * valueSize,
                .ldb = v.shape[2],
                .c = output.data.data() + sample * output.sampleSize() + first * output.shape[2] + head * valueSize,
                .ldc = output.shape[2]});
    }
  }

  Heads heads_;
  bool causal_;
  double scale_;  // 0: 1/√(head size)
  std::optional<RotarySettings> rotary_;
  int productBits_;  // of the operands of both products; 0: float
};

}  // namespace

MadeOperation makeAttention(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  Heads heads;
  AXESCOPE_TRY(heads.queries, attributes.get<std::int64_t>("heads"));
  AXESCOPE_TRY(heads.keys, attributes.get<std::int64_t>("kv_heads", heads.queries));
  AXESCOPE_TRY(const auto causal, attributes.get<bool>("causal", false));
  AXESCOPE_TRY(const auto scale, attributes.get<double>("scale", 0.0));
  if (heads.queries < 1 || heads.queries > mostElementsPerSample) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("heads"), "at least one head",
                fmt::format("{}", heads.queries));
  }
  if (heads.keys < 1 || heads.queries % heads.keys != 0) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("kv_heads"),
                fmt::format("a divisor of {} heads", heads.queries), fmt::format("{}", heads.keys));
  }
  if (attributes.has("scale") && scale <= 0.0) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("scale"), "a number above 0",
                fmt::format("{}", scale));
  }
  AXESCOPE_TRY(auto rotary, RotarySettings::read(attributes));
  AXESCOPE_TRY(const auto productBits, attributes.get<std::int64_t>("product_bits", 0));
  if (productBits != 0 && (productBits < leastProductBits || productBits > mostCodeBits)) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("product_bits"),
                fmt::format("0 or {} to {} bits", leastProductBits, mostCodeBits), fmt::format("{}", productBits));
  }
  return std::make_unique<Attention>(heads, causal, scale, std::move(rotary), static_cast<int>(productBits));
}

}  // namespace axescope
