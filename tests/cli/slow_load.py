# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads that researchers bring: a dump of 8 GB, a thousand layers, a hundred thousand channels, a million points, and ten
minutes of points in one process. Prints what each took; fails where memory grows or a limit of it is broken.

AXESCOPE_SOAK_SECONDS changes the length of the soak.
"""
from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cli_case import CLI, CliCase, points
from small_dumps import write_cnn

MIB = 1 << 20
SOAK_SECONDS = float(os.environ.get("AXESCOPE_SOAK_SECONDS", "600"))


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def high_water_mark(pid: int) -> int:
    """Of the program only: what wait4() tells begins with what this process held when it started the program."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    mark = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(mark[1]) * 1024 if mark else 0


def dump(path: Path) -> h5py.File:
    file = h5py.File(path, "w")
    file.attrs.update({"format": "axescope-dump", "version": 1, "model": path.stem, "task": "none"})
    return file


def add_layer(file: h5py.File, name: str, weight: Any) -> h5py.Group:
    group = file.create_group(f"layers/{name}")
    group.attrs.update({"kind": "linear", "axis_order": "OI"})
    group["weight"] = weight
    return group


class LoadTest(CliCase):
    def peak(self, *arguments: Any) -> tuple[float, int]:
        """Seconds and MiB at the peak."""
        before = time.monotonic()
        highest = 0
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen([CLI, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=errors)
            while process.poll() is None:
                highest = max(highest, high_water_mark(process.pid))
                time.sleep(0.002)
            errors.seek(0)
            self.assertEqual(process.returncode, 0, errors.read())
        return time.monotonic() - before, highest // MIB

    def report(self, what: str, seconds: float, mebibytes: int) -> None:
        print(f"\n{what}: {seconds:.1f} s, {mebibytes} MiB at the peak", flush=True)

    def test_a_dump_of_8_gb_is_swept_within_a_gib_and_a_half(self) -> None:
        """Inputs of 8 GB that are mostly holes: read in full, stored as almost nothing."""
        path = self.path("large.h5")
        samples, k = 2_000_000, 1024  # 8.2 GB as float32
        random = np.random.default_rng(3)
        with dump(path) as file:
            group = add_layer(file, "dense", random.normal(size=(64, k)).astype(np.float32))
            creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            creation.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
            space = h5py.h5s.create_simple((samples, k))
            inputs = h5py.Dataset(h5py.h5d.create(group.id, b"input", h5py.h5t.IEEE_F32LE, space, creation))
            for first in (0, samples - 4096):
                inputs[first:first + 4096] = random.normal(size=(4096, k)).astype(np.float32)
        self.assertGreater(samples * k * 4, 8 * 10**9)
        self.assertLess(path.stat().st_blocks * 512, 100 * MIB, "this file system knows no holes")
        seconds, mebibytes = self.peak("info", path)
        self.report("info of a dump of 8.2 GB", seconds, mebibytes)
        self.assertLess(mebibytes, 500)
        seconds, mebibytes = self.peak("sweep", path, "--algorithm", "gpfq", "--inner-bits", "16", "--tile", "64", "--out",
                                       self.path("r.h5"))
        self.report("sweep over a dump of 8.2 GB", seconds, mebibytes)
        self.assertLess(mebibytes, 1536)
        self.assertEqual(list(points(self.path("r.h5"))["failure"]), [b""] * len(points(self.path("r.h5"))))

    def test_a_thousand_layers(self) -> None:
        path = self.path("deep.h5")
        random = np.random.default_rng(4)
        with dump(path) as file:
            for number in range(1000):
                group = add_layer(file, f"layer{number}", random.normal(size=(16, 32)).astype(np.float32))
                group["input"] = random.normal(size=(64, 32)).astype(np.float32)
        self.report("info of 1,000 layers", *self.peak("info", path))
        self.report("sweep of 1,000 layers, 4 points", *self.peak(
            "sweep", path, "--algorithm", "gpfq", "--inner-bits", "12,16", "--tile", "16,full", "--out",
            self.path("r.h5")))
        with h5py.File(self.path("r.h5")) as file:
            self.assertEqual(len(file["layer_points"]) % 1000, 0)
            self.assertFalse(any(file["points"]["failure"]))

    def test_a_hundred_thousand_channels(self) -> None:
        path = self.path("wide.h5")
        random = np.random.default_rng(5)
        with dump(path) as file:
            group = add_layer(file, "wide", random.normal(size=(100_000, 64)).astype(np.float32))
            group["input"] = random.normal(size=(256, 64)).astype(np.float32)
        self.report("sweep of 100,000 channels", *self.peak(
            "sweep", path, "--algorithm", "optq", "--inner-bits", "14,16", "--tile", "32", "--out", self.path("r.h5")))
        self.assertFalse(any(points(self.path("r.h5"))["failure"]))
        self.report("quantize 100,000 channels", *self.peak(
            "quantize", path, "--inner-bits", "16", "--tile", "32", "--out", self.path("q.h5")))
        self.report("certify 100,000 channels", *self.peak("certify", self.path("q.h5")))

    def test_a_million_points_are_read_and_their_front_found(self) -> None:
        """Rows of a real sweep, again and again with other metrics."""
        dump_path, path = self.path("cnn.h5"), self.path("r.h5")
        write_cnn(dump_path)
        self.succeed("sweep", dump_path, "--algorithm", "rtn", "--inner-bits", "8:20", "--tile", "8,16,full", "--out", path)
        with h5py.File(path, "r+") as file:
            rows = np.resize(file["points"][()], 1_000_000)
            random = np.random.default_rng(6)
            rows["accuracy"] = random.random(len(rows))
            del file["points"], file["layer_points"]
            file.create_dataset("points", data=rows, chunks=(8192,), compression=1)
        seconds, mebibytes = self.peak("pareto", path, "--x", "accumulator_bits", "--y", "accuracy")
        self.report("the front of 1,000,000 points", seconds, mebibytes)
        self.assertLess(mebibytes, 8192)

    def test_memory_is_flat_over_a_long_sweep(self) -> None:
        """Points whose codes all differ, so that each is worked out anew: what a sweep of days does, in small."""
        path = self.path("cnn.h5")
        write_cnn(path)
        process = self.start("sweep", path, "--algorithm", "gpfq,optq,optq-corrected", "--constraint", "axe,none",
                             "--damping", ",".join(f"{0.001 * i:.3f}" for i in range(1, 400)), "--inner-bits", "8:24",
                             "--tile", "8,16,32,full", "--weight-bits", "3:6", "--refine", "4", "--out", self.path("r.h5"), "--quiet",
                             "--memory", "256MiB")
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while process.poll() is None and not self.path("r.h5").exists():
            time.sleep(0.1)
        started = time.monotonic()
        sizes: list[tuple[float, int, int]] = []
        while process.poll() is None and time.monotonic() - started < SOAK_SECONDS:
            time.sleep(min(20.0, SOAK_SECONDS / 20))
            if process.poll() is None:
                sizes.append((time.monotonic() - started, resident(process.pid) // MIB, self.path("r.h5").stat().st_size))
        self.assertIsNone(process.poll(), "the sweep is long enough")
        process.terminate()
        _, errors = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, errors)
        count = len(points(self.path("r.h5")))
        print(f"\nsoak of {SOAK_SECONDS:.0f} s, {count} points; seconds, MiB held, bytes of the results file:")
        for seconds, mebibytes, size in sizes:
            print(f"  {seconds:6.0f}  {mebibytes:5d}  {size}")
        # What the points themselves take is kept on purpose: some kilobytes each, all copies together.
        settled = [mebibytes for _, mebibytes, _ in sizes[len(sizes) // 4:]]
        self.assertLess(settled[-1] - settled[0], 64 + count * 10 / 1024)


if __name__ == "__main__":
    unittest.main()
