// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/product.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

// Operands of one integer product, stored wider than they are long, and its naive answer.
class IntegerOperands {
 public:
  IntegerOperands(std::int64_t k, bool signedA, Transpose transposeB, bool extremes) {
    std::mt19937 random(static_cast<unsigned>(2 * k + (signedA ? 1 : 0)));
    const auto byte = [&](int low, int high) {
      if (extremes) return high;
      return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
    };
    product_ = {.transposeB = transposeB, .m = 7, .n = 5, .k = k, .signedA = signedA, .lda = k + 3, .ldc = 9};
    product_.ldb = transposeB == Transpose::yes ? k + 2 : 6;
    unsignedA_.resize(static_cast<std::size_t>(product_.m * product_.lda));
    b_.resize(static_cast<std::size_t>((transposeB == Transpose::yes ? product_.n : k) * product_.ldb));
    for (auto& value : unsignedA_) {
      value = static_cast<std::uint8_t>(signedA ? (extremes ? -128 : byte(-128, 127)) : byte(0, 255));
    }
    for (auto& value : b_) value = static_cast<std::int8_t>(extremes ? -128 : byte(-128, 127));
    product_.a = unsignedA_.data();
    product_.b = b_.data();
  }

  template <class Multiply>
  std::vector<std::int32_t> by(Multiply multiplyThem) {
    std::vector<std::int32_t> c(static_cast<std::size_t>(product_.m * product_.ldc), untouched);
    product_.c = c.data();
    multiplyThem(product_);
    return c;
  }

  std::vector<std::int32_t> naive() const {
    std::vector<std::int32_t> c(static_cast<std::size_t>(product_.m * product_.ldc), untouched);
    for (std::int64_t i = 0; i < product_.m; ++i) {
      for (std::int64_t j = 0; j < product_.n; ++j) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < product_.k; ++k) {
          const std::uint8_t code = unsignedA_[static_cast<std::size_t>(i * product_.lda + k)];
          const std::int64_t a = product_.signedA ? static_cast<std::int8_t>(code) : code;
          sum += a * b_[static_cast<std::size_t>(product_.transposeB == Transpose::yes ? j * product_.ldb + k
                                                                                       : k * product_.ldb + j)];
        }
        c[static_cast<std::size_t>(i * product_.ldc + j)] = static_cast<std::int32_t>(sum);
      }
    }
    return c;
  }

 private:
  static constexpr std::int32_t untouched = -77;
  IntegerProduct product_;
  std::vector<std::uint8_t> unsignedA_;
  std::vector<std::int8_t> b_;
};

TEST(IntegerProduct, BothWaysAreExactAndWriteNothingElse) {
  for (const std::int64_t k : {1, 511, 512, 513, 4608}) {
    for (const bool signedA : {false, true}) {
      for (const Transpose transposeB : {Transpose::no, Transpose::yes}) {
        for (const bool extremes : {false, true}) {
          IntegerOperands operands(k, signedA, transposeB, extremes);
          const auto expected = operands.naive();
          const auto what = ::testing::Message() << "k " << k << " signed " << signedA << " transposed "
                                                 << (transposeB == Transpose::yes) << " extremes " << extremes;
          EXPECT_EQ(operands.by([](const IntegerProduct& p) { multiplyInFloat(p); }), expected) << what;
          EXPECT_EQ(operands.by([](const IntegerProduct& p) { multiply(p); }), expected) << what;
        }
      }
    }
  }
  std::cout << "8-bit kernels of this machine are " << (integerKernelsAreExact() ? "exact" : "left aside") << "\n";
}

TEST(IntegerProduct, OfNoRowsOrColumnsIsNothing) {
  multiply(IntegerProduct{.m = 0, .n = 4, .k = 4, .lda = 4, .ldb = 4, .ldc = 4});
  multiplyInFloat(IntegerProduct{.m = 4, .n = 0, .k = 4, .lda = 4, .ldb = 4, .ldc = 4});
}

std::vector<float> smallIntegers(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 17) - 8);
  return values;
}

// Small integers: float32 has no rounding to hide behind.
TEST(FloatProduct, AgreesWithTheNaiveOneInEveryTransposition) {
  constexpr std::int64_t m = 70;
  constexpr std::int64_t n = 33;
  constexpr std::int64_t k = 41;
  const std::vector<float> a = smallIntegers(m * k, 1);
  const std::vector<float> b = smallIntegers(k * n, 2);
  const std::vector<float> start = smallIntegers(m * n, 3);
  for (const Transpose transposeA : {Transpose::no, Transpose::yes}) {
    for (const Transpose transposeB : {Transpose::no, Transpose::yes}) {
      const bool ta = transposeA == Transpose::yes;
      const bool tb = transposeB == Transpose::yes;
      std::vector<float> expected = start;
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          float sum = 0.0F;
          for (std::int64_t l = 0; l < k; ++l) {
            sum += a[static_cast<std::size_t>(ta ? l * m + i : i * k + l)] *
                   b[static_cast<std::size_t>(tb ? j * k + l : l * n + j)];
          }
          float& value = expected[static_cast<std::size_t>(i * n + j)];
          value = 2.0F * sum + 3.0F * value;
        }
      }
      for (const bool parallel : {false, true}) {
        std::vector<float> c = start;
        const FloatProduct product{.transposeA = transposeA,
                                   .transposeB = transposeB,
                                   .m = m,
                                   .n = n,
                                   .k = k,
                                   .alpha = 2.0F,
                                   .a = a.data(),
                                   .lda = ta ? m : k,
                                   .b = b.data(),
                                   .ldb = tb ? k : n,
                                   .beta = 3.0F,
                                   .c = c.data(),
                                   .ldc = n};
        parallel ? multiplyParallel(product) : multiply(product);
        EXPECT_EQ(c, expected) << ta << tb << parallel;
      }
    }
  }
}

TEST(ProductDeathTest, WhatOneDnnRefusesIsNeverUsed) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  std::vector<float> values(16, 1.0F);
  const FloatProduct rowsOverlap{
      .m = 4, .n = 4, .k = 4, .a = values.data(), .lda = 1, .b = values.data(), .ldb = 4, .c = values.data(), .ldc = 4};
  EXPECT_DEATH(multiply(rowsOverlap), "oneDNN refused a matrix product");
}

}  // namespace
}  // namespace axescope
