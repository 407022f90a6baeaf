# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the committed samples: their scripts make them again, and they are what their README says."""
from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
sys.path.insert(0, str(HERE))

from replay_dump import accuracy  # noqa: E402

LEAST_ACCURACY = 0.97


def contents(path: Path) -> dict[str, np.ndarray]:
    """Every dataset and attribute of a file by its name."""
    found: dict[str, np.ndarray] = {}

    def visit(name: str, item: h5py.HLObject) -> None:
        found.update({f"{name}@{key}": np.asarray(value) for key, value in item.attrs.items()})
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item[()])

    with h5py.File(path, "r") as file:
        visit("", file)
        file.visititems(visit)
    return found


def make_twice(script: str, folder: str) -> list[Path]:
    """Two files made by two runs of a script at the same time."""
    paths = [Path(folder) / f"{i}.h5" for i in range(2)]
    runs = [subprocess.Popen([sys.executable, SAMPLES / script, path], stdout=subprocess.DEVNULL) for path in paths]
    if any([run.wait() for run in runs]):
        raise AssertionError(f"{script} failed")
    return paths


class FirBankTest(unittest.TestCase):
    def test_is_made_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second = make_twice("make_fir_bank.py", folder)
            self.assertEqual(first.read_bytes(), second.read_bytes())
            made, committed = contents(first), contents(SAMPLES / "fir-bank.h5")
        self.assertEqual(made.keys(), committed.keys())
        for name, values in committed.items():
            if values.dtype.kind == "f":
                # Signals may differ by one step of their 16-bit converter, where another sine rounds the other way.
                tolerance = 2 ** -15 if name.endswith("input") else 1e-6
                np.testing.assert_allclose(made[name], values, rtol=0, atol=tolerance)
            else:
                np.testing.assert_array_equal(made[name], values)

    def test_windows_overlap(self) -> None:
        with h5py.File(SAMPLES / "fir-bank.h5", "r") as file:
            for name, hop, shape in (("fir_bank", 4, (64, 256)), ("fir_bank_long", 8, (32, 512))):
                windows = file[f"layers/{name}/input"][()]
                self.assertEqual(file[f"layers/{name}/weight"].shape, shape)
                np.testing.assert_array_equal(windows[1:, :-hop], windows[:-1, hop:])


class DigitsCnnTest(unittest.TestCase):
    def test_is_made_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second = make_twice("make_digits_cnn.py", folder)
            self.assertEqual(first.read_bytes(), second.read_bytes())
            self.assertGreaterEqual(accuracy(first), LEAST_ACCURACY)
            made, committed = contents(first), contents(SAMPLES / "digits-cnn.h5")
        self.assertEqual(made.keys(), committed.keys())
        for name, values in committed.items():
            self.assertEqual((made[name].shape, made[name].dtype), (values.shape, values.dtype), name)
            if not name.startswith("layers/") or "@" in name:  # training may differ in the last bits elsewhere
                np.testing.assert_array_equal(made[name], values, name)

    def test_accuracy_of_the_committed_file(self) -> None:
        self.assertGreaterEqual(accuracy(SAMPLES / "digits-cnn.h5"), LEAST_ACCURACY)


if __name__ == "__main__":
    unittest.main()
