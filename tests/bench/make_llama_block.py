# SPDX-License-Identifier: GPL-3.0-or-later
"""Write transformer blocks of Llama-3.2-1B's shape with random weights, to time `quantize` at that size.

    python3 tests/bench/make_llama_block.py block.h5 [--blocks N] [--width FEATURES] [--evaluation SEQUENCES]
    /usr/bin/time -v axescope-cli quantize block.h5 --algorithm optq --constraint axe --weight-bits 4 \
        --activation-bits 8 --tile 128 --inner-bits 16 --out quantized.h5

2,048 tokens in sequences of 512 pass an embedding, RMSNorm, grouped-query attention with rotary positions and the
gated feed-forward network. Activations have a few loud features, as those of language models do. Blocks of another
width keep the proportions; with evaluation sequences `sweep` has something to measure.
"""
from __future__ import annotations

import argparse
import json

import h5py
import numpy as np

WIDTH, HEAD, HIDDEN_RATIO, QUERIES_PER_KEY = 2048, 64, 4, 4
VOCABULARY, SEQUENCES, LENGTH = 2048, 4, 512
LOUD_FEATURES, LOUDNESS = 16, 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--blocks", type=int, default=1)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--evaluation", type=int, default=0)
    arguments = parser.parse_args()
    width, hidden = arguments.width, HIDDEN_RATIO * arguments.width
    heads = width // HEAD
    key_heads = heads // QUERIES_PER_KEY
    random = np.random.default_rng(1)
    nodes: list[dict] = []

    def add(name: str, op: str, *inputs: str, **attributes: object) -> str:
        nodes.append({"name": name, "op": op, "inputs": list(inputs), **attributes})
        return name

    with h5py.File(arguments.out, "w") as file:
        file.attrs.update({"format": "axescope-dump", "version": 1, "model": "Llama-3.2-1B block, random weights",
                           "task": "none"})

        def linear(name: str, outputs: int, inputs: int, source: str) -> str:
            group = file.create_group(f"layers/{name}")
            group.attrs.update({"kind": "linear", "axis_order": "OI"})
            group["weight"] = (random.standard_normal((outputs, inputs), dtype=np.float32) / np.float32(inputs) ** 0.5)
            return add(name, "linear", source, layer=name)

        table = random.standard_normal((VOCABULARY, width), dtype=np.float32)
        gain = np.ones(width, np.float32)
        gain[random.choice(width, LOUD_FEATURES, replace=False)] = LOUDNESS
        file["params/embedding"] = table
        file["params/norm"] = gain
        x = add("tokens", "embedding", "x", params={"weight": "embedding"})
        for block in range(arguments.blocks):
            own = f"blocks.{block}."
            norm = add(own + "input_norm", "rms_norm", x, eps=1e-5, params={"weight": "norm"})
            q = linear(own + "q_proj", width, width, norm)
            k = linear(own + "k_proj", key_heads * HEAD, width, norm)
            v = linear(own + "v_proj", key_heads * HEAD, width, norm)
            attention = add(own + "attention", "attention", q, k, v, heads=heads, kv_heads=key_heads, causal=True,
                            rope={"theta": 500000.0, "dims": HEAD, "interleaved": False})
            x = add(own + "attended", "add", x, linear(own + "o_proj", width, width, attention))
            norm = add(own + "output_norm", "rms_norm", x, eps=1e-5, params={"weight": "norm"})
            gate = add(own + "gate", "silu", linear(own + "gate_proj", hidden, width, norm))
            product = add(own + "product", "mul", gate, linear(own + "up_proj", hidden, width, norm))
            x = add(own + "y", "add", x, linear(own + "down_proj", width, hidden, product))
        file["graph"] = json.dumps({"inputs": ["x"], "outputs": [x], "nodes": nodes})
        file["calibration/inputs"] = random.integers(0, VOCABULARY, (SEQUENCES, LENGTH), dtype=np.int32)
        if arguments.evaluation > 0:
            sequences = (arguments.evaluation, LENGTH)
            file["eval/inputs"] = random.integers(0, VOCABULARY, sequences, dtype=np.int32)


if __name__ == "__main__":
    main()
