# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate a dump's graph in float32 by nothing but the file's contents.

It shares no code with the exporters, so that an error of theirs cannot cancel itself out. What transformers do is in
replay_transformers.py.

    python3 replay_dump.py DUMP        prints top-1 accuracy or perplexity on /eval
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Callable, Optional

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from replay_transformers import OPERATIONS_OF_TRANSFORMERS, WITH_PARAMETERS

BATCH = 64


class _Dump:
    """Layers and parameters of an open file, as tensors."""

    def __init__(self, file: h5py.File) -> None:
        assert file.attrs["format"] == "axescope-dump" and file.attrs["version"] == 1
        self.graph = json.loads(file["graph"].asstr()[()])
        self.layers = {name: (dict(group.attrs), {key: _tensor(values) for key, values in group.items()})
                       for name, group in file["layers"].items()}
        self.params = {name: _tensor(values) for name, values in file.get("params", {}).items()}


def replay(path: Path, inputs: Optional[np.ndarray] = None, batch: int = BATCH) -> np.ndarray:
    """The network's outputs [N, ...] for `inputs` [N, ...], by default the file's /eval/inputs."""
    with h5py.File(path, "r") as file, torch.no_grad():
        dump = _Dump(file)
        inputs = file["eval/inputs"][()] if inputs is None else inputs
        return np.concatenate([_forward(dump, torch.from_numpy(inputs[i:i + batch])).numpy()
                               for i in range(0, len(inputs), batch)])


def accuracy(path: Path) -> float:
    """Top-1 accuracy, 0 to 1, on the file's evaluation data."""
    with h5py.File(path, "r") as file:
        labels = file["eval/labels"][()]
    return float((replay(path).argmax(axis=1) == labels).mean())


def perplexity(path: Path) -> float:
    """Of a token of the evaluation sequences, given those before it."""
    with h5py.File(path, "r") as file:
        ids = torch.from_numpy(file["eval/inputs"][()]).long()
    logits = torch.from_numpy(replay(path))[:, :-1].double()
    return float(F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten()).exp())


def _tensor(values: h5py.Dataset) -> Tensor:
    return torch.from_numpy(values[()].astype(np.float32))


def _forward(dump: _Dump, x: Tensor) -> Tensor:
    (input_name,), (output_name,) = dump.graph["inputs"], dump.graph["outputs"]
    takes_ids = any(node["op"] == "embedding" for node in dump.graph["nodes"])
    values = {input_name: x.long() if takes_ids else x.float()}
    for node in dump.graph["nodes"]:
        assert node["name"] not in values, f"two results are called {node['name']}"
        arguments = [values[name] for name in node["inputs"]]
        if "layer" in node:
            values[node["name"]] = LAYERS[node["op"]](*dump.layers[node["layer"]], *arguments)
        elif "params" in node:
            params = {key: dump.params[name] for key, name in node["params"].items()}
            values[node["name"]] = {"batch_norm": _batch_norm, **WITH_PARAMETERS}[node["op"]](node, params, *arguments)
        else:
            values[node["name"]] = OPERATIONS[node["op"]](node, *arguments)
    return values[output_name]


def _linear(attributes: dict[str, Any], tensors: dict[str, Tensor], x: Tensor) -> Tensor:
    weight = tensors["weight"]
    if x.shape[-1] != weight.shape[1]:
        x = x.flatten(1)  # a global pool's [N, C, 1, 1] may feed a linear layer directly
    return F.linear(x, weight, tensors.get("bias"))


def _conv2d(attributes: dict[str, Any], tensors: dict[str, Tensor], x: Tensor) -> Tensor:
    padding = [int(v) for v in attributes["padding"]]
    top, bottom, left, right = padding if len(padding) == 4 else (padding[0], padding[0], padding[1], padding[1])
    stride, dilation = ([int(v) for v in attributes[key]] for key in ("stride", "dilation"))
    inside = (top, left)  # what the convolution pads by itself, which is quicker
    if (top, left) != (bottom, right):
        x, inside = F.pad(x, (left, right, top, bottom)), (0, 0)
    return F.conv2d(x, tensors["weight"], tensors.get("bias"), stride, inside, dilation, int(attributes["groups"]))


def _batch_norm(node: dict[str, Any], params: dict[str, Tensor], x: Tensor) -> Tensor:
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    mean, var, weight, bias = (params[key].view(per_channel) for key in ("mean", "var", "weight", "bias"))
    return (x - mean) / torch.sqrt(var + node["eps"]) * weight + bias


def _normalize(node: dict[str, Any], x: Tensor) -> Tensor:
    per_channel = [1, -1] + [1] * (x.dim() - 2)
    mean, std = (torch.tensor(node[key]).view(per_channel) for key in ("mean", "std"))
    return (x / node.get("divisor", 1.0) - mean) / std


def _slice(node: dict[str, Any], x: Tensor) -> Tensor:
    index = [slice(None)] * x.dim()
    index[node["axis"]] = slice(node["start"], node.get("stop"), node["step"])
    return x[tuple(index)]


def _pad(node: dict[str, Any], x: Tensor) -> Tensor:
    amounts = [side for axis in reversed(range(x.dim())) for side in (node["before"][axis], node["after"][axis])]
    return F.pad(x, amounts, value=node["value"])


def _max_pool2d(node: dict[str, Any], x: Tensor) -> Tensor:
    assert node["ceil_mode"] is False
    return F.max_pool2d(x, node["kernel"], node["stride"], node["padding"])


def _avg_pool2d(node: dict[str, Any], x: Tensor) -> Tensor:
    assert node["ceil_mode"] is False
    return F.avg_pool2d(x, node["kernel"], node["stride"], node["padding"], False, node["count_include_pad"])


LAYERS: dict[str, Callable[..., Tensor]] = {"linear": _linear, "conv2d": _conv2d}

OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "normalize": _normalize, "slice": _slice, "pad": _pad, "max_pool2d": _max_pool2d, "avg_pool2d": _avg_pool2d,
    "relu": lambda node, x: x.clamp(min=0), "relu6": lambda node, x: x.clamp(0, 6),
    "gelu": lambda node, x: F.gelu(x, approximate=node["approximate"]), "silu": lambda node, x: x * torch.sigmoid(x),
    "hardswish": lambda node, x: x * (x + 3).clamp(0, 6) / 6,
    "sigmoid": lambda node, x: torch.sigmoid(x), "tanh": lambda node, x: torch.tanh(x),
    "softmax": lambda node, x: torch.softmax(x, node["axis"]),
    "add": lambda node, a, b: a + b, "mul": lambda node, a, b: a * b,
    "concat": lambda node, *parts: torch.cat(parts, node["axis"]),
    "flatten": lambda node, x: x.flatten(node["start_axis"]), "reshape": lambda node, x: x.reshape(node["shape"]),
    "transpose": lambda node, x: x.permute(node["axes"]),
    "global_avg_pool2d": lambda node, x: x.mean((2, 3), keepdim=True),
    **OPERATIONS_OF_TRANSFORMERS,
}


if __name__ == "__main__":
    with h5py.File(sys.argv[1], "r") as dumped:
        task = dumped.attrs["task"]
    if task == "language-modeling":
        print(f"perplexity {perplexity(Path(sys.argv[1])):.4f}")
    else:
        print(f"top-1 accuracy {accuracy(Path(sys.argv[1])):.4f}")
