# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a PyTorch network into an HDF5 dump that AxeScope opens.

    from axescope_export import export
    export(model, "model.h5", calibration=images, eval=(test_images, test_labels))

Copy the files axescope_export*.py beside your own code; they need torch, numpy and h5py.

How it works: torch.fx records the network in evaluation mode and the recording is run on one sample, which
tells every shape (axescope_export_recording.py). One function per PyTorch call translates it into the dump's
operations (axescope_export_operations.py: the place to teach the exporter an operation). The graph grows and
batch norms are folded in axescope_export_graph.py. The data is checked in axescope_export_data.py, the file written
in axescope_export_writer.py.
"""
from __future__ import annotations

import os
from pathlib import Path
from typing import Optional, Union

import numpy as np
from torch import Tensor, nn

from axescope_export_data import Normalize, check_normalize, input_array, label_array
from axescope_export_graph import UnsupportedOperation
from axescope_export_recording import translate
from axescope_export_writer import write_dump

__all__ = ["export", "UnsupportedOperation"]


def export(
    model: nn.Module,
    path: Union[str, os.PathLike],
    calibration: Optional[Tensor] = None,
    eval: Optional[tuple[Tensor, Optional[Tensor]]] = None,
    *,
    model_name: Optional[str] = None,
    task: Optional[str] = None,
    normalize: Optional[Normalize] = None,
    fold_batch_norms: bool = True,
    example: Optional[Tensor] = None,
    license: Optional[str] = None,
    source: Optional[str] = None,
    created: Optional[str] = None,
) -> None:
    """Write `model` and its data to the HDF5 file `path`; on failure nothing is left behind.

    calibration  network inputs [N, ...], floating point or uint8, or token ids [N, L] (any other integers); some
                 hundred typical ones are enough
    eval         (inputs [M, ...], integer labels [M]); labels may be None for other tasks than classification
    task         "classification", "language-modeling" or "none"; by default what `eval` and the outputs allow
    normalize    (mean, std, divisor) for uint8 inputs: the network is fed (x / divisor - mean) / std, with one
                 mean and std per channel (axis 1). The dump keeps the small uint8 data and this formula.
    fold_batch_norms  False keeps each batch norm a node of the graph; AxeScope can fold it later
    example      inputs [N, ...] for learning the shapes when neither calibration nor eval is given
    created      a date to store; left out by default so that equal exports are equal files

    The model must take one tensor and return one tensor. It is not changed.
    """
    inputs = {"/calibration/inputs": calibration, "/eval/inputs": eval[0] if eval else None}
    data = {name: input_array(values, name) for name, values in inputs.items() if values is not None}
    samples = list(data.values()) or ([input_array(example, "example")] if example is not None else [])
    if not samples:
        raise ValueError("give calibration, eval or example: one sample is run to learn the shapes")
    check_normalize(samples, normalize)

    builder = translate(model, samples[0][:1], normalize)
    builder.prune()
    if fold_batch_norms:
        builder.fold_batch_norms()
    if not builder.layers:
        raise ValueError("the network has no Conv2d and no Linear, so there is nothing to quantize")

    if eval and eval[1] is not None:
        data["/eval/labels"] = label_array(eval[1], data["/eval/inputs"], builder.shapes[builder.output])
    predicts_tokens = samples[0].dtype == np.int32 and len(builder.shapes[builder.output]) == 3
    task = task or ("classification" if "/eval/labels" in data else "language-modeling" if predicts_tokens else "none")
    if task not in ("classification", "language-modeling", "none"):
        raise ValueError(f"task must be 'classification', 'language-modeling' or 'none', not '{task}'")
    if task == "language-modeling" and not predicts_tokens:
        raise ValueError("language modeling takes token ids [N, L] and returns logits [N, L, vocabulary]")
    if task == "classification" and eval and "/eval/labels" not in data:
        raise ValueError("classification needs labels: eval=(inputs, labels)")

    attributes = {"producer": "axescope_export", "task": task, "model": model_name or type(model).__name__,
                  "license": license, "source": source, "created": created}
    write_dump(Path(path), attributes, builder, data)
