# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a transformer while it is put together: one method for each part that architectures share."""
from __future__ import annotations

from typing import Any, Optional, Sequence

from axescope_export_checkpoint import Arrange, Checkpoint, Fetch
from axescope_export_data import Normalize
from axescope_export_graph import GROWS, Activation, Call, GraphBuilder, Shape

# Hugging Face's names of activation functions that the graph has
ACTIVATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "relu": ("relu", {}), "silu": ("silu", {}), "swish": ("silu", {}), "gelu": ("gelu", {"approximate": "none"}),
    **{name: ("gelu", {"approximate": "tanh"}) for name in ("gelu_new", "gelu_fast", "gelu_pytorch_tanh")},
}


class TransformerGraph:
    """Activations are [N, L, features]; batch and sequence are as long as the data, both GROWS.

    What the network takes: ids below `vocabulary` in sequences of at most `positions` (None: of any length), or, where
    `image_shape` is set, images [C, H, W], which the graph brings to the network's range by `normalize`.
    """

    def __init__(self, checkpoint: Checkpoint, normalize: Optional[Normalize] = None) -> None:
        self.checkpoint = checkpoint
        self.normalize = normalize
        self.build = GraphBuilder()
        self.vocabulary: Optional[int] = None
        self.positions: Optional[int] = None
        self.image_shape: Optional[Shape] = None

    def ids(self) -> Activation:
        return self.build.emit_input("input_ids", (GROWS, GROWS))

    def images(self, channels: int, height: int, width: int) -> Activation:
        self.image_shape = (channels, height, width)
        x = self.build.emit_input("pixel_values", (GROWS, *self.image_shape))
        if self.normalize is None:
            return x
        mean, std, divisor = self.normalize
        return self.node("normalize", "normalize", x.shape, x, mean=[float(v) for v in mean],
                         std=[float(v) for v in std], divisor=float(divisor))

    def embedding(self, name: str, ids: Activation, vocabulary: int, width: int) -> tuple[Activation, Fetch]:
        """[N, L, width] and the table, which a tied head uses too."""
        self.vocabulary = vocabulary
        table = self.checkpoint.tensor(f"{name}.weight", (vocabulary, width))
        self.build.params[f"{name}.weight"] = table
        return self.node("embedding", name, (GROWS, GROWS, width), ids, params={"weight": f"{name}.weight"}), table

    def position_embedding(self, name: str, x: Activation, positions: int, offset: int = 0) -> Activation:
        """x plus the rows `offset` to `offset + L - 1` of a table for `positions` positions."""
        table = self.checkpoint.tensor(f"{name}.weight", (positions + offset, x.shape[2]))
        return self.add_positions(name, x, table, positions, offset)

    def add_positions(self, name: str, x: Activation, table: Fetch, positions: int, offset: int = 0) -> Activation:
        self.positions = positions
        self.build.params[f"{name}.weight"] = table
        return self.node("position_embedding", name, x.shape, x, params={"weight": f"{name}.weight"}, offset=offset)

    def linear(self, name: str, x: Activation, outputs: int, bias: bool, *, inputs_first: bool = False,
               arrange: Optional[Arrange] = None) -> Activation:
        """`inputs_first` where the weight is stored as [inputs, outputs]; `arrange` orders outputs anew."""
        shape = (outputs, x.shape[-1])
        if inputs_first:
            weight = self.checkpoint.tensor(f"{name}.weight", shape[::-1], lambda values: values.T)
        else:
            weight = self.checkpoint.tensor(f"{name}.weight", shape, arrange)
        return self.layer(name, x, weight, outputs,
                          self.checkpoint.tensor(f"{name}.bias", (outputs,), arrange) if bias else None)

    def layer(self, name: str, x: Activation, weight: Fetch, outputs: int, bias: Optional[Fetch] = None) -> Activation:
        self.build.call = Call("linear", name, True, (*x.shape[:-1], outputs))
        return self.build.emit_layer(name, x, "linear", weight, bias)

    def head(self, name: str, x: Activation, table: Fetch, tied: bool) -> Activation:
        """Logits [N, L, vocabulary]. A tied head is a layer of its own with the embedding table as its weight."""
        assert self.vocabulary is not None
        if not tied:
            return self.linear(name, x, self.vocabulary, bias=False)
        self.checkpoint.ignore(f"{name}.weight")
        return self.layer(name, x, table, self.vocabulary)

    def layer_norm(self, name: str, x: Activation, eps: float) -> Activation:
        return self.node("layer_norm", name, x.shape, x, params=self._params(name, x, "weight", "bias"), eps=float(eps))

    def rms_norm(self, name: str, x: Activation, eps: float) -> Activation:
        return self.node("rms_norm", name, x.shape, x, params=self._params(name, x, "weight"), eps=float(eps))

    def _params(self, name: str, x: Activation, *roles: str) -> dict[str, str]:
        names = {role: f"{name}.{role}" for role in roles}
        self.build.params.update({p: self.checkpoint.tensor(p, x.shape[-1:]) for p in names.values()})
        return names

    def split(self, name: str, x: Activation, parts: Sequence[str]) -> list[Activation]:
        """Equal parts of the last axis."""
        size = x.shape[-1] // len(parts)
        return [self.node("slice", f"{name}.{part}", (*x.shape[:-1], size), x, axis=len(x.shape) - 1,
                          start=i * size, stop=(i + 1) * size, step=1) for i, part in enumerate(parts)]

    def attention(self, name: str, q: Activation, k: Activation, v: Activation, heads: int,
                  kv_heads: Optional[int] = None, causal: bool = True, **optional: Any) -> Activation:
        """`optional`: scale, rope. An attribute that is None is left out."""
        given = {key: value for key, value in optional.items() if value is not None}
        return self.node("attention", name, q.shape, q, k, v, heads=heads, kv_heads=kv_heads or heads, causal=causal,
                         **given)

    def activation(self, name: str, x: Activation, function: str) -> Activation:
        if function not in ACTIVATIONS:
            raise ValueError(f"config: expected an activation function of {', '.join(ACTIVATIONS)}, found '{function}'")
        op, attributes = ACTIVATIONS[function]
        return self.node(op, name, x.shape, x, **attributes)

    def add(self, name: str, a: Activation, b: Activation) -> Activation:
        return self.node("add", name, a.shape, a, b)

    def node(self, op: str, name: str, shape: Shape, /, *inputs: Activation, **attributes: Any) -> Activation:
        self.build.call = Call(op, name, True, shape)
        return self.build.emit(op, inputs, **attributes)
