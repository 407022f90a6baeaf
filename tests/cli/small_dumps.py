# SPDX-License-Identifier: GPL-3.0-or-later
"""Small dumps of each kind the program opens, made in a moment and the same each time."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

CLASSES = 3
EVALUATION_SAMPLES = 40
CALIBRATION_SAMPLES = 48
WRONG_LABELS = 4  # of the evaluation samples: the float accuracy is known


def _open(path: Path, task: str, **attributes: Any) -> h5py.File:
    file = h5py.File(path, "w")
    file.attrs.update({"format": "axescope-dump", "version": 1, "model": path.stem, "task": task, **attributes})
    return file


def add_linear(file: h5py.File, name: str, weight: np.ndarray, bias: np.ndarray | None = None,
               inputs: np.ndarray | None = None) -> h5py.Group:
    group = file.create_group(f"layers/{name}")
    group.attrs.update({"kind": "linear", "axis_order": "OI"})
    for key, values in (("weight", weight), ("bias", bias), ("input", inputs)):
        if values is not None:
            group[key] = values.astype(np.float32)
    return group


def add_conv(file: h5py.File, name: str, weight: np.ndarray, bias: np.ndarray | None = None, groups: int = 1,
             inputs: np.ndarray | None = None) -> h5py.Group:
    """A convolution of stride 1 that keeps the size of its 3×3 windows' images."""
    group = file.create_group(f"layers/{name}")
    padding = weight.shape[-1] // 2
    group.attrs.update({"kind": "conv2d", "axis_order": "OIHW", "stride": [1, 1], "dilation": [1, 1],
                        "padding": [padding, padding], "groups": groups})
    for key, values in (("weight", weight), ("bias", bias), ("input", inputs)):
        if values is not None:
            group[key] = values.astype(np.float32)
    return group


def convolve(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, groups: int = 1) -> np.ndarray:
    """x [N, I, H, W] → [N, O, H, W], padded with zeros, stride 1."""
    edge = weight.shape[-1] // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge))),
                                                       weight.shape[2:], axis=(2, 3))
    outputs, per_group = weight.shape[0] // groups, weight.shape[1]
    parts = [np.einsum("nchwyx,ocyx->nohw", windows[:, g * per_group:(g + 1) * per_group],
                       weight[g * outputs:(g + 1) * outputs]) for g in range(groups)]
    return np.concatenate(parts, axis=1) + bias[:, None, None]


CNN_NODES: list[dict[str, Any]] = [
    {"name": "normalize", "op": "normalize", "inputs": ["x"], "mean": [0.5], "std": [0.25], "divisor": 255.0},
    {"name": "conv", "op": "conv2d", "inputs": ["normalize"], "layer": "block.conv"},
    {"name": "conv_relu", "op": "relu", "inputs": ["conv"]},
    {"name": "depthwise", "op": "conv2d", "inputs": ["conv_relu"], "layer": "block.depthwise"},
    {"name": "depthwise_relu", "op": "relu", "inputs": ["depthwise"]},
    {"name": "pool", "op": "max_pool2d", "inputs": ["depthwise_relu"], "kernel": [2, 2], "stride": [2, 2]},
    {"name": "flatten", "op": "flatten", "inputs": ["pool"], "start_axis": 1},
    {"name": "hidden", "op": "linear", "inputs": ["flatten"], "layer": "hidden"},
    {"name": "hidden_relu", "op": "relu", "inputs": ["hidden"]},
    {"name": "classes", "op": "linear", "inputs": ["hidden_relu"], "layer": "classes"},
]


