# SPDX-License-Identifier: GPL-3.0-or-later
"""Vision transformers with a class token and a classification head, known by their structure."""
from __future__ import annotations

from typing import Sequence, Union

import numpy as np

from axescope_export_graph import GROWS, Activation, Call
from axescope_export_transformer_graph import TransformerGraph


def vit(graph: TransformerGraph) -> Activation:
    """Images [N, C, H, W] to logits [N, classes]; the answer is read from the class token alone."""
    config = graph.checkpoint.config
    width, heads = config.need("hidden_size"), config.need("num_attention_heads")
    eps = config.get("layer_norm_eps", 1e-12)
    x = _tokens(graph)
    for i in range(config.need("num_hidden_layers")):
        block = f"vit.encoder.layer.{i}"
        y = graph.layer_norm(f"{block}.layernorm_before", x, eps)
        q, k, v = (graph.linear(f"{block}.attention.attention.{part}", y, width, config.get("qkv_bias", True))
                   for part in ("query", "key", "value"))
        y = graph.attention(f"{block}.attention.attention", q, k, v, heads, causal=False)
        x = graph.add(f"{block}.attention.sum", x, graph.linear(f"{block}.attention.output.dense", y, width, True))
        y = graph.layer_norm(f"{block}.layernorm_after", x, eps)
        y = graph.linear(f"{block}.intermediate.dense", y, config.need("intermediate_size"), True)
        y = graph.activation(f"{block}.intermediate.activation", y, config.get("hidden_act", "gelu"))
        x = graph.add(f"{block}.output.sum", x, graph.linear(f"{block}.output.dense", y, width, True))
    x = graph.layer_norm("vit.layernorm", x, eps)
    x = graph.node("slice", "vit.class_token", (GROWS, 1, width), x, axis=1, start=0, stop=1, step=1)
    x = graph.node("reshape", "vit.class_features", (GROWS, width), x, shape=[-1, width])
    for role in ("weight", "bias"):  # of another use of the same network
        graph.checkpoint.ignore(f"vit.pooler.dense.{role}")
    return graph.linear("classifier", x, graph.checkpoint.rows("classifier.weight"), True)


def _tokens(graph: TransformerGraph) -> Activation:
    """One token for each patch, the class token before them, and positions: [N, 1 + patches, width]."""
    checkpoint, config = graph.checkpoint, graph.checkpoint.config
    width, channels = config.need("hidden_size"), config.get("num_channels", 3)
    size, patch = _pair(config.need("image_size")), _pair(config.need("patch_size"))
    rows, columns = (pixels // side for pixels, side in zip(size, patch))
    patches = rows * columns
    x = graph.images(channels, *size)
    name = "vit.embeddings.patch_embeddings.projection"
    graph.build.call = Call("conv2d", name, True, (GROWS, width, rows, columns))
    x = graph.build.emit_layer(name, x, "conv2d", checkpoint.tensor(f"{name}.weight", (width, channels, *patch)),
                               checkpoint.tensor(f"{name}.bias", (width,)), stride=patch, padding=[0, 0],
                               dilation=[1, 1], groups=1)
    x = graph.node("reshape", "vit.embeddings.patches", (GROWS, width, patches), x, shape=[-1, width, patches])
    x = graph.node("transpose", "vit.embeddings.tokens", (GROWS, patches, width), x, axes=[0, 2, 1])
    x = graph.node("pad", "vit.embeddings.cls_token", (GROWS, 1 + patches, width), x, before=[0, 1, 0],
                   after=[0, 0, 0], value=0.0)
    positions = checkpoint.tensor("vit.embeddings.position_embeddings", (1, 1 + patches, width))
    class_token = checkpoint.tensor("vit.embeddings.cls_token", (1, 1, width))

    def table() -> np.ndarray:
        """The class token stands in row 0, where the graph pads with zeros."""
        values = positions()[0].astype(np.float32)
        values[0] += class_token()[0, 0]
        return values

    return graph.add_positions("vit.embeddings.position_embeddings", x, table, 1 + patches)


def _pair(value: Union[int, Sequence[int]]) -> list[int]:
    """[height, width] of a setting that is a number where both are equal."""
    return [value, value] if isinstance(value, int) else list(value)
