# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a PyTorch network into an HDF5 dump that AxeScope opens.

    from axescope_export import export
    export(model, "model.h5", calibration=images, eval=(test_images, test_labels))

Copy the four files axescope_export*.py beside your own code; they need torch, numpy and h5py.

How it works: torch.fx records the network in evaluation mode and the recording is run on one sample, which
tells every shape (axescope_export_recording.py). One function per PyTorch call translates it into the dump's
operations (axescope_export_operations.py: the place to teach the exporter an operation). The graph grows and
batch norms are folded in axescope_export_graph.py. This file checks the data and writes the dump.
"""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional, Sequence, Union

import h5py
import numpy as np
import torch
from torch import Tensor, nn

from axescope_export_graph import GraphBuilder, UnsupportedOperation
from axescope_export_recording import translate

__all__ = ["export", "UnsupportedOperation"]

FORMAT_VERSION = 1


def export(
    model: nn.Module,
    path: Union[str, os.PathLike],
    calibration: Optional[Tensor] = None,
    eval: Optional[tuple[Tensor, Optional[Tensor]]] = None,
    *,
    model_name: Optional[str] = None,
    task: Optional[str] = None,
    normalize: Optional[tuple[Sequence[float], Sequence[float], float]] = None,
    example: Optional[Tensor] = None,
    license: Optional[str] = None,
    source: Optional[str] = None,
    created: Optional[str] = None,
) -> None:
    """Write `model` and its data to the HDF5 file `path`; on failure nothing is left behind.

    calibration  network inputs [N, ...], floating point or uint8; some hundred typical ones are enough
    eval         (inputs [M, ...], integer labels [M]); labels may be None for the task "none"
    task         "classification" or "none"; by default what `eval` allows
    normalize    (mean, std, divisor) for uint8 inputs: the network is fed (x / divisor - mean) / std, with one
                 mean and std per channel (axis 1). The dump keeps the small uint8 data and this formula.
    example      inputs [N, ...] for learning the shapes when neither calibration nor eval is given
    created      a date to store; left out by default so that equal exports are equal files

    The model must take one tensor and return one tensor. It is not changed.
    """
    inputs = {"/calibration/inputs": calibration, "/eval/inputs": eval[0] if eval else None}
    data = {name: _input_array(values, name) for name, values in inputs.items() if values is not None}
    samples = list(data.values()) or ([_input_array(example, "example")] if example is not None else [])
    if not samples:
        raise ValueError("give calibration, eval or example: one sample is run to learn the shapes")
    if len({(values.dtype, values.shape[1:]) for values in samples}) > 1:
        raise ValueError("calibration and evaluation inputs differ in type or shape")
    if (normalize is not None) != (samples[0].dtype == np.uint8):
        raise ValueError("normalize=(mean, std, divisor) belongs to uint8 inputs, and they need it")
    if normalize is not None and samples[0].ndim not in (2, 4):
        raise ValueError(f"normalize knows [N, features] and images [N, C, H, W], not {samples[0].shape}")
    if normalize is not None and {len(normalize[0]), len(normalize[1])} != {samples[0].shape[1]}:
        raise ValueError(f"normalize needs one mean and one std for each of {samples[0].shape[1]} channels")

    builder = translate(model, samples[0][:1], normalize)
    builder.prune()
    builder.fold_batch_norms()
    if not builder.layers:
        raise ValueError("the network has no Conv2d and no Linear, so there is nothing to quantize")

    if eval and eval[1] is not None:
        data["/eval/labels"] = _label_array(eval[1], data["/eval/inputs"], builder.shapes[builder.output])
    task = task or ("classification" if "/eval/labels" in data else "none")
    if task not in ("classification", "none"):
        raise ValueError(f"task must be 'classification' or 'none', not '{task}'")
    if task == "classification" and eval and "/eval/labels" not in data:
        raise ValueError("classification needs labels: eval=(inputs, labels)")

    attributes = {"format": "axescope-dump", "version": FORMAT_VERSION, "producer": "axescope_export", "task": task,
                  "model": model_name or type(model).__name__, "license": license, "source": source,
                  "created": created}
    _write(Path(path), {key: value for key, value in attributes.items() if value is not None}, builder, data)


# Data and file


def _input_array(values: Any, name: str) -> np.ndarray:
    """Network inputs [N, ...] as uint8 or float32."""
    array = values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
    if array.ndim < 2 or array.shape[0] == 0:
        raise ValueError(f"{name}: expected [N, ...] with N > 0, found shape {array.shape}")
    if array.dtype != np.uint8 and not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name}: expected floating point or uint8, found {array.dtype}")
    return array if array.dtype == np.uint8 else array.astype(np.float32)


def _label_array(values: Any, inputs: np.ndarray, output_shape: tuple[int, ...]) -> np.ndarray:
    """Class labels [N] as int64, checked against the number of inputs and of classes."""
    labels = values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)
    if labels.shape != inputs.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels: expected {inputs.shape[0]} integers, found {labels.dtype} {labels.shape}")
    if len(output_shape) != 2 or labels.min() < 0 or labels.max() >= output_shape[1]:
        raise ValueError(f"labels: {labels.min()} to {labels.max()} do not fit the network's output {output_shape}")
    return labels.astype(np.int64)


def _write(path: Path, attributes: dict[str, Any], builder: GraphBuilder, data: dict[str, np.ndarray]) -> None:
    """Write beside the target and rename, so that the target is either the old file or the whole new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with h5py.File(partial, "w") as file:
            def store(name: str, values: np.ndarray, **options: Any) -> None:
                file.create_dataset(name, data=values, track_times=False, **options)

            file.attrs.update(attributes)
            for name, layer in builder.layers.items():
                group = file.create_group(f"layers/{name}")
                group.attrs["kind"] = layer.kind
                group.attrs["axis_order"] = "OI" if layer.kind == "linear" else "OIHW"
                for key, value in layer.attributes.items():
                    group.attrs[key] = value if isinstance(value, int) else np.asarray(value, np.int64)
                store(f"layers/{name}/weight", _float32(layer.weight))
                if layer.bias is not None:
                    store(f"layers/{name}/bias", _float32(layer.bias))
            for name, values in builder.params.items():
                store(f"params/{name}", _float32(values))
            graph = {"inputs": [builder.input], "outputs": [builder.output], "nodes": builder.nodes}
            file.create_dataset("graph", data=json.dumps(graph), dtype=h5py.string_dtype(), track_times=False)
            for name, values in data.items():
                store(name, values, compression="gzip", shuffle=True)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _float32(values: Tensor) -> np.ndarray:
    return values.detach().cpu().to(torch.float32).numpy()
