# SPDX-License-Identifier: GPL-3.0-or-later
"""One function for each PyTorch call that the exporter knows, and the tables that find it.

A translation's parameters are the graph builder and then those of the PyTorch call; a module's translation
gets the builder, the module and its input. Activations arrive as `Activation`, parameters that the forward
function reads itself as `Constant`, everything else as its value. `builder.call.shape` is the result's shape.
Translations of calls that read stored parameters are in axescope_export_layers.py.
"""
from __future__ import annotations

import operator
from typing import Any, Callable, Optional, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from axescope_export_graph import GROWS, Activation, GraphBuilder
from axescope_export_layers import (OneOrTwo, batch_norm_module, conv2d, conv2d_module, embedding, embedding_module,
                                    layer_norm, layer_norm_module, linear, pair)

Translation = Callable[..., Activation]


def module_translation(module: nn.Module) -> Optional[Translation]:
    """The translation of a module, also of a subclass that leaves the forward function as it is."""
    for base in type(module).__mro__:
        if base in MODULES and type(module).forward is base.forward:
            return MODULES[base]
    return None


# Element by element


def _unary(op: str) -> Translation:
    def translation(build: GraphBuilder, input: Any, inplace: bool = False) -> Activation:
        return build.emit(op, [input])
    return translation


def _gelu(build: GraphBuilder, input: Any, approximate: str = "none") -> Activation:
    return build.emit("gelu", [input], approximate=approximate)


def _softmax(build: GraphBuilder, input: Any, dim: Optional[int] = None, _stacklevel: int = 3,
             dtype: Any = None) -> Activation:
    if dim is None:
        build.refuse("it does not say along which axis (dim)")
    return build.emit("softmax", [input], axis=dim % len(build.call.shape))


def _add(build: GraphBuilder, input: Any, other: Any, alpha: float = 1) -> Activation:
    if alpha != 1:
        build.refuse("alpha other than 1 has no counterpart in the graph")
    return _emit_pairwise(build, "add", input, other)


def _mul(build: GraphBuilder, input: Any, other: Any) -> Activation:
    return _emit_pairwise(build, "mul", input, other)


def _emit_pairwise(build: GraphBuilder, op: str, *operands: Any) -> Activation:
    """Axes of size 1 stretch as in PyTorch, but the graph does not put missing axes in front of the batch."""
    if len({len(operand.shape) for operand in operands if isinstance(operand, Activation)}) > 1:
        build.refuse("its operands differ in their number of axes; unsqueeze the smaller one")
    return build.emit(op, operands)


# Shape


def _concat(build: GraphBuilder, tensors: Sequence[Any], dim: int = 0) -> Activation:
    return build.emit("concat", tensors, axis=dim % len(build.call.shape))


def _flatten(build: GraphBuilder, input: Any, start_dim: int = 0, end_dim: int = -1) -> Activation:
    axes = len(input.shape)
    if start_dim % axes == 0 or end_dim % axes != axes - 1:
        return _reshape(build, input)
    return build.emit("flatten", [input], start_axis=start_dim % axes)


def _reshape(build: GraphBuilder, input: Any, *sizes: Any, **options: Any) -> Activation:
    """view, reshape, squeeze, unsqueeze: whatever was asked for, the result's shape says it."""
    if any(isinstance(size, torch.dtype) for size in (*sizes, *options.values())):
        build.refuse("it reads the same bytes as another type")
    return build.emit("reshape", [input], shape=list(build.call.shape))


def _permute(build: GraphBuilder, input: Any, *dims: Any) -> Activation:
    axes = dims[0] if len(dims) == 1 and not isinstance(dims[0], int) else dims
    return build.emit("transpose", [input], axes=[axis % len(axes) for axis in axes])


def _transpose(build: GraphBuilder, input: Any, dim0: int, dim1: int) -> Activation:
    axes = list(range(len(input.shape)))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return build.emit("transpose", [input], axes=axes)


