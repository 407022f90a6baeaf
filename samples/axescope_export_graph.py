# SPDX-License-Identifier: GPL-3.0-or-later
"""The dump's graph, layers and parameters while they are put together. Knows nothing of torch.fx."""
from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Iterator, NoReturn, Optional, Sequence, Union

import torch
from torch import Tensor

GROWS = -1  # stands in a shape for the axis that grows with the batch

Shape = tuple[int, ...]
Values = Union[Tensor, Callable[[], Any]]  # a tensor, or what fetches it when it is written and then lets go of it


class UnsupportedOperation(Exception):
    """The network does something the dump's graph cannot say.

    `operation` is the name of the call, `module` the qualified name of the module that made it ("" is the
    network itself), `reason` says what stands in the way.
    """

    def __init__(self, operation: str, module: str, reason: str) -> None:
        self.operation, self.module, self.reason = operation, module, reason
        where = f"module '{module}'" if module else "the network's own forward"
        super().__init__(f"operation '{operation}' in {where} cannot be exported: {reason}")


@dataclass(frozen=True)
class Activation:
    """A tensor that flows through the network; GROWS marks the batch axis of its shape."""
    name: str
    shape: Shape


@dataclass(frozen=True)
class Constant:
    """A parameter or buffer that a forward function reads by itself; `name` is its qualified name."""
    name: str
    tensor: Tensor


@dataclass(frozen=True)
class Call:
    """One recorded PyTorch call: its name, who made it (a leaf module is its own caller), its result's shape."""
    operation: str
    module: str
    is_module: bool
    shape: Shape


@dataclass
class Layer:
    kind: str
    weight: Values
    bias: Optional[Values]
    attributes: dict[str, Any]


def _numbered(name: str) -> Iterator[str]:
    """name, name_2, name_3, ..."""
    return itertools.chain([name], (f"{name}_{count}" for count in itertools.count(2)))


class GraphBuilder:
    """Grows node by node while the calls are translated; `call` is the one being translated."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.layers: dict[str, Layer] = {}
        self.params: dict[str, Values] = {}
        self.shapes: dict[str, Shape] = {}
        self.input = self.output = ""
        self.call = Call("forward", "", False, ())

    def refuse(self, reason: str) -> NoReturn:
        raise UnsupportedOperation(self.call.operation, self.call.module, reason)

    def emit_input(self, name: str, shape: Shape) -> Activation:
        self.input, self.shapes[name] = name, shape
        return Activation(name, shape)

    def emit(self, op: str, inputs: Sequence[Any], result_shape: Optional[Shape] = None,
             **attributes: Any) -> Activation:
        """Append a node of `result_shape` (default: the current call's) and return its output."""
        for value in inputs:
            if not isinstance(value, Activation):
                self.refuse("it works on a constant where the graph only knows activations")
        wanted = self.call.module if self.call.is_module else ".".join(filter(None, [self.call.module, op]))
        name = self._unique(wanted)
        self.nodes.append({"name": name, "op": op, "inputs": [value.name for value in inputs], **attributes})
        self.shapes[name] = self.call.shape if result_shape is None else result_shape
        return Activation(name, self.shapes[name])

    def emit_layer(self, name: str, x: Any, kind: str, weight: Values, bias: Optional[Values],
                   **attributes: Any) -> Activation:
        """Append a linear or conv2d node, and its weights unless an earlier call has stored them.

        A module may own several weights that its forward function reads itself, so a name that is taken is the
        same layer only if it has the same tensors; others get a number.
        """
        for candidate in _numbered(name):
            known = self.layers.setdefault(candidate, Layer(kind, weight, bias, attributes))
            if known.weight is weight and known.bias is bias:
                break
        if known.attributes != attributes:
            self.refuse(f"it uses the weights '{candidate}' with {attributes}, an earlier call with {known.attributes}")
        return self.emit(kind, [x], layer=candidate)

    def _unique(self, name: str) -> str:
        return next(candidate for candidate in _numbered(name) if candidate not in self.shapes)

    def prune(self) -> None:
        """Drop what the output does not need."""
        needed = {self.output}
        for node in reversed(self.nodes):
            if node["name"] in needed:
                needed.update(node["inputs"])
        self.nodes = [node for node in self.nodes if node["name"] in needed]
        layers = {node.get("layer") for node in self.nodes}
        params = {name for node in self.nodes for name in node.get("params", {}).values()}
        self.layers = {name: layer for name, layer in self.layers.items() if name in layers}
        self.params = {name: values for name, values in self.params.items() if name in params}

    def fold_batch_norms(self) -> None:
        """Put each batch norm into the layer before it, if nobody else uses that layer or its output."""
        kept: dict[str, dict[str, Any]] = {}
        renamed: dict[str, str] = {}
        uses = Counter([self.output, *(name for node in self.nodes for name in node["inputs"])])
        layer_uses = Counter(node["layer"] for node in self.nodes if "layer" in node)
        for node in self.nodes:
            node["inputs"] = [renamed.get(name, name) for name in node["inputs"]]
            before = kept.get(node["inputs"][0])
            if (node["op"] == "batch_norm" and before and self._ends_in_channels(before)
                    and uses[before["name"]] == 1 and layer_uses[before["layer"]] == 1):
                self._fold(node, self.layers[before["layer"]])
                renamed[node["name"]], uses[before["name"]] = before["name"], uses[node["name"]]
            else:
                kept[node["name"]] = node
        self.nodes, self.output = list(kept.values()), renamed.get(self.output, self.output)
        self.prune()

    def _ends_in_channels(self, node: dict[str, Any]) -> bool:
        """Whether axis 1 of the node's output, where batch norm works, is the output axis of a layer's weights.

        It is not for a linear layer on [N, L, features].
        """
        return node["op"] == "conv2d" or (node["op"] == "linear" and len(self.shapes[node["name"]]) == 2)

    def _fold(self, batch_norm: dict[str, Any], layer: Layer) -> None:
        """W' = s W and b' = s (b - mean) + bias with s = weight / sqrt(var + eps), in float64."""
        params = {key: self.params[name].detach().double() for key, name in batch_norm["params"].items()}
        scale = params["weight"] / torch.sqrt(params["var"] + batch_norm["eps"])
        before = 0.0 if layer.bias is None else layer.bias.detach().double()
        layer.bias = scale * (before - params["mean"]) + params["bias"]
        layer.weight = layer.weight.detach().double() * scale.view(-1, *[1] * (layer.weight.dim() - 1))
