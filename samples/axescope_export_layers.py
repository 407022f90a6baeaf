# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations of the PyTorch calls that read stored parameters: layers, norms, tables.

As in axescope_export_operations.py, which lists them, a translation gets the graph builder and then what the call gets;
a module's translation the builder, the module and its input.
"""
from __future__ import annotations

from typing import Any, Optional, Sequence, Union

import torch
from torch import Tensor, nn

from axescope_export_graph import Activation, Constant, GraphBuilder

OneOrTwo = Union[int, Sequence[int]]


def pair(value: OneOrTwo) -> list[int]:
    """[height, width] from PyTorch's number or pair."""
    values = [value] if isinstance(value, int) else list(value)
    return [int(v) for v in (values * 2 if len(values) == 1 else values)]


def linear(build: GraphBuilder, input: Any, weight: Any, bias: Any = None) -> Activation:
    name, weight, bias = _read_parameters(build, "linear", weight, bias)
    return build.emit_layer(name, input, "linear", weight, bias)


def conv2d(build: GraphBuilder, input: Any, weight: Any, bias: Any = None, stride: OneOrTwo = 1,
           padding: Union[str, OneOrTwo] = 0, dilation: OneOrTwo = 1, groups: int = 1) -> Activation:
    name, weight, bias = _read_parameters(build, "conv2d", weight, bias)
    return _emit_conv2d(build, name, input, weight, bias, stride, padding, dilation, groups)


def conv2d_module(build: GraphBuilder, m: nn.Conv2d, x: Any) -> Activation:
    if m.padding_mode != "zeros":
        build.refuse(f"it pads with '{m.padding_mode}'; the dump pads convolutions with zeros only")
    return _emit_conv2d(build, build.call.module, x, m.weight, m.bias, m.stride, m.padding, m.dilation, m.groups)


def _emit_conv2d(build: GraphBuilder, name: str, x: Any, weight: Tensor, bias: Optional[Tensor], stride: OneOrTwo,
                 padding: Union[str, OneOrTwo], dilation: OneOrTwo, groups: int) -> Activation:
    if padding == "same":
        # PyTorch puts the odd row or column at the bottom or right.
        total = [d * (k - 1) for d, k in zip(pair(dilation), weight.shape[2:])]
        sides = [total[0] // 2, total[0] - total[0] // 2, total[1] // 2, total[1] - total[1] // 2]
        amounts = sides if any(t % 2 for t in total) else [sides[0], sides[2]]
    else:
        amounts = [0, 0] if padding == "valid" else pair(padding)
    return build.emit_layer(name, x, "conv2d", weight, bias, stride=pair(stride), padding=amounts,
                            dilation=pair(dilation), groups=int(groups))


def _read_parameters(build: GraphBuilder, kind: str, weight: Any, bias: Any) -> tuple[str, Tensor, Optional[Tensor]]:
    """Layer name and tensors of a functional call, whose weights must be the model's own parameters."""
    if not isinstance(weight, Constant) or not (bias is None or isinstance(bias, Constant)):
        build.refuse("its weights are computed in the forward function; only stored parameters can be exported")
    return weight.name.rpartition(".")[0] or kind, weight.tensor, None if bias is None else bias.tensor


def batch_norm_module(build: GraphBuilder, m: nn.BatchNorm2d, x: Any) -> Activation:
    if m.running_mean is None:
        build.refuse("it keeps no running statistics, so it depends on the batch")
    weight = torch.ones_like(m.running_mean) if m.weight is None else m.weight
    bias = torch.zeros_like(m.running_mean) if m.bias is None else m.bias
    tensors = {"weight": weight, "bias": bias, "running_mean": m.running_mean, "running_var": m.running_var}
    build.params.update({f"{build.call.module}.{key}": values for key, values in tensors.items()})
    names = {key.replace("running_", ""): f"{build.call.module}.{key}" for key in tensors}
    return build.emit("batch_norm", [x], eps=float(m.eps), params=names)


def layer_norm_module(build: GraphBuilder, m: nn.LayerNorm, x: Any) -> Activation:
    weight, bias = (None if values is None else Constant(f"{build.call.module}.{role}", values)
                    for role, values in (("weight", m.weight), ("bias", m.bias)))
    return layer_norm(build, x, m.normalized_shape, weight, bias, m.eps)


def layer_norm(build: GraphBuilder, input: Any, normalized_shape: Sequence[int], weight: Any = None, bias: Any = None,
               eps: float = 1e-5) -> Activation:
    if len(normalized_shape) != 1:
        build.refuse("the graph's layer norm works on the last axis only")
    if not all(values is None or isinstance(values, Constant) for values in (weight, bias)):
        build.refuse("its weights are computed in the forward function; only stored parameters can be exported")
    weight = weight or Constant(f"ones.{normalized_shape[0]}", torch.ones(normalized_shape[0]))
    given = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    build.params.update({values.name: values.tensor for values in given.values()})
    return build.emit("layer_norm", [input], eps=float(eps), params={key: values.name for key, values in given.items()})


def embedding_module(build: GraphBuilder, m: nn.Embedding, ids: Any) -> Activation:
    return embedding(build, ids, Constant(f"{build.call.module}.weight", m.weight), m.padding_idx, m.max_norm)


def embedding(build: GraphBuilder, input: Any, weight: Any, padding_idx: Optional[int] = None,
              max_norm: Optional[float] = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False,
              sparse: bool = False) -> Activation:
    if max_norm is not None:
        build.refuse("max_norm changes the table while it is read")
    if not isinstance(weight, Constant):
        build.refuse("its table is computed in the forward function; only stored parameters can be exported")
    if not isinstance(input, Activation) or input.name != build.input or len(input.shape) != 2:
        build.refuse("the graph looks up token ids [N, L] only that are the network's input")
    build.params[weight.name] = weight.tensor
    return build.emit("embedding", [input], params={"weight": weight.name})
