# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the transformer exporter share: a place for the dump, ids, and comparing it with the module."""
from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from exporter_case import NetworkCase
from replay_dump import replay
from transformer_models import VOCABULARY


def token_ids(samples: int, length: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(length).integers(0, VOCABULARY, (samples, length)))


class TransformerCase(NetworkCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "model.h5"

    def assert_computes(self, model: nn.Module, inputs: Tensor) -> None:
        """The dump's graph gives the module's outputs for its /eval/inputs, and they depend on the inputs."""
        with torch.no_grad():
            expected = model(inputs).numpy()
        self.assertGreater(expected.std(axis=0).max(), 0.1 * np.abs(expected).max())
        self.assert_close(replay(self.path), expected)
