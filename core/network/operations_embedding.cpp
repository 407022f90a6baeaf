// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/network/operations.h"

namespace axescope {

namespace {

// The table's row of each token id.
class Embedding final : public Operation {
 public:
  explicit Embedding(Tensor table) : table_(std::move(table)) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    Shape shape = inputs.front();
    shape.push_back(table_.shape[1]);
    return shape;
  }

  Status checkValues(std::span<const Tensor* const> inputs) const override {
    const Tensor& ids = *inputs.front();
    const auto rows = static_cast<float>(table_.shape[0]);
    const auto bad = std::find_if_not(ids.data.begin(), ids.data.end(),
                                      [&](float id) { return id >= 0.0F && id < rows && id == std::floor(id); });
    if (bad == ids.data.end()) return {};
    return fail(ErrorCode::refused, {}, {}, fmt::format("token ids from 0 to {}", table_.shape[0] - 1),
                fmt::format("{}", *bad));
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const std::int64_t features = table_.shape[1];
    float* target = output.data.data();
    for (const float id : inputs.front()->data) {
      target = std::copy_n(table_.data.data() + static_cast<std::int64_t>(id) * features, features, target);
    }
  }

  Work work(std::span<const Shape>, const Shape& output) const override { return {.lookups = elements(output)}; }

 private:
  Tensor table_;
};

// Row `offset` + position of the table: given for token ids, added to features.
class PositionEmbedding final : public Operation {
 public:
  PositionEmbedding(Tensor table, std::int64_t offset) : table_(std::move(table)), offset_(offset) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    Shape shape = inputs.front();
    const std::int64_t features = table_.shape[1];
    const bool isIds = shape.size() == 2;
    if (!isIds && (shape.size() != 3 || shape.back() != features)) {
      return shapeMismatch(fmt::format("token ids [N, L] or features [N, L, {}]", features), shape);
    }
    if (const std::int64_t most = table_.shape[0] - offset_; shape[1] > most) {
      return shapeMismatch(fmt::format("sequences of at most {} positions", most), shape);
    }
    if (isIds) shape.push_back(features);
    return shape;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const float* const rows = table_.data.data() + offset_ * table_.shape[1];
    const std::int64_t size = output.sampleSize();
    for (std::int64_t sample = 0; sample < output.samples(); ++sample) {
      float* const target = output.data.data() + sample * size;
      if (x.shape.size() == 2) {
        std::copy_n(rows, size, target);
      } else {
        std::transform(rows, rows + size, x.data.data() + sample * size, target, std::plus<>());
      }
    }
  }

  Work work(std::span<const Shape> inputs, const Shape& output) const override {
    const bool isIds = inputs.front().size() == 2;
    return {.adds = isIds ? 0 : elements(output), .lookups = elements(output)};
  }

 private:
  Tensor table_;
  std::int64_t offset_;
};

}  // namespace

MadeOperation makeEmbedding(const OperationContext& context) {
  AXESCOPE_TRY(Tensor table, context.table("weight"));
  // Ids are float32 values, whole up to here.
  constexpr std::int64_t mostRows = 1 << 24;
  if (table.shape[0] > mostRows) {
    return fail(ErrorCode::tooLarge, {}, "param 'weight'", fmt::format("at most {} rows", mostRows),
                fmt::format("{}", table.shape[0]));
  }
  return std::make_unique<Embedding>(std::move(table));
}

MadeOperation makePositionEmbedding(const OperationContext& context) {
  AXESCOPE_TRY(Tensor table, context.table("weight"));
  AXESCOPE_TRY(const auto offset, context.attributes().get<std::int64_t>("offset", 0));
  if (offset < 0 || offset >= table.shape[0]) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("offset"),
                fmt::format("a row of the table from 0 to {}", table.shape[0] - 1), fmt::format("{}", offset));
  }
  return std::make_unique<PositionEmbedding>(std::move(table), offset);
}

}  // namespace axescope
