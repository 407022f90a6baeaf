# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of exporting networks that read token ids through torch.fx: embeddings, layer norms, language modeling."""
from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "samples")]

from axescope_export import UnsupportedOperation, export  # noqa: E402
from exporter_case import FromFunction, NetworkCase, graph_of  # noqa: E402
from replay_dump import replay  # noqa: E402


class TokenTest(NetworkCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def export_and_compare(self, model: nn.Module, ids: Tensor, **options: Any) -> Path:
        path = self.folder / "tokens.h5"
        with torch.no_grad():
            export(model, path, calibration=ids[:2], eval=(ids, options.pop("labels", None)), **options)
            self.assert_close(replay(path), model.eval()(ids).numpy())
        return path

    def test_embeddings_and_layer_norms(self) -> None:
        def forward(m: nn.Module, ids: Tensor) -> Tensor:
            x = m.norm(m.table(ids)) + F.layer_norm(m.table(ids), (6,), eps=0.1)
            return F.linear(m.plain(m.linear(x)), m.table.weight)
        model = FromFunction(forward, table=nn.Embedding(20, 6, padding_idx=0), norm=nn.LayerNorm(6),
                             plain=nn.LayerNorm(6, elementwise_affine=False))
        nn.init.normal_(model.norm.weight)
        nn.init.normal_(model.norm.bias)
        path = self.export_and_compare(model, torch.randint(0, 20, (5, 7)))
        with h5py.File(path, "r") as file:
            self.assertEqual((file.attrs["task"], file["eval/inputs"].dtype), ("language-modeling", np.int32))
            self.assertEqual(file["layers/table/weight"], file["params/table.weight"])
        ops = [node["op"] for node in graph_of(path)["nodes"]]
        self.assertEqual((ops.count("embedding"), ops.count("layer_norm")), (2, 3))

    def test_tokens_may_be_classified(self) -> None:
        model = FromFunction(lambda m, ids: m.classes(m.table(ids).flatten(1)), table=nn.Embedding(20, 6),
                             classes=nn.Linear(42, 3))
        path = self.export_and_compare(model, torch.randint(0, 20, (5, 7)), labels=torch.arange(5) % 3)
        with h5py.File(path, "r") as file:
            self.assertEqual(file.attrs["task"], "classification")

    def test_refusals(self) -> None:
        ids = torch.randint(0, 20, (2, 6))
        cases = {
            "max_norm": FromFunction(lambda m, x: m.linear(m.table(x)), table=nn.Embedding(20, 6, max_norm=1.0)),
            "last axis": FromFunction(lambda m, x: m.norm(m.linear(m.table(x))), table=nn.Embedding(20, 6),
                                      norm=nn.LayerNorm((6, 6))),
            "network's input": FromFunction(lambda m, x: m.linear(m.table(x[:, 1:])), table=nn.Embedding(20, 6)),
        }
        path = self.folder / "refused.h5"
        for reason, model in cases.items():
            with self.subTest(reason=reason), self.assertRaisesRegex(UnsupportedOperation, reason):
                export(model, path, calibration=ids)
        with self.assertRaisesRegex(ValueError, "token ids"):
            export(FromFunction(lambda m, x: m.linear(x)), path, calibration=torch.randn(2, 6),
                   task="language-modeling")


if __name__ == "__main__":
    unittest.main()
