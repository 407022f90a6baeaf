# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what the transformer exporter refuses: one line says what was expected and found, and no file is written."""
from __future__ import annotations

import sys
import unittest
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "samples")]

from axescope_export_transformers import export_transformer  # noqa: E402
from transformer_case import TransformerCase, token_ids  # noqa: E402
from transformer_models import Gpt2, Llama, Vit, with_random_weights  # noqa: E402


class RefusalTest(TransformerCase):
    def refused(self, model: Any, config: Any = None, **data: Any) -> str:
        """The one line that says why, after which an older file is still there and nothing beside it."""
        self.path.write_bytes(b"older")
        with self.assertRaises(ValueError) as caught:
            export_transformer(model, self.path, config, **data)
        self.assertEqual([(p.name, p.read_bytes()) for p in self.path.parent.iterdir()], [("model.h5", b"older")])
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_unknown_architecture(self) -> None:
        self.assertEqual(self.refused({"bert.embeddings.word_embeddings.weight": torch.zeros(3, 3)},
                                      {"model_type": "bert"}),
                         "expected a model built like GPT-2, OPT, GPT-NeoX, Llama, ViT, found model_type 'bert'")
        self.assertIn("found tensors such as 'a.weight'", self.refused({"a.weight": torch.zeros(3, 3)}, {}))

    def test_known_tensors_with_another_meaning(self) -> None:
        self.assertEqual(self.refused(with_random_weights(Llama(model_type="gemma"))),
                         "config: expected model_type llama or mistral or qwen2 for tensors named as those of Llama, "
                         "found 'gemma'")

    def test_tensors_that_are_missing_misshapen_or_too_many(self) -> None:
        name = "model.layers.1.mlp.down_proj.weight"
        model = with_random_weights(Llama())
        tensors = model.state_dict()
        self.assertEqual(self.refused({key: values for key, values in tensors.items() if key != name}, model.config),
                         f"{name}: expected a tensor of shape [32, 48], found none")
        self.assertEqual(self.refused({**tensors, name: torch.zeros(32, 40)}, model.config),
                         f"{name}: expected shape [32, 48], found [32, 40]")
        self.assertEqual(self.refused({**tensors, name: torch.zeros(32, 48, dtype=torch.int8)}, model.config),
                         f"{name}: expected floating-point numbers, found torch.int8")
        more = "model.layers.0.self_attn.q_norm.weight"
        self.assertEqual(self.refused({**tensors, more: torch.zeros(8)}, model.config),
                         f"{more}: expected only tensors that a Llama model with this config has, found one more")

    def test_settings(self) -> None:
        tensors, settings = with_random_weights(Llama()).state_dict(), vars(Llama().config)
        without = {key: value for key, value in settings.items() if key != "intermediate_size"}
        self.assertEqual(self.refused(tensors, without), "config: expected 'intermediate_size', found none")
        self.assertIn("found 'yarn'", self.refused(tensors, {**settings, "rope_scaling": {"rope_type": "yarn"}}))
        self.assertIn("expected 'factor'", self.refused(tensors, {**settings, "rope_scaling": {"type": "linear"}}))
        self.assertIn("found 'mish'", self.refused(tensors, {**settings, "hidden_act": "mish"}))

    def test_data(self) -> None:
        model, ids = with_random_weights(Gpt2()), token_ids(2, 8)
        self.assertEqual(self.refused(model, eval=torch.tensor([[3, 50]])),
                         "/eval/inputs: expected token ids below 50, found 3 to 50")
        self.assertIn("found -1 to", self.refused(model, calibration=ids - 1 - int(ids.min())))
        self.assertEqual(self.refused(model, calibration=token_ids(2, 17)),
                         "/calibration/inputs: expected at most 16 positions, found sequences of 17")
        self.assertIn("expected integer token ids [N, L]", self.refused(model, eval=ids.float()))
        self.assertIn("expected integer token ids [N, L]", self.refused(model, eval=ids[0]))
        self.assertIn("belong to images", self.refused(model, eval=ids, labels=ids[:, 0]))
        self.assertIn("at most 10 positions", self.refused(with_random_weights(
            Llama(model_type="mistral", sliding_window=10)), eval=token_ids(2, 11)))

    def test_images(self) -> None:
        model, images = with_random_weights(Vit()), torch.randn(2, 3, 12, 12)
        self.assertEqual(self.refused(model, calibration=torch.randn(2, 3, 16, 16)),
                         "/calibration/inputs: expected images [3, 12, 12], found [3, 16, 16]")
        self.assertIn("labels: expected 2 integers", self.refused(model, eval=images))
        self.assertIn("do not fit", self.refused(model, eval=images, labels=torch.tensor([0, 5])))
        body = {name: values for name, values in model.state_dict().items() if not name.startswith("classifier")}
        self.assertEqual(self.refused(body, model.config), "classifier.weight: expected a tensor, found none")


if __name__ == "__main__":
    unittest.main()
