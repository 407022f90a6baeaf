# SPDX-License-Identifier: GPL-3.0-or-later
"""Images a second of a dump's network: PyTorch's float forward beside the guaranteed W8A8 evaluation of axescope-cli.

Both get the same number of threads and alternate, so that a busy machine slows both; what is printed are medians.
PyTorch runs the forward pass alone, on data in memory; ours is a whole evaluation, with certificates and accuracy.
PyTorch's threads wait for each other within every layer: with more threads than idle processors it falls far behind,
and --threads 1 is the fair comparison.

    python3 pytorch_forward.py DUMP [--cli build/release/axescope-cli] [--threads N] [--pairs N] [--batch N]
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "exporter"))

from replay_dump import replay  # noqa: E402: found through the path above


def pytorch_rate(dump: Path, images: np.ndarray, batch: int) -> float:
    """Images a second of one float forward pass over all images."""
    start = time.perf_counter()
    replay(dump, images, batch)
    return len(images) / (time.perf_counter() - start)


def axescope_rate(cli: Path, dump: Path, threads: int) -> float:
    """Images a second of one guaranteed W8A8 evaluation, as `axescope-cli bench` measures it."""
    command = [cli, "bench", "--model", dump, "--only", "evaluation/w8a8", "--threads", threads, "--repetitions", 1, "--json"]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    (row,) = json.loads(run.stdout)["workloads"]
    assert row["unit"] == "images"
    return float(row["rate"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--cli", type=Path, default=ROOT / "build" / "release" / "axescope-cli")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64, help="images at a time, for PyTorch (default: 64)")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    with h5py.File(options.dump, "r") as file:
        images = file["eval/inputs"][()]
    replay(options.dump, images[:options.batch], options.batch)  # first touches are nobody's time
    pytorch, ours = [], []
    for _ in range(options.pairs):
        pytorch.append(pytorch_rate(options.dump, images, options.batch))
        ours.append(axescope_rate(options.cli, options.dump, options.threads))
    ratio = statistics.median(a / b for a, b in zip(ours, pytorch))
    print(f"{options.dump.name}, {len(images)} images, threads: {options.threads}, pairs: {options.pairs}")
    print(f"  PyTorch {torch.__version__} float forward      {statistics.median(pytorch):8.0f} images/s")
    print(f"  axescope-cli guaranteed W8A8      {statistics.median(ours):8.0f} images/s")
    print(f"  {ratio:.2f} times as many, median of the pairs")


if __name__ == "__main__":
    main()
