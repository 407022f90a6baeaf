# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the committed samples: their scripts make them again, and they are what their README says."""
from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
sys.path.insert(0, str(HERE))

from replay_dump import accuracy, perplexity  # noqa: E402

LEAST_ACCURACY = 0.97
LICENCES = Path("/usr/share/common-licenses")


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


class DigitsTest:
    """What both networks on digits promise; NAME is the sample's."""
    NAME: str

    def test_is_made_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first, second = make_twice(f"make_{self.NAME.replace('-', '_')}.py", folder)
            self.assertEqual(first.read_bytes(), second.read_bytes())
            self.assertGreaterEqual(accuracy(first), LEAST_ACCURACY)
            made, committed = contents(first), contents(self.path())
        self.assertEqual(made.keys(), committed.keys())
        for name, values in committed.items():
            self.assertEqual((made[name].shape, made[name].dtype), (values.shape, values.dtype), name)
            trained = name.startswith(("layers/", "params/")) and "@" not in name
            if not trained:  # training may differ in the last bits elsewhere
                np.testing.assert_array_equal(made[name], values, name)

    def test_accuracy_of_the_committed_file_is_what_the_readme_says(self) -> None:
        line = next(line for line in (SAMPLES / "README.md").read_text().splitlines()
                    if line.startswith(f"| `{self.NAME}.h5` |"))
        stated = re.search(r"accuracy (\d+\.\d+) %", line)
        self.assertAlmostEqual(100 * accuracy(self.path()), float(stated[1]), delta=0.2)

    def path(self) -> Path:
        return SAMPLES / f"{self.NAME}.h5"


class DigitsCnnTest(DigitsTest, unittest.TestCase):
    NAME = "digits-cnn"


class DigitsMobileNetTest(DigitsTest, unittest.TestCase):
    NAME = "digits-mobilenet"

    def test_depthwise_and_pointwise_layers_keep_their_batch_norms(self) -> None:
        with h5py.File(self.path(), "r") as file:
            nodes = json.loads(file["graph"].asstr()[()])["nodes"]
            kinds = Counter((layer.attrs.get("groups", 1), layer["weight"].shape[2:])
                            for layer in file["layers"].values())
        self.assertEqual(kinds, {(1, (3, 3)): 1, (1, (1, 1)): 5, (1, ()): 1, (16, (3, 3)): 1, (32, (3, 3)): 1,
                                 (48, (3, 3)): 2, (96, (3, 3)): 1})
        layers = {node["name"] for node in nodes if node["op"] == "conv2d"}
        norms = [node["inputs"][0] for node in nodes if node["op"] == "batch_norm"]
        self.assertEqual((len(norms), set(norms)), (11, layers))
        self.assertEqual(sum(node["op"] == "add" for node in nodes), 2)

    def test_size(self) -> None:
        self.assertLess(self.path().stat().st_size, 1_000_000)


class TextLmTest(unittest.TestCase):
    PATH = SAMPLES / "text-lm.h5"

    def test_perplexity_is_what_the_readme_says(self) -> None:
        stated = re.search(r"perplexity (\d+\.\d+) per character", (SAMPLES / "README.md").read_text())
        assert stated is not None
        self.assertAlmostEqual(perplexity(self.PATH), float(stated[1]), delta=0.01)

    def test_sizes(self) -> None:
        self.assertLess(self.PATH.stat().st_size, 3_000_000)
        shapes = {"attn.c_attn": (384, 128), "attn.c_proj": (128, 128), "mlp.c_fc": (512, 128),
                  "mlp.c_proj": (128, 512)}
        expected = {f"transformer.h.{i}.{name}": shape for i in range(3) for name, shape in shapes.items()}
        with h5py.File(self.PATH, "r") as file:
            self.assertEqual({name: layer["weight"].shape for name, layer in file["layers"].items()},
                             {**expected, "lm_head": (128, 128)})
            self.assertEqual({layer["weight"].dtype for layer in file["layers"].values()}, {np.dtype(np.float16)})
            for name in ("calibration/inputs", "eval/inputs"):
                self.assertEqual((file[name].shape, file[name].dtype), ((64, 128), np.int32))

    def test_evaluation_is_this_programs_own_licence(self) -> None:
        text = (SAMPLES.parent / "LICENSE").read_text()
        with h5py.File(self.PATH, "r") as file:
            sequences = [bytes(ids.astype(np.uint8)).decode("ascii") for ids in file["eval/inputs"]]
        places = [text.find(sequence) for sequence in sequences]
        self.assertEqual((places[0], places[-1]), (0, len(text) - 128))
        self.assertTrue(all(later - earlier >= 128 for earlier, later in zip(places, places[1:])))

    @unittest.skipUnless(LICENCES.is_dir(), f"{LICENCES} is on Debian only")
    def test_its_script_makes_all_but_the_weights_again(self) -> None:
        """Training takes minutes: two steps give other weights, everything else is the same."""
        shorter = ("import make_text_lm, pathlib, sys\n"
                   "make_text_lm.STEPS = 2\n"
                   "make_text_lm.main(pathlib.Path(sys.argv[1]))")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "text-lm.h5"
            subprocess.run([sys.executable, "-B", "-c", shorter, path], cwd=SAMPLES, check=True,
                           stdout=subprocess.DEVNULL)
            made, committed = contents(path), contents(self.PATH)
        self.assertEqual(made.keys(), committed.keys())
        for name, values in committed.items():
            self.assertEqual((made[name].shape, made[name].dtype), (values.shape, values.dtype), name)
            if values.dtype != np.float16:
                np.testing.assert_array_equal(made[name], values, name)


if __name__ == "__main__":
    unittest.main()
