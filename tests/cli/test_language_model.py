# SPDX-License-Identifier: GPL-3.0-or-later
"""Language models: logits and perplexity as PyTorch computes them, sweeps by perplexity, tokens that do not fit."""
from __future__ import annotations

import csv
import json
import math
import os
import unittest
from pathlib import Path

import h5py
import numpy as np

from cli_case import CliCase

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None

VOCABULARY, WIDTH, HIDDEN, HEADS, KEY_HEADS = 23, 24, 40, 4, 2
CALIBRATION_LENGTH, EVALUATION_LENGTH = 12, 20
TRAINED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "stories260k.h5"


def weights_of(seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    head = WIDTH // HEADS
    shapes = {"q": (WIDTH, WIDTH), "k": (KEY_HEADS * head, WIDTH), "v": (KEY_HEADS * head, WIDTH),
              "o": (WIDTH, WIDTH), "gate": (HIDDEN, WIDTH), "up": (HIDDEN, WIDTH), "down": (WIDTH, HIDDEN),
              "output": (VOCABULARY, WIDTH)}
    made = {name: (random.normal(size=shape) / shape[1] ** 0.5).astype(np.float32) for name, shape in shapes.items()}
    made["output"] *= 3
    made["table"] = random.normal(size=(VOCABULARY, WIDTH)).astype(np.float32)
    made["positions"] = random.normal(size=(EVALUATION_LENGTH + 2, WIDTH)).astype(np.float32)
    for name in ("gain1", "gain2", "shift2"):
        made[name] = random.normal(size=WIDTH).astype(np.float32)
    return made


def write_language_model(path: Path, rope: dict, tokens: np.ndarray | None = None, seed: int = 3) -> np.ndarray:
    """A block of both norms, attention and a gated network; returns the evaluation tokens."""
    weights = weights_of(seed)
    random = np.random.default_rng(seed + 1)
    evaluation = random.integers(0, VOCABULARY, (5, EVALUATION_LENGTH)) if tokens is None else tokens
    nodes: list[dict] = []

    def add(name: str, op: str, *inputs: str, **attributes: object) -> str:
        nodes.append({"name": name, "op": op, "inputs": list(inputs), **attributes})
        return name

    def linear(name: str, source: str) -> str:
        return add(name, "linear", source, layer=name)

    x = add("tokens", "embedding", "x", params={"weight": "table"})
    places = add("places", "position_embedding", "x", offset=2, params={"weight": "positions"})
    x = add("placed", "add", x, places)
    norm = add("norm1", "rms_norm", x, eps=1e-5, params={"weight": "gain1"})
    attention = add("attention", "attention", linear("q", norm), linear("k", norm), linear("v", norm), heads=HEADS,
                    kv_heads=KEY_HEADS, causal=True, rope=rope)
    x = add("sum1", "add", x, linear("o", attention))
    norm = add("norm2", "layer_norm", x, eps=1e-3, params={"weight": "gain2", "bias": "shift2"})
    product = add("product", "mul", add("silu", "silu", linear("gate", norm)), linear("up", norm))
    x = add("sum2", "add", x, add("gelu", "gelu", linear("down", product), approximate="tanh"))
    linear("output", x)
    with h5py.File(path, "w") as file:
        file.attrs.update({"format": "axescope-dump", "version": 1, "model": "tiny", "task": "language-modeling"})
        for node in nodes:
            if node["op"] != "linear":
                continue
            group = file.create_group(f"layers/{node['layer']}")
            group.attrs.update({"kind": "linear", "axis_order": "OI"})
            group["weight"] = weights[node["layer"]]
        for name in ("table", "positions", "gain1", "gain2", "shift2"):
            file[f"params/{name}"] = weights[name]
        file["graph"] = json.dumps({"inputs": ["x"], "outputs": ["output"], "nodes": nodes})
        file["calibration/inputs"] = random.integers(0, VOCABULARY, (30, CALIBRATION_LENGTH)).astype(np.int32)
        file["eval/inputs"] = evaluation.astype(np.int32)
    return evaluation


def turned(x: "torch.Tensor", rope: dict) -> "torch.Tensor":
    """x [N, heads, L, size] after rotary positions, by complex or by half-split pairs."""
    dims, length = rope["dims"], x.shape[2]
    frequencies = rope["theta"] ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
    head, rest = x[..., :dims].double(), x[..., dims:].double()
    if rope["interleaved"]:
        pairs = torch.view_as_complex(head.reshape(*head.shape[:-1], dims // 2, 2).contiguous())
        head = torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)
    else:
        cos, sin = torch.cat([angles, angles], -1).cos(), torch.cat([angles, angles], -1).sin()
        half = torch.cat([-head[..., dims // 2:], head[..., :dims // 2]], -1)
        head = head * cos + half * sin
    return torch.cat([head, rest], -1).float()


def torch_logits(tokens: np.ndarray, rope: dict, seed: int = 3) -> "torch.Tensor":
    w = {name: torch.from_numpy(value) for name, value in weights_of(seed).items()}
    ids = torch.from_numpy(tokens).long()
    size = WIDTH // HEADS
    length = ids.shape[1]
    x = F.embedding(ids, w["table"]) + w["positions"][2:2 + length]
    norm = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * w["gain1"]
    split = lambda name, heads: F.linear(norm, w[name]).view(*ids.shape, heads, size).transpose(1, 2)
    q, k = turned(split("q", HEADS), rope), turned(split("k", KEY_HEADS), rope)
    k, v = (t.repeat_interleave(HEADS // KEY_HEADS, 1) for t in (k, split("v", KEY_HEADS)))
    scores = q @ k.transpose(2, 3) / size ** 0.5
    scores = scores.masked_fill(torch.ones(length, length).triu(1).bool(), -math.inf)
    attention = (scores.softmax(-1) @ v).transpose(1, 2).reshape(*ids.shape, WIDTH)
    x = x + F.linear(attention, w["o"])
    norm = F.layer_norm(x, (WIDTH,), w["gain2"], w["shift2"], 1e-3)
    inner = F.silu(F.linear(norm, w["gate"])) * F.linear(norm, w["up"])
    y = F.linear(inner, w["down"])
    x = x + 0.5 * y * (1 + torch.tanh((2 / math.pi) ** 0.5 * (y + 0.044715 * y ** 3)))
    return F.linear(x, w["output"])


ROPES = ({"theta": 100.0, "dims": 6, "interleaved": True}, {"theta": 100.0, "dims": 6, "interleaved": False},
         {"theta": 10.0, "dims": 4, "interleaved": False}, {"theta": 10.0, "dims": 4, "interleaved": True})


class LanguageModelTest(CliCase):
    @unittest.skipIf(torch is None, "PyTorch is not installed")
    def test_logits_and_perplexity_are_those_of_pytorch(self) -> None:
        for rope in ROPES:
            with self.subTest(rope):
                tokens = write_language_model(self.path("lm.h5"), rope)
                info = json.loads(self.succeed("info", self.path("lm.h5"), "--json", "--evaluate", "--logits",
                                               self.path("logits.h5")))
                with torch.no_grad():
                    expected = torch_logits(tokens, rope)
                    ids = torch.from_numpy(tokens).long()
                    loss = F.cross_entropy(expected[:, :-1].reshape(-1, VOCABULARY).double(), ids[:, 1:].reshape(-1))
                with h5py.File(self.path("logits.h5"), "r") as file:
                    self.assertEqual(file["logits"].shape, (5, EVALUATION_LENGTH, VOCABULARY))
                    np.testing.assert_allclose(file["logits"][()], expected.numpy(), atol=1e-4)
                self.assertAlmostEqual(info["float_perplexity"] / math.exp(loss.item()), 1.0, places=5)
                self.path("logits.h5").unlink()

    def test_sweeps_are_judged_by_perplexity(self) -> None:
        write_language_model(self.path("lm.h5"), ROPES[0])
        text = self.succeed("sweep", self.path("lm.h5"), "--algorithm", "optq", "--inner-bits", "12,20", "--tile", "16",
                            "--out", self.path("r.h5"), "--csv", self.path("r.csv"))
        self.assertIn("Perplexity by inner accumulator width (float ", text)
        with open(self.path("r.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        self.assertEqual({row["accuracy"] for row in rows}, {""})
        for row in rows:
            self.assertEqual(row["last_layer"], "float")
            self.assertEqual(int(row["largest_k"]), HIDDEN)
            self.assertEqual(int(row["parameters"]), sum(w.size for n, w in weights_of(3).items()
                                                         if n not in ("table", "positions", "gain1", "gain2", "shift2")))
            self.assertAlmostEqual(float(row["perplexity_ratio"]),
                                   float(row["perplexity"]) / float(row["float_perplexity"]))
        front = self.succeed("pareto", self.path("r.h5"))
        self.assertIn("perplexity", front.lower())

    def test_the_last_layer_is_quantized_when_asked_for(self) -> None:
        write_language_model(self.path("lm.h5"), ROPES[0])
        for choice, layers in (("auto", 7), ("quantized", 8), ("float", 7)):
            self.succeed("quantize", self.path("lm.h5"), "--algorithm", "rtn", "--constraint", "none", "--last-layer",
                         choice, "--out", self.path(f"{choice}.h5"))
            with h5py.File(self.path(f"{choice}.h5"), "r") as file:
                self.assertEqual(len(file["layers"]), layers)
                self.assertEqual("output" in file["layers"], layers == 8)

    def test_attention_rounds_its_operands_when_asked_to(self) -> None:
        write_language_model(self.path("lm.h5"), ROPES[1])
        self.succeed("sweep", self.path("lm.h5"), "--algorithm", "rtn", "--constraint", "none", "--weight-bits", "8",
                     "--inner-bits", "32", "--tile", "full", "--attention-bits", "off,16,8,2", "--out",
                     self.path("r.h5"))
        with h5py.File(self.path("r.h5"), "r") as file:
            sqnr = dict(zip(file["points"]["attention_bits"].tolist(), file["points"]["sqnr_db"]))
        exact, fine, rough, roughest = (sqnr[bits] for bits in (0, 16, 8, 2))
        self.assertAlmostEqual(exact, fine, delta=0.05)
        self.assertLess(rough, exact + 0.5)
        self.assertLess(roughest, rough - 3)

    def test_tokens_outside_the_vocabulary_are_refused(self) -> None:
        tokens = np.zeros((2, EVALUATION_LENGTH), np.int64)
        tokens[1, 3] = VOCABULARY
        write_language_model(self.path("lm.h5"), ROPES[0], tokens)
        self.refuse(3, "info", self.path("lm.h5"), "--evaluate",
                    says=("lm.h5: /graph: node 'tokens'", f"token ids from 0 to {VOCABULARY - 1}", f"{VOCABULARY}"))

    def test_sequences_longer_than_the_position_table_are_refused(self) -> None:
        write_language_model(self.path("lm.h5"), ROPES[0], np.zeros((2, EVALUATION_LENGTH + 1), np.int64))
        self.refuse(3, "info", self.path("lm.h5"),
                    says=("node 'places'", f"at most {EVALUATION_LENGTH} positions", f"[N, {EVALUATION_LENGTH + 1}]"))

    def test_a_missing_parameter_is_named(self) -> None:
        write_language_model(self.path("lm.h5"), ROPES[0])
        with h5py.File(self.path("lm.h5"), "r+") as file:
            del file["params/gain1"]
        self.refuse(3, "info", self.path("lm.h5"), says=("norm1", "gain1"))


@unittest.skipUnless(TRAINED.exists(), "the trained language model stories260k.h5 is not here")
class TrainedLanguageModelTest(CliCase):
    def test_float_perplexity_is_the_known_one(self) -> None:
        info = json.loads(self.succeed("info", TRAINED, "--json", "--evaluate"))
        self.assertAlmostEqual(info["float_perplexity"], 3.6319, delta=0.001)

    def test_eight_bits_cost_less_than_two_percent(self) -> None:
        self.succeed("sweep", TRAINED, "--algorithm", "rtn", "--constraint", "none", "--weight-bits", "8", "--inner-bits",
                     "32", "--tile", "full", "--out", self.path("r.h5"))
        with h5py.File(self.path("r.h5"), "r") as file:
            self.assertLess(file["points"]["perplexity"][0], 1.02 * 3.6319)


if __name__ == "__main__":
    unittest.main()
