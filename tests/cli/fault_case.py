# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of faults share: a sweep to disturb, what it must come to in the end, and a count of what was tried."""
from __future__ import annotations

import collections
import re
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import h5py
import numpy as np

from cli_case import CliCase, comparable, finished_points, points
from small_dumps import write_layers

POINTS = 96
SETTINGS = ("--algorithm", "optq,gpfq", "--constraint", "axe", "--inner-bits", "12:23", "--tile",
            "32,64,128,full", "--refine", "4", "--threads", "2")

Row = tuple[Any, ...]


class Tally:
    """By kind of fault: how often it was tried, what was there to be lost, and what was lost."""
    counts: dict[str, collections.Counter[str]] = {}

    @classmethod
    def add(cls, fault: str, points_at_stake: int, lost: int) -> None:
        counter = cls.counts.setdefault(fault, collections.Counter())
        counter.update({"tried": 1, "survived": int(lost == 0), "points": points_at_stake, "lost": lost})


def exact(rows: np.ndarray) -> set[str]:
    """Each row with every bit of it, the time it took included: a point that was run again is another row."""
    return {repr(tuple(row.item())) for row in rows}


class FaultCase(CliCase):
    undisturbed: list[Row] = []  # of this process: the same for all tests

    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("layers.h5")
        self.out = self.path("results.h5")
        write_layers(self.dump, samples=512, k=384, channels=256)

    def sweep(self, *more: Any, out: Path | None = None) -> list[Any]:
        return ["sweep", self.dump, *SETTINGS, "--out", out or self.out, *more]

    def uninterrupted(self) -> list[Row]:
        """The rows of a sweep that nothing disturbs."""
        if not FaultCase.undisturbed:
            out = self.path("uninterrupted.h5")
            self.succeed(*self.sweep(out=out))
            FaultCase.undisturbed = comparable(points(out))
            out.unlink()
        self.assertEqual(len(FaultCase.undisturbed), POINTS)
        return FaultCase.undisturbed

    def finished(self) -> int:
        """Points that a killed process left."""
        return finished_points(self.out)

    @staticmethod
    def told(errors: str) -> int:
        """How many points a process said to be finished."""
        return max((int(done) for done in re.findall(r"(\d+)/\d+ points", errors)), default=0)

    def wait(self, until: Callable[[], bool], what: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if until():
                return
            time.sleep(0.002)
        self.fail(f"no {what} after {seconds} s")

    def wait_for_points(self, count: int, process: subprocess.Popen[str]) -> None:
        self.wait(lambda: process.poll() is not None or self.finished() >= count, f"{count} points")
        if process.poll() is not None:
            self.fail(f"the sweep ended: {process.communicate()}")

    def finish(self, expected: list[Row]) -> None:
        """Resumed, the sweep comes to what an undisturbed one comes to, and leaves nothing else behind."""
        self.succeed(*self.sweep("--resume"))
        self.assertEqual(comparable(points(self.out)), expected)
        self.assert_no_leftovers()
        self.assertFalse(self.out.with_name("results.h5.journal").exists())