def _getitem(build: GraphBuilder, input: Any, index: Any) -> Activation:
    """Slices become one slice node per axis; an integer or None is a slice or nothing, then a reshape."""
    if not isinstance(input, Activation):
        build.refuse("it indexes a constant")
    items = list(index) if isinstance(index, tuple) else [index]
    if any(not (item is None or item is Ellipsis or isinstance(item, (int, slice))) for item in items):
        build.refuse("the graph knows slices with fixed bounds only")
    axes = len(input.shape)
    if Ellipsis in items:
        at = items.index(Ellipsis)
        named = sum(item is not None and item is not Ellipsis for item in items)
        items[at:at + 1] = [slice(None)] * (axes - named)
    current, axis = input, 0
    for item in items:
        if item is None:
            continue
        if item != slice(None):
            size = current.shape[axis]
            if size == GROWS:
                build.refuse("it takes a part of the batch")
            part = slice(item % size, item % size + 1) if isinstance(item, int) else item
            start, stop, step = part.indices(size)
            length = len(range(start, stop, step))
            shape = (*current.shape[:axis], length, *current.shape[axis + 1:])
            current = build.emit("slice", [current], shape, axis=axis, start=start, stop=stop, step=step)
        axis += 1
    return current if current.shape == build.call.shape else _reshape(build, current)


