# SPDX-License-Identifier: GPL-3.0-or-later
"""Write transformer blocks of Llama-3.2-1B's shape with random weights, to time `quantize` at that size.

    python3 tests/bench/make_llama_block.py block.h5 [--blocks N]
    /usr/bin/time -v axescope-cli quantize block.h5 --algorithm optq --constraint axe --weight-bits 4 \
        --activation-bits 8 --tile 128 --inner-bits 16 --out quantized.h5

2,048 tokens in sequences of 512 pass an embedding, RMSNorm, grouped-query attention with rotary positions and the
gated feed-forward network. Activations have a few loud features, as those of language models do.
"""
from __future__ import annotations

import argparse
import json

import h5py
import numpy as np

WIDTH, HIDDEN, HEADS, KEY_HEADS = 2048, 8192, 32, 8
VOCABULARY, SEQUENCES, LENGTH = 2048, 4, 512
LOUD_FEATURES, LOUDNESS = 16, 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--blocks", type=int, default=1)
    arguments = parser.parse_args()
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

        table = random.standard_normal((VOCABULARY, WIDTH), dtype=np.float32)
        gain = np.ones(WIDTH, np.float32)
        gain[random.choice(WIDTH, LOUD_FEATURES, replace=False)] = LOUDNESS
        file["params/embedding"] = table
        file["params/norm"] = gain
        x = add("tokens", "embedding", "x", params={"weight": "embedding"})
        head = WIDTH // HEADS
        for block in range(arguments.blocks):
            own = f"blocks.{block}."
            norm = add(own + "input_norm", "rms_norm", x, eps=1e-5, params={"weight": "norm"})
            q = linear(own + "q_proj", WIDTH, WIDTH, norm)
            k = linear(own + "k_proj", KEY_HEADS * head, WIDTH, norm)
            v = linear(own + "v_proj", KEY_HEADS * head, WIDTH, norm)
            attention = add(own + "attention", "attention", q, k, v, heads=HEADS, kv_heads=KEY_HEADS, causal=True,
                            rope={"theta": 500000.0, "dims": head, "interleaved": False})
            x = add(own + "attended", "add", x, linear(own + "o_proj", WIDTH, WIDTH, attention))
            norm = add(own + "output_norm", "rms_norm", x, eps=1e-5, params={"weight": "norm"})
            gate = add(own + "gate", "silu", linear(own + "gate_proj", HIDDEN, WIDTH, norm))
            product = add(own + "product", "mul", gate, linear(own + "up_proj", HIDDEN, WIDTH, norm))
            x = add(own + "y", "add", x, linear(own + "down_proj", WIDTH, HIDDEN, product))
        file["graph"] = json.dumps({"inputs": ["x"], "outputs": [x], "nodes": nodes})
        file["calibration/inputs"] = random.integers(0, VOCABULARY, (SEQUENCES, LENGTH), dtype=np.int32)


if __name__ == "__main__":
    main()
