// SPDX-License-Identifier: GPL-3.0-or-later
// Products of codes: what oneDNN's kernels and ours sum must be what plain loops in 64-bit integers sum.
#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/datapath/byte_product.h"
#include "core/linalg/product.h"
#include "core/selftest/check.h"

namespace axescope::selftest {

namespace {

using bench::Noise;

constexpr IntegerRange signedBytes{-128, 127};
constexpr IntegerRange unsignedBytes{0, 255};

struct Bytes {
  CodeMatrix values;
  std::vector<std::uint8_t> stored;
};

// Every third case has nothing but the ends of the range: pairs of products are then as large as they get.
Bytes drawBytes(Noise& noise, std::int64_t rows, std::int64_t columns, IntegerRange range, bool extremes) {
  Bytes bytes{noise.codes(rows, columns, extremes ? IntegerRange{0, 1} : range), {}};
  for (std::int16_t& value : bytes.values.reshaped()) {
    if (extremes) value = static_cast<std::int16_t>(value == 0 ? range.low : range.high);
  }
  // Row by row, as the matrix keeps them.
  std::transform(bytes.values.data(), bytes.values.data() + bytes.values.size(), std::back_inserter(bytes.stored),
                 [](std::int16_t value) { return static_cast<std::uint8_t>(value); });
  return bytes;
}

std::vector<std::int8_t> signedOf(const Bytes& bytes) {
  return {bytes.stored.begin(), bytes.stored.end()};
}

std::int64_t plainSum(const CodeMatrix& activations, Eigen::Index sample, const CodeMatrix& codes,
                      Eigen::Index channel) {
  std::int64_t sum = 0;
  for (Eigen::Index i = 0; i < codes.cols(); ++i) {
    sum += std::int64_t{activations(sample, i)} * std::int64_t{codes(channel, i)};
  }
  return sum;
}

// By `product`, of activations [m×k] and codes [n×k].
template <class Product>
Result<Comparison> compareProducts(const Job& job, const Product& product) {
  constexpr int cases = 320;
  Comparison comparison;
  Noise noise(101);
  for (int round = 0; round < cases; ++round) {
    AXESCOPE_CHECK(job.check());
    const std::int64_t samples = noise.between(1, 40);
    const std::int64_t channels = noise.between(1, 50);
    const std::int64_t k = round % 8 == 7 ? 4096 + noise.between(1, 600) : noise.between(1, 700);
    const bool isSigned = round % 2 == 1;
    const Bytes activations = drawBytes(noise, samples, k, isSigned ? signedBytes : unsignedBytes, round % 3 == 0);
    const Bytes codes = drawBytes(noise, channels, k, signedBytes, round % 3 == 0);
    const std::vector<std::int8_t> weights = signedOf(codes);
    std::vector<std::int32_t> out(static_cast<std::size_t>(samples * channels), -1);
    product(activations.stored.data(), isSigned, samples, weights.data(), channels, k, out.data());
    for (Eigen::Index s = 0; s < samples; ++s) {
      for (Eigen::Index c = 0; c < channels; ++c) {
        const std::int64_t expected = plainSum(activations.values, s, codes.values, c);
        const std::int64_t found = out[static_cast<std::size_t>(s * channels + c)];
        comparison.expect(found == expected, [&] {
          return fmt::format("case {}, K {}, sample {}, channel {}: {} instead of {}", round, k, s, c, found, expected);
        });
      }
    }
    ++comparison.cases;
  }
  return comparison;
}

using IntegerMultiply = void (*)(const IntegerProduct&);

Result<Comparison> compareIntegerProduct(const Job& job, IntegerMultiply multiplyThem) {
  return compareProducts(job, [&](const std::uint8_t* a, bool isSigned, std::int64_t m, const std::int8_t* b,
                                  std::int64_t n, std::int64_t k, std::int32_t* out) {
    multiplyThem({.transposeB = Transpose::yes,
                  .m = m,
                  .n = n,
                  .k = k,
                  .a = a,
                  .signedA = isSigned,
                  .lda = k,
                  .b = b,
                  .ldb = k,
                  .c = out,
                  .ldc = n});
  });
}

Result<Comparison> compareByteProduct(const Job& job) {
  return compareProducts(job, [](const std::uint8_t* a, bool isSigned, std::int64_t m, const std::int8_t* b,
                                 std::int64_t n, std::int64_t k, std::int32_t* out) {
    multiplyBytes(ByteRows{a, isSigned, k}, m, ByteCodes{b, n, k}, out, n);
  });
}

// Whole numbers whose sums float32 holds: the product must be exact, whatever the kernel's order.
Result<Comparison> compareFloatProduct(const Job& job) {
  Comparison comparison;
  Noise noise(102);
  for (int round = 0; round < 160; ++round) {
    AXESCOPE_CHECK(job.check());
    const std::int64_t m = noise.between(1, 60);
    const std::int64_t n = noise.between(1, 60);
    const std::int64_t k = noise.between(1, 900);
    const CodeMatrix a = noise.codes(m, k, signedBytes);
    const CodeMatrix b = noise.codes(n, k, {-127, 127});
    const MatrixF left = a.cast<float>();
    const MatrixF right = b.cast<float>();
    MatrixF out = MatrixF::Constant(m, n, -1.0F);
    multiplyParallel(FloatProduct{.transposeB = Transpose::yes,
                                  .m = m,
                                  .n = n,
                                  .k = k,
                                  .a = left.data(),
                                  .lda = k,
                                  .b = right.data(),
                                  .ldb = k,
                                  .c = out.data(),
                                  .ldc = n});
    for (Eigen::Index i = 0; i < m; ++i) {
      for (Eigen::Index j = 0; j < n; ++j) {
        const auto expected = static_cast<double>(plainSum(a, i, b, j));
        comparison.expect(static_cast<double>(out(i, j)) == expected, [&] {
          return fmt::format("case {}, K {}, row {}, column {}: {} instead of {}", round, k, i, j, out(i, j), expected);
        });
      }
    }
    ++comparison.cases;
  }
  return comparison;
}

}  // namespace

std::vector<Check> productChecks() {
  constexpr const char* loops = "plain loops in 64 bits";
  const char* kernels = integerKernelsAreExact() ? "8-bit products, oneDNN's kernels" : "8-bit products, in float32";
  return {{kernels, loops, [](const Job& job) { return compareIntegerProduct(job, multiply); }},
          {"8-bit products, the way without kernels", loops,
           [](const Job& job) { return compareIntegerProduct(job, multiplyInFloat); }},
          {"products of certified channels", loops, compareByteProduct},
          {"float products of whole numbers", loops, compareFloatProduct}};
}

}  // namespace axescope::selftest
