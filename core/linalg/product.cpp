// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/product.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include <dnnl.h>
#include <execinfo.h>

#include "core/base/parallel.h"

namespace axescope {

namespace {

char letter(Transpose transpose) {
  return transpose == Transpose::yes ? 'T' : 'N';
}

// A product that oneDNN did not compute must not be used: its memory holds anything.
void requireDone(dnnl_status_t status) {
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  std::fprintf(stderr, "oneDNN refused a matrix product (status %d); please report this\n", static_cast<int>(status));
  std::abort();
}

// One product of each kind that oneDNN has kernels for: matrices by their transposition, rows and columns, of a size.
void multiplyOfEachKind(std::int64_t size) {
  const auto area = static_cast<std::size_t>(size * size);
  const std::vector<float> floats(area, 1.0F);
  const std::vector<std::uint8_t> bytes(area, 1);
  const std::vector<std::int8_t> codes(area, 1);
  std::vector<float> products(area, 0.0F);
  std::vector<std::int32_t> sums(area, 0);
  const std::int32_t noOffset = 0;
  for (const auto& [m, n] : {std::pair(size, size), {std::int64_t{1}, size}, {size, std::int64_t{1}}}) {
    for (const char a : {'N', 'T'}) {
      for (const char b : {'N', 'T'}) {
        for (const float beta : {0.0F, 1.0F}) {
          requireDone(dnnl_sgemm(a, b, m, n, size, 1.0F, floats.data(), size, floats.data(), size, beta,
                                 products.data(), size));
        }
        requireDone(dnnl_gemm_u8s8s32(a, b, 'F', m, n, size, 1.0F, bytes.data(), size, 0, codes.data(), size, 0, 0.0F,
                                      sums.data(), size, &noOffset));
        requireDone(dnnl_gemm_s8s8s32(a, b, 'F', m, n, size, 1.0F, codes.data(), size, 0, codes.data(), size, 0, 0.0F,
                                      sums.data(), size, &noOffset));
      }
    }
  }
}

// oneDNN makes the code of its kernels at the first product of a kind and takes it for granted that there is memory for
// it: without, version 2.6.3 ends the program. So all are made at once, at a time when there is room for certain. Nor
// can an exception pass through the C library's own frames before that has found the unwinder, for which it too needs
// memory.
bool makeKernels() {
  constexpr std::size_t roomForAll = std::size_t{32} << 20U;
  void* const room = std::malloc(roomForAll);
  if (room == nullptr) throw std::bad_alloc();
  std::free(room);
  keepOpenMpToOneThread();
  std::array<void*, 1> frame{};
  ::backtrace(frame.data(), static_cast<int>(frame.size()));
  for (const std::int64_t size : {33, 96, 384}) multiplyOfEachKind(size);
  return true;
}

// Errors: std::bad_alloc; the next call tries again.
void requireKernels() {
  static const bool made = makeKernels();
  static_cast<void>(made);
}

void oneDnnProduct(const IntegerProduct& p) {
  keepOpenMpToOneThread();
  requireKernels();
  const std::int32_t noOffset = 0;
  const char transposeA = letter(p.transposeA);
  const char transposeB = letter(p.transposeB);
  if (p.signedA) {
    requireDone(dnnl_gemm_s8s8s32(transposeA, transposeB, 'F', p.m, p.n, p.k, 1.0F,
                                  static_cast<const std::int8_t*>(p.a), p.lda, 0, p.b, p.ldb, 0, 0.0F, p.c, p.ldc,
                                  &noOffset));
  } else {
    requireDone(dnnl_gemm_u8s8s32(transposeA, transposeB, 'F', p.m, p.n, p.k, 1.0F,
                                  static_cast<const std::uint8_t*>(p.a), p.lda, 0, p.b, p.ldb, 0, 0.0F, p.c, p.ldc,
                                  &noOffset));
  }
}

// |activation| ≤ 255 and |weight| ≤ 128: sums of 512 products stay below 2^24, where float32 adds exactly.
constexpr std::int64_t exactFloatTerms = 512;

bool extremesAddExactly() {
  constexpr int size = 64;
  constexpr std::size_t area = std::size_t{size} * size;
  const std::vector<std::uint8_t> a(area, 255);
  const std::vector<std::int8_t> b(area, 127);
  std::vector<std::int32_t> c(area, 0);
  oneDnnProduct({.m = size,
                 .n = size,
                 .k = size,
                 .a = a.data(),
                 .signedA = false,
                 .lda = size,
                 .b = b.data(),
                 .ldb = size,
                 .c = c.data(),
                 .ldc = size});
  const std::vector<std::int8_t> least(area, -128);
  std::vector<std::int32_t> d(area, 0);
  oneDnnProduct({.m = size,
                 .n = size,
                 .k = size,
                 .a = least.data(),
                 .signedA = true,
                 .lda = size,
                 .b = least.data(),
                 .ldb = size,
                 .c = d.data(),
                 .ldc = size});
  return std::all_of(c.begin(), c.end(), [](std::int32_t v) { return v == size * 255 * 127; }) &&
         std::all_of(d.begin(), d.end(), [](std::int32_t v) { return v == size * 128 * 128; });
}

}  // namespace

void multiply(const FloatProduct& p) {
  if (p.m == 0 || p.n == 0) return;
  keepOpenMpToOneThread();
  requireKernels();
  requireDone(dnnl_sgemm(letter(p.transposeA), letter(p.transposeB), p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb,
                         p.beta, p.c, p.ldc));
}

void multiplyParallel(const FloatProduct& product) {
  constexpr std::int64_t panelRows = 64;
  parallelPieces(product.m, panelRows, [&](std::int64_t first, std::int64_t rows) {
    FloatProduct part = product;
    part.m = rows;
    part.a += product.transposeA == Transpose::yes ? first : first * product.lda;
    part.c += first * product.ldc;
    multiply(part);
  });
}

bool integerKernelsAreExact() {
  static const bool exact = extremesAddExactly();
  return exact;
}

void multiplyInFloat(const IntegerProduct& p) {
  if (p.m == 0 || p.n == 0) return;
  const std::int64_t terms = std::min(p.k, exactFloatTerms);
  std::vector<float> a(static_cast<std::size_t>(p.m * terms));
  std::vector<float> b(static_cast<std::size_t>(terms * p.n));
  std::vector<float> c(static_cast<std::size_t>(p.m * p.n));
  for (std::int64_t i = 0; i < p.m; ++i) std::fill_n(p.c + i * p.ldc, p.n, 0);
  for (std::int64_t k0 = 0; k0 < p.k; k0 += terms) {
    const std::int64_t count = std::min(terms, p.k - k0);
    for (std::int64_t i = 0; i < p.m; ++i) {
      for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t from = p.transposeA == Transpose::yes ? (k0 + k) * p.lda + i : i * p.lda + k0 + k;
        a[static_cast<std::size_t>(i * count + k)] =
            p.signedA ? static_cast<float>(static_cast<const std::int8_t*>(p.a)[from])
                      : static_cast<float>(static_cast<const std::uint8_t*>(p.a)[from]);
      }
    }
    for (std::int64_t k = 0; k < count; ++k) {
      for (std::int64_t j = 0; j < p.n; ++j) {
        b[static_cast<std::size_t>(k * p.n + j)] =
            static_cast<float>(p.transposeB == Transpose::yes ? p.b[j * p.ldb + k0 + k] : p.b[(k0 + k) * p.ldb + j]);
      }
    }
    multiply(FloatProduct{.m = p.m,
                          .n = p.n,
                          .k = count,
                          .a = a.data(),
                          .lda = count,
                          .b = b.data(),
                          .ldb = p.n,
                          .c = c.data(),
                          .ldc = p.n});
    for (std::int64_t i = 0; i < p.m; ++i) {
      for (std::int64_t j = 0; j < p.n; ++j) {
        p.c[i * p.ldc + j] += static_cast<std::int32_t>(c[static_cast<std::size_t>(i * p.n + j)]);
      }
    }
  }
}

void multiply(const IntegerProduct& p) {
  if (p.m == 0 || p.n == 0) return;
  if (integerKernelsAreExact()) {
    oneDnnProduct(p);
  } else {
    multiplyInFloat(p);
  }
}

}  // namespace axescope
