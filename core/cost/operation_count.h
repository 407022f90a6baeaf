// SPDX-License-Identifier: GPL-3.0-or-later
// How many operations of which kind, on numbers of which type and width, one inference of a network takes: counts
// first, prices (pricing.h) second.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace axescope {

enum class OperationKind {
  multiply,
  add,  // and subtract
  shift,
  compare,
  divide,
  function,  // exp, 1/√x and the like, or a whole activation function, in float
  lookup,    // one element taken from a table
  byte,      // moved between memory and arithmetic
};

/// What an operation is done for.
enum class OperationRole {
  product,            // weight times activation
  innerAccumulation,  // adding products within a tile
  outerAccumulation,  // adding tiles
  attentionProduct,   // of two activations, both halves of the multiply-accumulate
  zeroPoint,          // z Σ q of dynamic activations
  bias,               // with the zero point of static activations folded in
  scaling,            // sums to values: s_x s_c, or an integer multiplier and a shift
  quantization,       // values to codes, codes to other codes and to floats
  normalization,      // normalize, batch_norm, layer_norm, rms_norm
  activation,         // relu, gelu and their kind
  elementwise,        // add and mul of two values
  pooling,
  softmax,    // of attention too
  embedding,  // of tokens and positions
  rotation,   // hadamard
  weights,    // bytes of weights, scales and biases
  values,     // bytes of activations read and written
};

/// The three shares that a reader asks for.
enum class CostShare { products, elementwise, memory };

enum class NumberType { integer, floating, powerOfTwo };

struct Operand {
  NumberType type = NumberType::floating;
  int bits = 32;
  friend bool operator==(const Operand&, const Operand&) = default;
};

constexpr Operand integerOf(int bits) {
  return {NumberType::integer, bits};
}
/// Float32, the arithmetic of everything that is not quantized.
inline constexpr Operand float32{};

struct OperationCount {
  OperationKind kind = OperationKind::add;
  OperationRole role = OperationRole::elementwise;
  Operand a;
  Operand b;  // as a where there is only one
  std::int64_t count = 0;
  friend bool operator==(const OperationCount&, const OperationCount&) = default;
};

/// Widths of the layer that the operations belong to; a float layer is 32 bits wide everywhere.
struct LayerWidthsUsed {
  int weightBits = 32;        // M
  int activationBits = 32;    // N
  int innerBits = 32;         // P_I
  int outerBits = 32;         // P_O
  std::int64_t tileSize = 1;  // T, products in one inner accumulator
  std::int64_t k = 1;         // K, dot-product length
  friend bool operator==(const LayerWidthsUsed&, const LayerWidthsUsed&) = default;
};

/// One node of the graph, for one sample.
struct NodeCounts {
  std::string node;
  std::string op;
  std::optional<std::size_t> layer;  // index into Dump::layers()
  LayerWidthsUsed widths;            // of a layer
  std::vector<OperationCount> operations;

  /// Counts above zero only; equal operations become one.
  void add(const OperationCount& operation);
};

struct NetworkCounts {
  std::vector<NodeCounts> nodes;
  /// Of a kind over all nodes, of one role or of all.
  std::int64_t total(OperationKind kind, std::optional<OperationRole> role = std::nullopt) const;
};

CostShare shareOf(OperationRole role);
/// Whether operations of this role belong to layers, whose widths are known.
bool isOfLayers(OperationRole role);

/// Names as price tables spell them: "multiply", "inner-accumulation", "power-of-two".
std::span<const std::string_view> operationKindNames();
std::span<const std::string_view> operationRoleNames();
std::span<const std::string_view> numberTypeNames();
std::string_view name(OperationKind kind);
std::string_view name(OperationRole role);
std::string_view name(NumberType type);
std::string_view name(CostShare share);

}  // namespace axescope
