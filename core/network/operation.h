// SPDX-License-Identifier: GPL-3.0-or-later
// One operation of a graph that is not quantized. To add one: a class and a factory in the operations_*.cpp it is
// closest to, its declaration in operations.h, and a line in the table of operation.cpp.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/dump/graph.h"
#include "core/linalg/matrix.h"
#include "core/network/attributes.h"
#include "core/network/operation_form.h"
#include "core/network/shape.h"
#include "core/network/work.h"

namespace axescope {

/// Const after it was made; shared by threads.
class Operation {
 public:
  Operation() = default;
  virtual ~Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  /// Shapes include the sample axis 0. Errors carry what was expected and found; the caller adds file and node.
  virtual Result<Shape> outputShape(std::span<const Shape> inputs) const = 0;
  /// Whether an element of the output depends, of an input with the output's shape, on the element at its own place
  /// alone. Then the output may be that input.
  virtual bool isElementwise() const { return false; }
  /// For inputs that outputShape accepted, `input` the first of them.
  virtual OperationForm form(const Shape& input) const;
  /// Errors of values that the operation cannot take, of shapes that outputShape accepted: refused.
  virtual Status checkValues(std::span<const Tensor* const> inputs) const;
  /// The inputs' shapes are ones that outputShape accepted; output already has that shape and storage for it.
  virtual void run(std::span<const Tensor* const> inputs, Tensor& output) const = 0;
  /// The arithmetic of run() on these inputs, of shapes that outputShape accepted.
  virtual Work work(std::span<const Shape> inputs, const Shape& output) const = 0;
};

using ParamLoader = std::function<Result<Tensor>(const std::string& name)>;

/// What a factory may read.
struct OperationContext {
  const GraphNode& node;
  const ParamLoader& loadParam;

  Attributes attributes() const { return Attributes(node.attributes); }
  /// Values of the param given under one of these roles. Errors: notFound, notFinite, and the loader's.
  Result<std::vector<float>> param(std::initializer_list<std::string_view> roles) const;
  /// The same as a table of rows. Errors: also wrongShape (another rank than 2).
  Result<Tensor> table(std::string_view role) const;
  bool hasParam(std::string_view role) const { return node.params.contains(std::string(role)); }
};

using MadeOperation = Result<std::unique_ptr<Operation>>;

/// Looks the node's operation up, checks the number of inputs and all attributes. Errors name what is wrong, without
/// file and node: unsupported (unknown operation), notFound, wrongType, wrongShape.
MadeOperation makeOperation(const OperationContext& context);

/// wrongShape unless the node has from `least` to `most` inputs.
Status checkInputCount(const GraphNode& node, std::size_t least, std::size_t most);

/// The error with file and node filled in, unless a deeper level already named the file.
Error atNode(Error error, const std::string& file, const std::string& node);

}  // namespace axescope