def _pad(build: GraphBuilder, input: Any, pad: Sequence[int], mode: str = "constant",
         value: Optional[float] = None) -> Activation:
    """PyTorch lists (before, after) from the last axis backwards; the graph lists every axis from the first."""
    if mode != "constant" or min(pad) < 0:
        build.refuse("the graph pads with a constant, and by no negative amount")
    axes = len(input.shape)
    before, after = [0] * axes, [0] * axes
    for i in range(len(pad) // 2):
        before[axes - 1 - i], after[axes - 1 - i] = int(pad[2 * i]), int(pad[2 * i + 1])
    return build.emit("pad", [input], before=before, after=after, value=float(value or 0))


# Pools


def _emit_pool(build: GraphBuilder, op: str, x: Any, kernel: OneOrTwo, stride: Optional[OneOrTwo],
               padding: OneOrTwo, **attributes: Any) -> Activation:
    kernel, padding = pair(kernel), pair(padding)
    stride = kernel if stride is None else pair(stride)
    floor = [(x.shape[2 + i] + 2 * padding[i] - kernel[i]) // stride[i] + 1 for i in (0, 1)]
    if list(build.call.shape[2:]) != floor:
        build.refuse("ceil_mode adds a row or column here; the graph's pools round down")
    return build.emit(op, [x], kernel=kernel, stride=stride, padding=padding, ceil_mode=False, **attributes)


def _max_pool2d(build: GraphBuilder, input: Any, kernel_size: OneOrTwo, stride: Optional[OneOrTwo] = None,
                padding: OneOrTwo = 0, dilation: OneOrTwo = 1, ceil_mode: bool = False,
                return_indices: bool = False) -> Activation:
    if pair(dilation) != [1, 1]:
        build.refuse("the graph's pools have no dilation")
    return _emit_pool(build, "max_pool2d", input, kernel_size, stride, padding)


def _avg_pool2d(build: GraphBuilder, input: Any, kernel_size: OneOrTwo, stride: Optional[OneOrTwo] = None,
                padding: OneOrTwo = 0, ceil_mode: bool = False, count_include_pad: bool = True,
                divisor_override: Optional[int] = None) -> Activation:
    if divisor_override is not None:
        build.refuse("divisor_override has no counterpart in the graph")
    return _emit_pool(build, "avg_pool2d", input, kernel_size, stride, padding,
                      count_include_pad=bool(count_include_pad))


def _adaptive_avg_pool2d(build: GraphBuilder, input: Any, output_size: Any) -> Activation:
    """With the shapes known this is the identity (dropped before), a global pool or a pool of even windows."""
    size, wanted = input.shape[2:], build.call.shape[2:]
    if wanted == (1, 1):
        return build.emit("global_avg_pool2d", [input])
    if size == wanted:
        return input
    if any(s % w for s, w in zip(size, wanted)):
        build.refuse(f"its windows differ in size: {size[0]}x{size[1]} does not divide into {wanted[0]}x{wanted[1]}")
    kernel = [s // w for s, w in zip(size, wanted)]
    return _emit_pool(build, "avg_pool2d", input, kernel, kernel, 0, count_include_pad=True)


def _mean(build: GraphBuilder, input: Any, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Activation:
    axes = len(input.shape)
    dims = range(axes) if dim is None else [dim] if isinstance(dim, int) else dim
    if axes != 4 or sorted(d % axes for d in dims) != [2, 3]:
        build.refuse("the graph knows the mean over height and width only")
    pooled = build.emit("global_avg_pool2d", [input], (*input.shape[:2], 1, 1))
    return pooled if keepdim else build.emit("flatten", [pooled], start_axis=1)


# Tables


_relu, _relu6, _sigmoid, _tanh = (_unary(op) for op in ("relu", "relu6", "sigmoid", "tanh"))
_silu, _hardswish = _unary("silu"), _unary("hardswish")

FUNCTIONS: dict[Any, Translation] = {
    F.linear: linear, F.conv2d: conv2d, F.layer_norm: layer_norm, F.embedding: embedding,
    F.relu: _relu, F.relu_: _relu, torch.relu: _relu, torch.relu_: _relu, F.relu6: _relu6, F.gelu: _gelu, F.silu: _silu,
    F.hardswish: _hardswish, F.sigmoid: _sigmoid, torch.sigmoid: _sigmoid, F.tanh: _tanh, torch.tanh: _tanh,
    F.softmax: _softmax, torch.softmax: _softmax,
    operator.add: _add, operator.iadd: _add, torch.add: _add, operator.mul: _mul, operator.imul: _mul, torch.mul: _mul,
    torch.cat: _concat, torch.concat: _concat, torch.flatten: _flatten, torch.reshape: _reshape,
    torch.squeeze: _reshape, torch.unsqueeze: _reshape, torch.permute: _permute, torch.transpose: _transpose,
    operator.getitem: _getitem, F.pad: _pad,
    F.max_pool2d: _max_pool2d, torch.max_pool2d: _max_pool2d, F.avg_pool2d: _avg_pool2d,
    F.adaptive_avg_pool2d: _adaptive_avg_pool2d, torch.mean: _mean,
}

METHODS: dict[str, Translation] = {
    "relu": _relu, "relu_": _relu, "sigmoid": _sigmoid, "tanh": _tanh, "softmax": _softmax,
    "add": _add, "add_": _add, "mul": _mul, "mul_": _mul,
    "flatten": _flatten, "view": _reshape, "reshape": _reshape, "squeeze": _reshape, "unsqueeze": _reshape,
    "permute": _permute, "transpose": _transpose, "mean": _mean,
    "contiguous": lambda build, input: input, "clone": lambda build, input: input, "detach": lambda build, input: input,
}

MODULES: dict[type[nn.Module], Translation] = {
    nn.Conv2d: conv2d_module,
    nn.Linear: lambda build, m, x: build.emit_layer(build.call.module, x, "linear", m.weight, m.bias),
    nn.BatchNorm1d: batch_norm_module, nn.BatchNorm2d: batch_norm_module, nn.LayerNorm: layer_norm_module,
    nn.Embedding: embedding_module,
    nn.ReLU: lambda build, m, x: _relu(build, x), nn.ReLU6: lambda build, m, x: _relu6(build, x),
    nn.GELU: lambda build, m, x: _gelu(build, x, getattr(m, "approximate", "none")),
    nn.SiLU: lambda build, m, x: _silu(build, x), nn.Hardswish: lambda build, m, x: _hardswish(build, x),
    nn.Sigmoid: lambda build, m, x: _sigmoid(build, x), nn.Tanh: lambda build, m, x: _tanh(build, x),
    nn.Softmax: lambda build, m, x: _softmax(build, x, m.dim),
    nn.Flatten: lambda build, m, x: _flatten(build, x, m.start_dim, m.end_dim),
    nn.MaxPool2d: lambda build, m, x: _max_pool2d(build, x, m.kernel_size, m.stride, m.padding, m.dilation),
    nn.AvgPool2d: lambda build, m, x: _avg_pool2d(build, x, m.kernel_size, m.stride, m.padding, m.ceil_mode,
                                                  m.count_include_pad, m.divisor_override),
    nn.AdaptiveAvgPool2d: lambda build, m, x: _adaptive_avg_pool2d(build, x, m.output_size),
    nn.ZeroPad2d: lambda build, m, x: _pad(build, x, m.padding),
    nn.ConstantPad2d: lambda build, m, x: _pad(build, x, m.padding, "constant", m.value),
}
