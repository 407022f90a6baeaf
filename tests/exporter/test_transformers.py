# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the transformer exporter: every dump computes what the module computes, in the form that was agreed on."""
from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import unittest
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "samples")]

from axescope_export_transformers import export_transformer  # noqa: E402
from exporter_case import graph_of  # noqa: E402
from replay_dump import perplexity, replay  # noqa: E402
from transformer_case import TransformerCase, token_ids  # noqa: E402
from transformer_models import (LANGUAGE_MODELS, LLAMA3_SCALING, Gpt2, GptNeoX, Llama, Opt, Vit,  # noqa: E402
                                with_random_weights)

CLI = os.environ.get("AXESCOPE_CLI")


class LogitsTest(TransformerCase):
    def test_every_language_model(self) -> None:
        for name, constructor in LANGUAGE_MODELS.items():
            with self.subTest(model=name):
                model, ids = with_random_weights(constructor()), token_ids(3, 14)
                export_transformer(model, self.path, calibration=token_ids(4, 9), eval=ids)
                self.assert_computes(model, ids)

    def test_images(self) -> None:
        model, images = with_random_weights(Vit()), torch.randn(4, 3, 12, 12)
        export_transformer(model, self.path, calibration=images, eval=images, labels=torch.arange(4))
        self.assert_computes(model, images)

    def test_uint8_images_are_normalized_by_the_graph(self) -> None:
        model = with_random_weights(Vit(qkv_bias=False))
        images, normalize = torch.randint(0, 256, (4, 3, 12, 12), dtype=torch.uint8), ([0.5] * 3, [0.25] * 3, 255)
        export_transformer(model, self.path, eval=images, labels=torch.arange(4), normalize=normalize)
        with torch.no_grad():
            self.assert_close(replay(self.path), model((images / 255 - 0.5) / 0.25).numpy())

    def test_perplexity(self) -> None:
        model, ids = with_random_weights(Gpt2()), token_ids(5, 16)
        export_transformer(model, self.path, eval=ids)
        with torch.no_grad():
            loss = nn.functional.cross_entropy(model(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
        self.assertAlmostEqual(perplexity(self.path) / loss.exp().item(), 1, places=4)

    def test_a_bare_checkpoint_lacks_the_prefix(self) -> None:
        for constructor, prefix in ((Gpt2, "transformer."), (Opt, "model."), (Llama, "model.")):
            model, ids = with_random_weights(constructor()), token_ids(2, 8)
            bare = {name[len(prefix):]: values for name, values in model.state_dict().items()
                    if name.startswith(prefix)}
            export_transformer(bare, self.path, vars(model.config), eval=ids)
            self.assert_computes(model, ids)
            with h5py.File(self.path, "r") as file:
                self.assertTrue(all(name.startswith((prefix, "lm_head")) for name in file["layers"]))


@unittest.skipUnless(CLI, "AXESCOPE_CLI does not name the command-line program, so only the replay was compared")
class CommandLineTest(TransformerCase):
    def evaluate(self, *options: Path) -> dict[str, Any]:
        run = subprocess.run([CLI, "info", self.path, "--evaluate", "--json", *options], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_perplexity_of_every_language_model(self) -> None:
        for name, constructor in LANGUAGE_MODELS.items():
            with self.subTest(model=name):
                export_transformer(with_random_weights(constructor()), self.path, calibration=token_ids(4, 9),
                                   eval=token_ids(3, 14))
                found = self.evaluate()["float_perplexity"]
                self.assertAlmostEqual(found / perplexity(self.path), 1, places=4)

    def test_logits_of_images(self) -> None:
        model, images, logits = with_random_weights(Vit()), torch.randn(4, 3, 12, 12), self.path.with_name("logits.h5")
        export_transformer(model, self.path, eval=images, labels=torch.arange(4))
        self.evaluate("--logits", logits)
        with h5py.File(logits, "r") as file, torch.no_grad():
            self.assert_close(file["logits"][()], model(images).numpy())


class FileTest(TransformerCase):
    def test_layers_are_the_modules(self) -> None:
        inputs = ("c_attn", "c_fc", "query_key_value", "q_proj", "fc1", "lm_head")
        for constructor, width in ((Gpt2, 24), (GptNeoX, 48), (Llama, 32), (Opt, 24)):
            model = with_random_weights(constructor())
            export_transformer(model, self.path, calibration=token_ids(4, 9), model_name="small", license="none")
            with h5py.File(self.path, "r") as file:
                wanted = {name for name, module in model.named_modules()
                          if isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"}
                self.assertEqual(set(file["layers"]), wanted)
                self.assertEqual(dict(file.attrs), {
                    "format": "axescope-dump", "version": 1, "producer": "axescope_export_transformers",
                    "task": "language-modeling", "model": "small", "license": "none"})
                self.assertTrue(all(dict(group.attrs) == {"kind": "linear", "axis_order": "OI"}
                                    for group in file["layers"].values()))
                self.assertTrue(all(group["weight"].shape[1] == width for name, group in file["layers"].items()
                                    if name.endswith(inputs)))
                ids = file["calibration/inputs"]
                self.assertEqual((ids.dtype, ids.shape, "eval" in file), (np.int32, (4, 9), False))

    def test_fused_outputs_are_query_key_value(self) -> None:
        model = with_random_weights(GptNeoX())
        export_transformer(model, self.path, eval=token_ids(2, 8))
        fused = model.gpt_neox["layers"][0]["attention"]["query_key_value"]
        with h5py.File(self.path, "r") as file:
            layer = file["layers/gpt_neox.layers.0.attention.query_key_value"]
            for part in range(3):
                rows = [head * 48 + part * 16 + i for head in range(3) for i in range(16)]
                for key in ("weight", "bias"):
                    expected = getattr(fused, key).detach().numpy()[rows]
                    np.testing.assert_array_equal(layer[key][part * 48:(part + 1) * 48], expected)
        slices = [node for node in graph_of(self.path)["nodes"] if node["op"] == "slice"][:3]
        self.assertEqual([(s["axis"], s["start"], s["stop"], s["step"]) for s in slices],
                         [(2, 0, 48, 1), (2, 48, 96, 1), (2, 96, 144, 1)])

    def test_attributes_of_operations(self) -> None:
        export_transformer(with_random_weights(LANGUAGE_MODELS["llama3"]()), self.path, eval=token_ids(2, 8))
        attention = next(node for node in graph_of(self.path)["nodes"] if node["op"] == "attention")
        frequencies = attention["rope"].pop("frequencies")
        self.assertEqual(len(frequencies), 4)
        self.assertEqual(attention, {
            "name": "model.layers.0.self_attn", "op": "attention", "heads": 4, "kv_heads": 2, "causal": True,
            "inputs": [f"model.layers.0.self_attn.{part}_proj" for part in "qkv"],
            "rope": {"theta": 500.0, "dims": 8, "interleaved": False}})
        export_transformer(with_random_weights(Opt()), self.path, eval=token_ids(2, 8))
        nodes = graph_of(self.path)["nodes"]
        self.assertEqual(next(node for node in nodes if node["op"] == "position_embedding")["offset"], 2)
        self.assertEqual({node["eps"] for node in nodes if node["op"] == "layer_norm"}, {1e-5})
        self.assertEqual(graph_of(self.path)["outputs"], [nodes[-1]["name"]])

    def test_newer_configs_have_all_about_rotation_in_one_place(self) -> None:
        model, ids, graphs = with_random_weights(LANGUAGE_MODELS["llama3"]()), token_ids(2, 8), []
        older = vars(model.config)
        newer = {key: value for key, value in older.items() if not key.startswith("rope_")}
        newer["rope_parameters"] = {**LLAMA3_SCALING, "rope_theta": older["rope_theta"]}
        for settings in (older, newer):
            export_transformer(model, self.path, settings, eval=ids)
            graphs.append(graph_of(self.path))
        self.assertEqual(graphs[0], graphs[1])

    def test_a_tied_head_shares_the_table(self) -> None:
        export_transformer(with_random_weights(Llama()), self.path, eval=token_ids(2, 8))
        with h5py.File(self.path, "r") as file:
            self.assertEqual(file["layers/lm_head/weight"], file["params/model.embed_tokens.weight"])

    def test_types(self) -> None:
        model, ids = with_random_weights(Llama()), token_ids(2, 8)
        for stored, kept in ((torch.float16, np.float16), (torch.bfloat16, np.float32), (torch.float64, np.float32)):
            tensors = {name: values.to(stored) for name, values in model.state_dict().items()}
            export_transformer(tensors, self.path, model.config, eval=ids)
            with h5py.File(self.path, "r") as file:
                for name in ("layers/model.layers.1.mlp.down_proj/weight", "params/model.norm.weight"):
                    self.assertEqual(file[name].dtype, kept)
                expected = tensors["model.layers.1.mlp.down_proj.weight"].float().numpy()
                np.testing.assert_array_equal(file["layers/model.layers.1.mlp.down_proj/weight"][()], expected)

    def test_equal_exports_are_equal_files(self) -> None:
        model, ids, files = with_random_weights(Gpt2()), token_ids(2, 8), []
        for _ in range(2):
            export_transformer(model, self.path, eval=ids)
            files.append(self.path.read_bytes())
        self.assertEqual(files[0], files[1])


class OnDemand(Mapping):
    """Makes each tensor when it is asked for, and counts how many are alive and how often each was asked for."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.tensors, self.asked, self.alive, self.most = tensors, [], 0, 0

    def __getitem__(self, name: str) -> Tensor:
        values = self.tensors[name].clone()
        self.asked.append(name)
        self.alive += 1
        self.most = max(self.most, self.alive)
        weakref.finalize(values, self._gone)
        return values

    def _gone(self) -> None:
        self.alive -= 1

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def __len__(self) -> int:
        return len(self.tensors)


class StreamingTest(TransformerCase):
    def test_tensors_are_alive_one_at_a_time(self) -> None:
        for constructor in (Gpt2, Opt, GptNeoX, Llama):
            with self.subTest(model=constructor.__name__):
                model = with_random_weights(constructor())
                tensors = OnDemand(model.state_dict())
                gc.collect()
                gc.disable()  # what is left to the collector may stay for long
                try:
                    export_transformer(tensors, self.path, model.config, eval=token_ids(2, 8))
                finally:
                    gc.enable()
                self.assertEqual((tensors.alive, tensors.most), (0, 1))
                self.assertEqual(len(tensors.asked), len(set(tensors.asked)))


if __name__ == "__main__":
    unittest.main()
