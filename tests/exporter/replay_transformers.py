# SPDX-License-Identifier: GPL-3.0-or-later
"""What a transformer's graph does, by the contract of the dump and nothing else: tables, norms, attention."""
from __future__ import annotations

import math
from typing import Any, Callable

import torch
from torch import Tensor

Params = dict[str, Tensor]


def _embedding(node: dict[str, Any], params: Params, ids: Tensor) -> Tensor:
    assert 0 <= ids.min() and ids.max() < len(params["weight"])
    return params["weight"][ids]


def _position_embedding(node: dict[str, Any], params: Params, x: Tensor) -> Tensor:
    first = node.get("offset", 0)
    rows = params["weight"][first:first + x.shape[1]]
    assert len(rows) == x.shape[1], "the sequence is longer than the table"
    return rows.expand(len(x), -1, -1) if x.dim() == 2 else x + rows


def _layer_norm(node: dict[str, Any], params: Params, x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + node["eps"])
    return scaled * params["weight"] + params.get("bias", torch.zeros(()))


def _rms_norm(node: dict[str, Any], params: Params, x: Tensor) -> Tensor:
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + node["eps"]) * params["weight"]


def _attention(node: dict[str, Any], q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Head by head, every query of a head against all keys of the head that it shares."""
    heads, kv_heads = node["heads"], node["kv_heads"]
    size = q.shape[2] // heads
    assert heads % kv_heads == 0 and k.shape[2] == v.shape[2] == kv_heads * size
    results = []
    for head in range(heads):
        shared = head // (heads // kv_heads)
        query, key, value = (part[:, :, i * size:(i + 1) * size] for part, i in ((q, head), (k, shared), (v, shared)))
        if "rope" in node:
            query, key = _turned(node["rope"], query), _turned(node["rope"], key)
        scores = query @ key.transpose(1, 2) * node.get("scale", 1 / math.sqrt(size))
        if node["causal"]:
            positions = torch.arange(q.shape[1])
            scores = scores.masked_fill(positions[None, :] > positions[:, None], -math.inf)
        results.append(torch.softmax(scores, 2) @ value)
    return torch.cat(results, 2)


def _turned(rope: dict[str, Any], x: Tensor) -> Tensor:
    """The first `dims` features of [N, L, size] by pairs, each turned by position times its frequency."""
    dims, result = rope["dims"], x.clone()
    frequencies = rope.get("frequencies", [rope["theta"] ** (-2 * i / dims) for i in range(dims // 2)])
    assert len(frequencies) == dims // 2
    for i, frequency in enumerate(frequencies):
        first, second = (2 * i, 2 * i + 1) if rope["interleaved"] else (i, i + dims // 2)
        angle = torch.arange(x.shape[1], dtype=torch.float64) * frequency
        cos, sin = angle.cos().float(), angle.sin().float()
        result[:, :, first] = x[:, :, first] * cos - x[:, :, second] * sin
        result[:, :, second] = x[:, :, second] * cos + x[:, :, first] * sin
    return result


WITH_PARAMETERS: dict[str, Callable[..., Tensor]] = {
    "embedding": _embedding, "position_embedding": _position_embedding, "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
}

OPERATIONS_OF_TRANSFORMERS: dict[str, Callable[..., Tensor]] = {"attention": _attention}
