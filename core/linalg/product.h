// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to matrix products. oneDNN generates code for the machine it runs on; each call works on the
// calling thread alone, parallel callers cut their work into panels themselves. A product comes back whole: oneDNN
// short of memory is std::bad_alloc, a product that it refuses ends the program with a reason.
#pragma once

#include <cstdint>

namespace axescope {

enum class Transpose { no, yes };

/// Row-major C[m×n] = alpha · op(A)[m×k] · op(B)[k×n] + beta · C, float32. Leading dimensions count elements
/// between rows as stored.
struct FloatProduct {
  Transpose transposeA = Transpose::no;
  Transpose transposeB = Transpose::no;
  std::int64_t m = 0, n = 0, k = 0;
  float alpha = 1.0F;
  const float* a = nullptr;
  std::int64_t lda = 0;
  const float* b = nullptr;
  std::int64_t ldb = 0;
  float beta = 0.0F;
  float* c = nullptr;
  std::int64_t ldc = 0;
};
void multiply(const FloatProduct& product);

/// The same product with rows of C cut into fixed panels over the threads of the arena.
void multiplyParallel(const FloatProduct& product);

/// Row-major C[m×n] = op(A)[m×k] · op(B)[k×n], exact in int32 whenever the true value fits int32.
/// A unsigned or signed 8-bit (activations), B signed 8-bit (weights).
struct IntegerProduct {
  Transpose transposeA = Transpose::no;
  Transpose transposeB = Transpose::no;
  std::int64_t m = 0, n = 0, k = 0;
  const void* a = nullptr;
  bool signedA = false;
  std::int64_t lda = 0;
  const std::int8_t* b = nullptr;
  std::int64_t ldb = 0;
  std::int32_t* c = nullptr;
  std::int64_t ldc = 0;
};
void multiply(const IntegerProduct& product);

/// The same product on any machine: float32 sums of at most 512 terms, which are exact, added in int32.
void multiplyInFloat(const IntegerProduct& product);

/// True when this machine's 8-bit kernels add exactly. Without VNNI instructions, oneDNN's kernels saturate
/// pairs of products at 16 bits; multiply(IntegerProduct) is then multiplyInFloat.
bool integerKernelsAreExact();

}  // namespace axescope