def write_cnn(path: Path, nodes: list[dict[str, Any]] | None = None) -> np.ndarray:
    """A classification network with a graph; returns its float logits [N, classes] of the evaluation inputs."""
    random = np.random.default_rng(7)
    weights = {"block.conv": random.normal(size=(6, 1, 3, 3)) / 3, "block.depthwise": random.normal(size=(6, 1, 3, 3)) / 3,
               "hidden": random.normal(size=(24, 96)) / 9, "classes": random.normal(size=(CLASSES, 24)) / 4}
    weights = {name: values.astype(np.float32) for name, values in weights.items()}
    biases = {name: random.normal(size=len(values)).astype(np.float32) / 8 for name, values in weights.items()}
    images = random.integers(0, 256, size=(CALIBRATION_SAMPLES + EVALUATION_SAMPLES, 1, 8, 8), dtype=np.uint8)
    evaluation = images[CALIBRATION_SAMPLES:]

    x = (evaluation / 255.0 - 0.5) / 0.25
    x = np.maximum(convolve(x, weights["block.conv"], biases["block.conv"]), 0)
    x = np.maximum(convolve(x, weights["block.depthwise"], biases["block.depthwise"], groups=6), 0)
    x = x.reshape(len(x), 6, 4, 2, 4, 2).max(axis=(3, 5)).reshape(len(x), -1)
    x = np.maximum(x @ weights["hidden"].T + biases["hidden"], 0)
    logits = x @ weights["classes"].T + biases["classes"]
    labels = logits.argmax(axis=1)
    labels[:WRONG_LABELS] = (labels[:WRONG_LABELS] + 1) % CLASSES

    with _open(path, "classification") as file:
        add_conv(file, "block.conv", weights["block.conv"], biases["block.conv"])
        add_conv(file, "block.depthwise", weights["block.depthwise"], biases["block.depthwise"], groups=6)
        add_linear(file, "hidden", weights["hidden"], biases["hidden"])
        add_linear(file, "classes", weights["classes"], biases["classes"])
        file["graph"] = json.dumps({"inputs": ["x"], "outputs": ["classes"], "nodes": nodes or CNN_NODES})
        file["calibration/inputs"] = images[:CALIBRATION_SAMPLES]
        file["eval/inputs"] = evaluation
        file["eval/labels"] = labels.astype(np.int64)
    return logits


def write_layers(path: Path, samples: int = 96, k: int = 40, channels: int = 12) -> None:
    """Layers with inputs of their own and no graph: one linear, one convolution in two groups."""
    random = np.random.default_rng(11)
    mixing = random.normal(size=(k, k)) / np.sqrt(k)
    with _open(path, "none") as file:
        add_linear(file, "dense", random.normal(size=(channels, k)), random.normal(size=channels),
                   np.maximum(random.normal(size=(samples, k)) @ mixing, -0.3))
        add_conv(file, "grouped", random.normal(size=(6, 2, 3, 3)), groups=2, inputs=random.normal(size=(16, 4, 5, 5)))


def write_weights(path: Path) -> None:
    """Weights and nothing else."""
    random = np.random.default_rng(13)
    with _open(path, "none") as file:
        add_linear(file, "first", random.normal(size=(8, 32)))
        add_linear(file, "second", random.normal(size=(4, 100)))


def write_scaled_weights(path: Path) -> None:
    """Weights, and what the codes of their inputs mean."""
    write_weights(path)
    with h5py.File(path, "r+") as file:
        for group in file["layers"].values():
            group.attrs.update({"input_scale": 0.125, "input_bits": 8})


def write_uncalibrated_cnn(path: Path) -> None:
    """A network with evaluation data but nothing that tells the ranges of its layers' inputs."""
    write_cnn(path)
    with h5py.File(path, "r+") as file:
        del file["calibration"]


def write_shared(path: Path, gain: float = 8.0) -> float:
    """A linear layer used twice, the second time on inputs about `gain` times as large; returns the largest of them."""
    random = np.random.default_rng(17)
    first = random.normal(size=(16, 16)).astype(np.float32) * gain / 4
    classes = random.normal(size=(CLASSES, 16)).astype(np.float32)
    inputs = np.abs(random.normal(size=(CALIBRATION_SAMPLES + EVALUATION_SAMPLES, 16))).astype(np.float32)
    hidden = np.maximum(inputs @ first.T, 0)
    nodes = [{"name": "once", "op": "linear", "inputs": ["x"], "layer": "shared"},
             {"name": "relu", "op": "relu", "inputs": ["once"]},
             {"name": "twice", "op": "linear", "inputs": ["relu"], "layer": "shared"},
             {"name": "relu2", "op": "relu", "inputs": ["twice"]},
             {"name": "classes", "op": "linear", "inputs": ["relu2"], "layer": "classes"}]
    logits = np.maximum(hidden @ first.T, 0) @ classes.T
    with _open(path, "classification") as file:
        add_linear(file, "shared", first)
        add_linear(file, "classes", classes)
        file["graph"] = json.dumps({"inputs": ["x"], "outputs": ["classes"], "nodes": nodes})
        file["calibration/inputs"] = inputs[:CALIBRATION_SAMPLES]
        file["eval/inputs"] = inputs[CALIBRATION_SAMPLES:]
        file["eval/labels"] = logits[CALIBRATION_SAMPLES:].argmax(axis=1).astype(np.int64)
    return float(hidden[:CALIBRATION_SAMPLES].max())
