# SPDX-License-Identifier: GPL-3.0-or-later
"""Network inputs and labels as the dump keeps them, checked before anything is written."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
from torch import Tensor

Normalize = tuple[Sequence[float], Sequence[float], float]  # mean, std, divisor


def plain_array(values: Any) -> np.ndarray:
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def input_array(values: Any, name: str) -> np.ndarray:
    """Network inputs [N, ...] as uint8 or float32; other integers are token ids."""
    array = plain_array(values)
    if array.ndim < 2 or array.shape[0] == 0:
        raise ValueError(f"{name}: expected [N, ...] with N > 0, found shape {array.shape}")
    if array.dtype != np.uint8 and np.issubdtype(array.dtype, np.integer):
        return token_array(array, name)
    if array.dtype != np.uint8 and not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"{name}: expected floating point, uint8 or token ids, found {array.dtype}")
    return array if array.dtype == np.uint8 else array.astype(np.float32)


def check_normalize(samples: Sequence[np.ndarray], normalize: Optional[Normalize]) -> None:
    """All inputs are of one type and shape, and `normalize` is given where, and as, they need it."""
    if len({(values.dtype, values.shape[1:]) for values in samples}) > 1:
        raise ValueError("calibration and evaluation inputs differ in type or shape")
    if (normalize is not None) != (samples[0].dtype == np.uint8):
        raise ValueError("normalize=(mean, std, divisor) belongs to uint8 inputs, and they need it")
    if normalize is not None and samples[0].ndim not in (2, 4):
        raise ValueError(f"normalize knows [N, features] and images [N, C, H, W], not {samples[0].shape}")
    if normalize is not None and {len(normalize[0]), len(normalize[1])} != {samples[0].shape[1]}:
        raise ValueError(f"normalize needs one mean and one std for each of {samples[0].shape[1]} channels")


def label_array(values: Any, inputs: np.ndarray, output_shape: tuple[int, ...]) -> np.ndarray:
    """Class labels [N] as int64, checked against the number of inputs and of classes."""
    labels = plain_array(values)
    if labels.shape != inputs.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels: expected {inputs.shape[0]} integers, found {labels.dtype} {labels.shape}")
    if len(output_shape) != 2 or labels.min() < 0 or labels.max() >= output_shape[1]:
        raise ValueError(f"labels: {labels.min()} to {labels.max()} do not fit the network's output {output_shape}")
    return labels.astype(np.int64)


def token_array(values: Any, name: str, vocabulary: Optional[int] = None, longest: Optional[int] = None) -> np.ndarray:
    """Token ids [N, L] as int32, each below `vocabulary` and no sequence longer than `longest`."""
    ids = plain_array(values)
    if ids.ndim != 2 or ids.size == 0 or not np.issubdtype(ids.dtype, np.integer):
        raise ValueError(f"{name}: expected integer token ids [N, L], found {ids.dtype} {list(ids.shape)}")
    if vocabulary is not None and (ids.min() < 0 or ids.max() >= vocabulary):
        raise ValueError(f"{name}: expected token ids below {vocabulary}, found {ids.min()} to {ids.max()}")
    if longest is not None and ids.shape[1] > longest:
        raise ValueError(f"{name}: expected at most {longest} positions, found sequences of {ids.shape[1]}")
    return ids.astype(np.int32)
