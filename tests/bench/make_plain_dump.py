# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a dump of linear layers with random weights and inputs, as large as wanted, for measuring how fast it is read.

usage: make_plain_dump.py OUT.h5 [--megabytes N] [--deflate]
Without --deflate tensors lie in the file as they are: the fastest files to read.
"""
import argparse

import h5py
import numpy as np

K, SAMPLES = 1024, 2048


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--deflate", action="store_true")
    options = parser.parse_args()
    storage = {"chunks": (256, K), "shuffle": True, "compression": 4} if options.deflate else {}
    random = np.random.default_rng(1)
    with h5py.File(options.out, "w") as file:
        file.attrs.update(format="axescope-dump", version=1)
        for number in range(max(1, options.megabytes * 2**20 // (4 * K * (K + SAMPLES)))):
            layer = file.create_group(f"layers/fc{number:02}")
            layer.attrs.update(kind="linear", axis_order="OI")
            layer.create_dataset("weight", data=random.standard_normal((K, K), np.float32), **storage)
            layer.create_dataset("input", data=random.standard_normal((SAMPLES, K), np.float32), **storage)


if __name__ == "__main__":
    main()
