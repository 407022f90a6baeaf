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

double cube(std::int64_t size) {
  const auto side = static_cast<double>(size);
  return side * side * side;
}

// A square product in row panels, as `Product` describes one of A times B into C.
template <class Product, class A, class B, class C>
TimedWork squareProduct(std::int64_t size) {
  struct Operands {
    std::vector<A> a;
    std::vector<B> b;
    std::vector<C> c;
  };
  const auto elements = static_cast<std::size_t>(size * size);
  const auto data = std::make_shared<Operands>(
      Operands{std::vector<A>(elements, A{3}), std::vector<B>(elements, B{2}), std::vector<C>(elements)});
  const auto run = [data, size]() -> Status {
    parallelPieces(size, size / pieces, [&](std::int64_t first, std::int64_t rows) {
      multiply(Product{.m = rows,
                       .n = size,
                       .k = size,
                       .a = data->a.data() + first * size,
                       .lda = size,
                       .b = data->b.data(),
                       .ldb = size,
                       .c = data->c.data() + first * size,
                       .ldc = size});
    });
    return {};
  };
  return {run, cube(size)};
}

}  // namespace

TimedWork floatReference(bool quick) {
  return squareProduct<FloatProduct, float, float, float>(quick ? quickSize : fullSize);
}

TimedWork integerReference(bool quick) {
  return squareProduct<IntegerProduct, std::uint8_t, std::int8_t, std::int32_t>(quick ? quickSize : fullSize);
}

}  // namespace axescope::bench
