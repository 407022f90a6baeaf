# SPDX-License-Identifier: GPL-3.0-or-later
"""The orders of `emulate --order`, written down a second time."""
from __future__ import annotations

from itertools import zip_longest

import numpy as np

from quantized_codes import Layer

ORDERS = ("natural", "reversed", "random", "act-order", "alternating")


def random_key(seed: int, column: int) -> int:
    """Output number `column` of SplitMix64."""
    mask = (1 << 64) - 1
    z = (seed + (column + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def ordered_tiles(layer: Layer, channel: int, order: str, seed: int) -> list[list[int]]:
    """The columns of each tile in the order in which the channel's products are added."""
    codes = layer.codes[channel]
    energies = (layer.columns[channel // (len(layer.codes) // layer.groups)] ** 2).sum(axis=0)

    def in_order(tile: slice) -> list[int]:
        columns = list(range(tile.start, tile.stop))
        if order == "reversed":
            return columns[::-1]
        if order == "random":
            return sorted(columns, key=lambda column: -random_key(seed, column))
        if order == "act-order":
            return sorted(columns, key=lambda column: -energies[column])
        if order == "alternating":
            by_magnitude = sorted(columns, key=lambda column: -abs(codes[column]))
            signs = [[column for column in by_magnitude if np.sign(codes[column]) == sign] for sign in (1, -1)]
            signs.sort(key=lambda side: -abs(codes[side[0]]) if side else 0)
            mixed = [column for pair in zip_longest(*signs) for column in pair if column is not None]
            return mixed + [column for column in by_magnitude if codes[column] == 0]
        return columns

    return [in_order(tile) for tile in layer.tiles()]
