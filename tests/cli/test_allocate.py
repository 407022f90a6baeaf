# SPDX-License-Identifier: GPL-3.0-or-later
"""`allocate`: widths for each layer, as a study that sweep runs."""
from __future__ import annotations

import json
import pathlib
import unittest

from cli_case import CliCase, points

DIGITS = pathlib.Path(__file__).resolve().parents[2] / "samples" / "digits-cnn.h5"
FAST = ("--samples", "32", "--calibration-samples", "32")


class AllocateTest(CliCase):
    def test_allocated_widths_are_swept_at_the_costs_they_promise(self) -> None:
        study = self.path("mixed.json")
        run = self.succeed("allocate", str(DIGITS), "--inner-bits", "10:16:2", "--activation-bits", "4,8", "--tile", "32",
                           "--points", "4", *FAST, "--out", study)
        promised = [float(line.split()[0]) for line in run.splitlines()[1:] if line[:1] == " "]
        with open(study, encoding="utf-8") as file:
            overrides = json.load(file)["settings"]["overrides"]
        self.assertEqual(len(promised), len(overrides))
        self.assertGreater(len(overrides), 1)
        self.succeed("sweep", str(DIGITS), "--study", study, "--eval-samples", "32", "--out", self.path("r.h5"))
        rows = points(self.path("r.h5"))
        self.assertEqual(sorted(text.decode() for text in rows["overrides"]), sorted(overrides))
        self.assertEqual(set(rows["guaranteed"]), {1})
        for cost, measured in zip(promised, sorted(rows["mean_inner_bits"])):
            self.assertAlmostEqual(cost, measured, delta=6e-4)

    def test_what_is_no_width_has_one_value(self) -> None:
        run = self.run_cli("allocate", str(DIGITS), "--algorithm", "gpfq,optq", "--out", self.path("s.json"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("--algorithm: expected one value", run.stderr)
        self.assertFalse(pathlib.Path(self.path("s.json")).exists())

    def test_an_unknown_cost_is_refused_with_the_known_ones(self) -> None:
        run = self.run_cli("allocate", str(DIGITS), "--cost", "price", "--inner-bits", "16", *FAST, "--out",
                           self.path("s.json"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("mean_weight_bits", run.stderr)
        self.assertFalse(pathlib.Path(self.path("s.json")).exists())


if __name__ == "__main__":
    unittest.main()
