# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the exporter share: networks around one function, and comparing outputs."""
from __future__ import annotations

import json
import unittest
from pathlib import Path
from typing import Any, Callable

import h5py
import numpy as np
from torch import Tensor, nn

TOLERANCE = 1e-4  # of the largest logit


def graph_of(path: Path) -> dict[str, Any]:
    with h5py.File(path, "r") as file:
        return json.loads(file["graph"].asstr()[()])


class FromFunction(nn.Module):
    """A network around one forward function that gets the module's layers, for tests of a single call."""

    def __init__(self, forward: Callable[[nn.Module, Tensor], Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 6)
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.function = forward

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


class Outer(nn.Module):
    """Puts a network at the qualified name `body.part`."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.body = nn.ModuleDict({"part": part})

    def forward(self, x: Tensor) -> Tensor:
        return self.body["part"](x)


class NetworkCase(unittest.TestCase):
    def assert_close(self, found: np.ndarray, expected: np.ndarray) -> None:
        self.assertEqual(found.shape, expected.shape)
        self.assertLessEqual(np.abs(found - expected).max(), TOLERANCE * np.abs(expected).max())
