# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the command line share: a folder of their own, running the program, and what every run must obey."""
from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

import h5py
import numpy as np

CLI = os.environ.get("AXESCOPE_CLI", "")


def _usual_signals() -> None:
    """A test runner in the background ignores Ctrl-C, and the program respects that: here it must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@unittest.skipUnless(CLI, "AXESCOPE_CLI does not name the command-line program")
class CliCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def path(self, name: str) -> Path:
        return self.folder / name

    def start(self, *arguments: Any, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen([CLI, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                preexec_fn=_usual_signals, **options)

    def run_cli(self, *arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
        run = subprocess.run([CLI, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)
        self.assertNotIn("HDF5-DIAG", run.stdout + run.stderr)
        return run

    def succeed(self, *arguments: Any) -> str:
        """Standard output of a run that must succeed."""
        run = self.run_cli(*arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def refuse(self, status: int, *arguments: Any, says: tuple[str, ...] = (), **options: Any) -> str:
        """The one line a run that must fail writes to standard error; it leaves no file behind."""
        before = self.files()
        run = self.run_cli(*arguments, **options)
        self.assertEqual(run.returncode, status, f"{run.stdout}\n{run.stderr}")
        self.assertEqual(run.stdout, "")
        self.assertTrue(run.stderr.startswith("axescope-cli: "), run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        for text in says:
            self.assertIn(text, run.stderr)
        self.assertEqual(self.files(), before)
        return run.stderr

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def assert_no_leftovers(self) -> None:
        self.assertEqual([name for name in self.files() if "tmp" in name or name.endswith(".lock")], [])


def points(path: Path) -> np.ndarray:
    """/points of a results file as a structured array."""
    with h5py.File(path, "r") as file:
        return file["points"][()]


def finished_points(path: Path) -> int:
    """How many points a sweep has finished: the rows of its file, which must open, and those that the journal adds."""
    count = len(points(path)) if path.exists() else 0
    try:
        lines = path.with_name(path.name + ".journal").read_bytes().split(b"\n")[1:-1]
    except FileNotFoundError:
        lines = []
    return max([count, *(json.loads(line)["row"] + 1 for line in lines)])


def comparable(rows: np.ndarray) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, without the time they took; NaN as None."""
    names = [name for name in rows.dtype.names if name != "seconds"]

    def plain(value: Any) -> Any:
        return None if isinstance(value, np.floating) and np.isnan(value) else value.item()

    return sorted((tuple(plain(row[name]) for name in names) for row in rows), key=repr)


def read_csv(path: Path) -> tuple[str, list[dict[str, str]]]:
    """The provenance line and the rows of a CSV."""
    lines = path.read_text().splitlines()
    return lines[0], list(csv.DictReader(lines[1:]))
