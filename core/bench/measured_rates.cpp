// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/measured_rates.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/parallel.h"
#include "core/linalg/product.h"

namespace axescope::bench {

namespace {

// Large enough to run at the machine's limit, small enough to be measured beside every repetition.
constexpr std::int64_t fullSize = 2048;
constexpr std::int64_t quickSize = 256;
constexpr std::int64_t pieces = 4;

template <class A, class B, class C>
struct SquareOperands {
  explicit SquareOperands(std::int64_t n)
      : size(n),
        a(static_cast<std::size_t>(n * n), A{3}),
        b(static_cast<std::size_t>(n * n), B{2}),
        c(static_cast<std::size_t>(n * n)) {}
  std::int64_t size;
  std::vector<A> a;
  std::vector<B> b;
  std::vector<C> c;
};

double cube(std::int64_t size) {
  const auto side = static_cast<double>(size);
  return side * side * side;
}

}  // namespace

TimedWork floatReference(bool quick) {
  const auto data = std::make_shared<SquareOperands<float, float, float>>(quick ? quickSize : fullSize);
  const auto run = [data]() -> Status {
    const std::int64_t size = data->size;
    const std::int64_t rows = size / pieces;
    parallelFor(pieces, [&](std::size_t piece) {
      const std::int64_t offset = static_cast<std::int64_t>(piece) * rows * size;
      multiply(FloatProduct{.m = rows,
                            .n = size,
                            .k = size,
                            .a = data->a.data() + offset,
                            .lda = size,
                            .b = data->b.data(),
                            .ldb = size,
                            .c = data->c.data() + offset,
                            .ldc = size});
    });
    return {};
  };
  return {run, cube(data->size)};
}

TimedWork integerReference(bool quick) {
  const auto data =
      std::make_shared<SquareOperands<std::uint8_t, std::int8_t, std::int32_t>>(quick ? quickSize : fullSize);
  const auto run = [data]() -> Status {
    const std::int64_t size = data->size;
    const std::int64_t rows = size / pieces;
    parallelFor(pieces, [&](std::size_t piece) {
      const std::int64_t offset = static_cast<std::int64_t>(piece) * rows * size;
      multiply(IntegerProduct{.m = rows,
                              .n = size,
                              .k = size,
                              .a = data->a.data() + offset,
                              .lda = size,
                              .b = data->b.data(),
                              .ldb = size,
                              .c = data->c.data() + offset,
                              .ldc = size});
    });
    return {};
  };
  return {run, cube(data->size)};
}

}  // namespace axescope::bench
