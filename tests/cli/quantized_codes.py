# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantized files as numpy sees them, independent of the program."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np


@dataclass
class Layer:
    codes: np.ndarray  # [C, K], int64
    low: int  # activation codes
    high: int
    zero_point: int
    weight_bits: int
    activation_bits: int
    inner_bits: int
    outer_bits: int
    tile: int  # at most K
    groups: int
    columns: np.ndarray | None  # input codes as [groups, rows, K]; rows are (sample, position)
    output_shape: tuple[int, ...]  # of the accumulators
    group_scale: np.ndarray | None = None  # [C, tiles], int64; none: all 1

    def tiles(self) -> list[slice]:
        k = self.codes.shape[1]
        return [slice(begin, min(k, begin + self.tile)) for begin in range(0, k, self.tile)]

    def multiplier(self, channel: int, tile: int) -> int:
        """How often the outer accumulator counts a tile."""
        return 1 if self.group_scale is None else int(self.group_scale[channel, tile])


def _columns(codes: np.ndarray, group: h5py.Group, zero_point: int) -> tuple[np.ndarray, tuple[int, ...]]:
    outputs = group["codes"].shape[0]
    if codes.ndim == 2:
        return codes[None], (len(codes), outputs)
    groups = int(group.attrs["groups"])
    sides = [int(v) for v in group.attrs["padding"]]
    top, bottom, left, right = sides if len(sides) == 4 else (sides[0], sides[0], sides[1], sides[1])
    padded = np.pad(codes, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=zero_point)
    windows = np.lib.stride_tricks.sliding_window_view(padded, group["codes"].shape[2:], axis=(2, 3))
    n, inputs, height, width = windows.shape[:4]
    per_group = windows.reshape(n, groups, inputs // groups, height, width, *windows.shape[4:])
    rows = per_group.transpose(1, 0, 3, 4, 2, 5, 6).reshape(groups, n * height * width, -1)
    return rows, (n, outputs, height, width)


def read_layers(path: Path) -> dict[str, Layer]:
    layers = {}
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] == "axescope-quantized"
        for name, group in file["layers"].items():
            codes = group["codes"][()].astype(np.int64)
            codes = codes.reshape(len(codes), -1)
            bits = int(group.attrs["input_bits"])
            signed = bool(group.attrs["input_signed"])
            low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
            tile = int(group.attrs["tile"])
            zero_point = int(group.attrs["input_zero_point"])
            columns, shape = None, ()
            if "input_codes" in group:
                columns, shape = _columns(group["input_codes"][()].astype(np.int64), group, zero_point)
            layers[name] = Layer(codes, low, high, zero_point, int(group.attrs["weight_bits"]), bits,
                                 int(group.attrs["inner_bits"]), int(group.attrs["outer_bits"]),
                                 tile if 0 < tile < codes.shape[1] else codes.shape[1],
                                 len(columns) if columns is not None else 1, columns, shape,
                                 group["group_scale"][()].astype(np.int64) if "group_scale" in group else None)
    return layers
