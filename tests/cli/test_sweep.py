# SPDX-License-Identifier: GPL-3.0-or-later
"""`sweep`: every kind of file, results and CSV, resuming, threads, failures."""
from __future__ import annotations

import contextlib
import json
import os
import pty
import resource
import subprocess
import unittest
from pathlib import Path

import h5py
import numpy as np

from cli_case import CLI, CliCase, comparable, points, read_csv
from small_dumps import (EVALUATION_SAMPLES, WRONG_LABELS, add_linear, write_cnn, write_layers, write_uncalibrated_cnn,
                         write_weights)

COLUMNS = ["algorithm", "constraint", "weight_bits", "activation_bits", "inner_bits", "outer_bits", "tile", "overflow",
           "activation", "activation_range", "percentile", "activation_dynamic", "weight_scale", "group_scale", "refine",
           "training_steps", "preprocess", "magr_alpha", "weight_range", "act_order", "damping",
           "error_reference", "slack", "propagate", "layers", "last_layer", "skip_layers", "skip_bits", "overrides",
           "eval_samples", "calibration_samples", "seed", "accuracy", "float_accuracy", "perplexity",
           "float_perplexity", "perplexity_ratio", "error", "sqnr_db", "overflow_rate", "guaranteed", "max_budget_use",
           "sparsity", "mac_count", "parameters", "inner_bits_used", "outer_bits_used", "mean_weight_bits",
           "mean_activation_bits", "mean_inner_bits", "accumulator_bits", "seconds", "failure"]
MEMORY_LIMIT = 3 << 30


def limit_memory() -> None:
    """Enough for the program, too little for the statistics of a layer with 30,000 inputs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


SMALL = ("--algorithm", "gpfq,optq", "--constraint", "none,axe", "--inner-bits", "10:14:2", "--tile", "16,full")


class NetworkSweepTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("cnn.h5")
        self.out = self.path("results.h5")
        write_cnn(self.dump)

    def test_results_are_read_in_a_few_lines(self) -> None:
        self.succeed("sweep", self.dump, *SMALL, "--out", self.out, "--csv", self.path("results.csv"))
        with h5py.File(self.out, "r") as file:
            self.assertEqual(file.attrs["format"], "axescope-results")
            rows = file["points"][()]
            self.assertIn("inner_bits", file["provenance/settings"].asstr()[()])
            self.assertEqual(len(file["provenance"].attrs["input_sha256"]), 64)
        self.assertEqual(list(rows.dtype.names)[:8], COLUMNS[:8])
        self.assertTrue(set(COLUMNS) <= set(rows.dtype.names))
        self.assertEqual(len(rows), 24)
        self.assertEqual(set(rows["failure"]), {b""})
        self.assertTrue(np.all(rows["float_accuracy"] == 1 - WRONG_LABELS / EVALUATION_SAMPLES))
        constrained = rows[rows["constraint"] == b"axe"]
        self.assertTrue(np.all(constrained["guaranteed"] == 1))
        self.assertTrue(np.all(constrained["overflow_rate"] == 0))
        self.assertTrue(np.all(constrained["max_budget_use"] <= 1))
        wide = rows[(rows["inner_bits"] == 14) & (rows["tile"] == 16)]
        self.assertGreater(wide["accuracy"].max(), 0.7)

    def test_csv_has_the_same_rows(self) -> None:
        self.succeed("sweep", self.dump, *SMALL, "--out", self.out, "--csv", self.path("results.csv"))
        provenance, rows = read_csv(self.path("results.csv"))
        self.assertTrue(provenance.startswith("# {"))
        self.assertEqual(json.loads(provenance[2:])["input"], "cnn.h5")
        self.assertTrue(set(COLUMNS) <= set(rows[0]))
        stored = points(self.out)
        self.assertEqual([float(row["accuracy"]) for row in rows], list(stored["accuracy"]))
        self.assertEqual({row["outer_bits"] for row in rows}, {"auto"})
        self.assertEqual({row["tile"] for row in rows}, {"16", "full"})

    def test_rows_do_not_depend_on_threads(self) -> None:
        self.succeed("sweep", self.dump, *SMALL, "--out", self.out, "--threads", "1")
        self.succeed("sweep", self.dump, *SMALL, "--out", self.path("two.h5"), "--threads", "2")
        self.assertEqual(comparable(points(self.out)), comparable(points(self.path("two.h5"))))

    def test_the_table_marks_guaranteed_points(self) -> None:
        text = self.succeed("sweep", self.dump, *SMALL, "--weight-scale", "absmax,mse", "--out", self.out)
        self.assertIn("Accuracy in % by inner accumulator width (float 90.0 %)", text)
        self.assertIn("the best over weight_scale", text)
        lines = text.splitlines()
        axe = next(i for i, line in enumerate(lines) if line.startswith("gpfq") and " axe " in line)
        self.assertEqual(lines[axe].count("*"), 3)
        self.assertTrue(lines[-1].startswith("48 points, 0 failed, "))

    def test_default_sweep(self) -> None:
        text = self.succeed("sweep", self.dump, "--dry-run")
        self.assertEqual(text, "88 points: 1 preparation, 46 quantizations\n")
        self.assertEqual(self.succeed("sweep", self.dump, "--dry-run", "--inner-bits", "16").split(":")[0], "8 points")
        self.assertEqual(self.files(), ["cnn.h5"])

    def test_a_study_file_and_flags_over_it(self) -> None:
        study = self.path("study.json")
        study.write_text(json.dumps({"format": "axescope-study", "version": 1,
                                     "settings": {"algorithm": ["rtn"], "inner_bits": "10:12", "tile": [16]}}))
        self.succeed("sweep", self.dump, "--study", study, "--inner-bits", "13", "--act-order", "--out", self.out)
        rows = points(self.out)
        self.assertEqual([(row["algorithm"], row["inner_bits"], row["tile"]) for row in rows], [(b"rtn", 13, 16)])
        study.write_text('{"format": "axescope-study", "version": 1, "settings": {"inner_bit": 3}}')
        self.refuse(2, "sweep", self.dump, "--study", study, "--out", self.path("b.h5"), says=("study.json: inner_bit",))
        study.write_text("{")
        self.refuse(3, "sweep", self.dump, "--study", study, "--out", self.path("b.h5"), says=("study.json",))
        self.refuse(3, "sweep", self.dump, "--study", self.path("none.json"), "--out", self.path("b.h5"))

    def test_a_union_of_grids_measures_those_of_each(self) -> None:
        study = self.path("study.json")
        study.write_text(json.dumps({"format": "axescope-study", "version": 1,
                                     "settings": {"algorithm": "optq", "tile": 16},
                                     "union": [{"constraint": "none", "inner_bits": [12, 14]},
                                               {"constraint": "axe", "inner_bits": 13, "slack": "half"}]}))
        self.succeed("sweep", self.dump, "--study", study, "--out", self.out)
        rows = points(self.out)
        self.assertEqual(sorted((row["constraint"], row["inner_bits"], row["slack"]) for row in rows),
                         [(b"axe", 13, b"half"), (b"none", 12, b"floor"), (b"none", 14, b"floor")])
        self.assertEqual(self.succeed("sweep", self.dump, "--study", study, "--inner-bits", "15", "--dry-run").split(":")[0],
                         "2 points")  # a flag is for every grid
        self.refuse(2, "quantize", self.dump, "--study", study, "--out", self.path("q.h5"), says=("one value",))

    def test_presets_run_on_any_model(self) -> None:
        """Every eighth of a preset's widths or less: whole presets are for people with time."""
        folder = Path(__file__).resolve().parents[2] / "resources" / "presets"
        presets = sorted(folder.glob("*.json"))
        self.assertTrue(presets)
        for preset in presets:
            with self.subTest(preset=preset.name):
                out = self.path(preset.stem + ".h5")
                small = ("--weight-bits", "4", "--activation-bits", "6", "--inner-bits", "14", "--training-steps", "5",
                         "--eval-samples", "10", "--calibration-samples", "20")
                self.succeed("sweep", self.dump, "--study", preset, *small, "--quiet", "--out", out)
                self.assertEqual(set(points(out)["failure"]), {b""})

    def test_the_activation_range_is_an_axis(self) -> None:
        self.succeed("sweep", self.dump, "--algorithm", "optq", "--constraint", "none", "--inner-bits", "32", "--tile",
                     "full", "--activation", "asymmetric,centred,signed,unsigned", "--activation-bits", "4",
                     "--activation-range", "percentile,mse", "--percentile", "99,100", "--out", self.out)
        rows = points(self.out)
        self.assertEqual(len(rows), 4 * 3)  # the percentile is of no meaning for mse
        self.assertEqual({row["percentile"] for row in rows if row["activation_range"] == b"mse"}, {99.999})
        by_codes = {(row["activation"], row["activation_range"], row["percentile"]): row["error"] for row in rows}
        for codes in (b"asymmetric", b"centred"):
            self.assertLess(by_codes[codes, b"mse", 99.999], by_codes[codes, b"percentile", 100])
        self.assertNotEqual(by_codes[b"signed", b"mse", 99.999], by_codes[b"unsigned", b"mse", 99.999])

    def test_a_bare_switch_is_on(self) -> None:
        self.succeed("sweep", "--algorithm", "optq", "--constraint", "none", "--inner-bits", "16", "--tile", "full",
                     "--act-order", self.dump, "--out", self.out)
        self.assertEqual(list(points(self.out)["act_order"]), [b"on"])

    def test_quiet_says_nothing(self) -> None:
        run = self.run_cli("sweep", self.dump, *SMALL, "--out", self.out, "--quiet")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_progress_is_a_few_lines_away_from_a_terminal(self) -> None:
        run = self.run_cli("sweep", self.dump, *SMALL, "--out", self.out)
        lines = run.stderr.splitlines()
        self.assertTrue(2 <= len(lines) <= 10, run.stderr)
        self.assertTrue(lines[-1].startswith("24/24 points  100 %"), run.stderr)
        self.assertNotIn("\r", run.stderr)

    def test_progress_is_a_bar_on_a_terminal(self) -> None:
        screen, terminal = pty.openpty()
        run = subprocess.Popen([CLI, "sweep", str(self.dump), *SMALL, "--out", str(self.out)], stderr=terminal,
                               stdout=subprocess.DEVNULL)
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # what a terminal answers once its other end is closed
            while piece := os.read(screen, 4096):
                shown += piece
        os.close(screen)
        self.assertEqual(run.wait(), 0)
        lines = shown.decode().split("\r\x1b[K")
        self.assertRegex(lines[1], r"^\[-+\] 0/24 points  0 %  0:00 spent$")
        self.assertRegex(lines[-2], r"^\[#+\] 24/24 points  100 %  \d+:\d\d spent$")
        self.assertEqual(lines[-1], "")


class OtherFilesTest(CliCase):
    def test_layers_give_errors(self) -> None:
        write_layers(self.path("layers.h5"))
        text = self.succeed("sweep", self.path("layers.h5"), *SMALL, "--out", self.path("r.h5"))
        self.assertIn("Relative output error", text)
        rows = points(self.path("r.h5"))
        self.assertTrue(np.all(np.isnan(rows["accuracy"])))
        self.assertTrue(np.all((rows["error"] > 0) & (rows["error"] < 2)))

    def test_weights_alone_sweep_round_to_nearest(self) -> None:
        write_weights(self.path("weights.h5"))
        self.succeed("sweep", self.path("weights.h5"), "--out", self.path("r.h5"))
        rows = points(self.path("r.h5"))
        self.assertEqual(set(rows["algorithm"]), {b"rtn"})
        self.assertEqual(set(rows["guaranteed"]), {0, 1})

    def test_a_failed_point_does_not_stop_the_others(self) -> None:
        write_weights(self.path("weights.h5"))
        run = self.run_cli("sweep", self.path("weights.h5"), "--algorithm", "rtn,optq", "--constraint", "none",
                           "--tile", "full", "--out", self.path("r.h5"), "--csv", self.path("r.csv"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("11 points failed: weights.h5: layer 'first': expected calibration inputs", run.stderr)
        _, rows = read_csv(self.path("r.csv"))
        failed = [row for row in rows if row["algorithm"] == "optq"]
        self.assertEqual(len(failed), 11)
        self.assertTrue(all(row["failure"] and row["error"] == "" and row["guaranteed"] == "" for row in failed))

    def test_all_failed_is_its_own_status(self) -> None:
        write_weights(self.path("weights.h5"))
        run = self.run_cli("sweep", self.path("weights.h5"), "--algorithm", "optq", "--inner-bits", "12", "--tile",
                           "full", "--constraint", "none", "--out", self.path("r.h5"))
        self.assertEqual(run.returncode, 2)
        self.assertEqual(len(points(self.path("r.h5"))), 1)

    def test_all_failed_numerically(self) -> None:
        write_cnn(self.path("cnn.h5"))
        run = self.run_cli("sweep", self.path("cnn.h5"), "--algorithm", "optq", "--damping", "0",
                           "--calibration-samples", "1", "--inner-bits", "12", "--tile", "full", "--out",
                           self.path("r.h5"))
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("--damping", run.stderr)

    def test_a_budget_for_zeros_only_is_a_reason_on_its_points(self) -> None:
        write_weights(self.path("weights.h5"))
        run = self.run_cli("sweep", self.path("weights.h5"), "--algorithm", "rtn", "--constraint", "none,ep-init,axe",
                           "--inner-bits", "2,12", "--tile", "full", "--out", self.path("r.h5"), "--csv",
                           self.path("r.csv"))
        self.assertEqual(run.returncode, 0, run.stderr)
        _, rows = read_csv(self.path("r.csv"))
        self.assertEqual({(row["constraint"], row["inner_bits"]) for row in rows if row["failure"]},
                         {("ep-init", "2"), ("axe", "2")})
        reasons = {row["failure"] for row in rows if row["failure"]}
        self.assertEqual(reasons, {"weights.h5: layer 'first': expected an accumulator that holds one product with code "
                                   "±1, of at least 9 bits, found P_I = 2 bits with 8-bit activations"})

    def test_a_label_outside_the_classes_is_bad_input_everywhere(self) -> None:
        write_cnn(self.path("cnn.h5"))
        with h5py.File(self.path("cnn.h5"), "r+") as file:
            file["eval/labels"][3] = 7
        self.refuse(3, "info", self.path("cnn.h5"), "--evaluate", says=("/eval/labels",))
        run = self.run_cli("sweep", self.path("cnn.h5"), "--inner-bits", "12", "--out", self.path("r.h5"), "--quiet")
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertIn("/eval/labels", run.stderr)

    def test_without_calibration_nothing_is_scored(self) -> None:
        write_uncalibrated_cnn(self.path("cnn.h5"))
        self.succeed("sweep", self.path("cnn.h5"), "--inner-bits", "10,20", "--tile", "full", "--out",
                     self.path("r.h5"))
        rows = points(self.path("r.h5"))
        for column in ("accuracy", "sqnr_db"):
            self.assertTrue(np.all(np.isnan(rows[column])), column)
        self.assertTrue(np.all(np.isnan(rows["overflow_rate"][rows["guaranteed"] == 0])))
        self.assertTrue(np.all(rows["overflow_rate"][rows["guaranteed"] == 1] == 0))  # proven, whatever the scale
        self.assertEqual(set(rows["guaranteed"]), {0, 1})
        self.assertTrue(np.all(rows["error"] > 0))

    def test_a_layer_that_nothing_can_be_said_of_stays_out(self) -> None:
        write_cnn(self.path("cnn.h5"))
        flags = ("--algorithm", "gpfq,optq", "--inner-bits", "14", "--tile", "16", "--calibration-samples", "20")
        self.succeed("sweep", self.path("cnn.h5"), *flags, "--out", self.path("r.h5"))
        with h5py.File(self.path("cnn.h5"), "r+") as file:
            add_linear(file, "spare", np.ones((4, 5)))
        self.succeed("sweep", self.path("cnn.h5"), *flags, "--out", self.path("spare.h5"))
        self.assertEqual(comparable(points(self.path("spare.h5"))), comparable(points(self.path("r.h5"))))

    def test_a_model_of_zeros_has_no_ratio(self) -> None:
        with h5py.File(self.path("zeros.h5"), "w") as file:
            file.attrs.update({"format": "axescope-dump", "version": 1, "model": "zeros", "task": "none"})
            add_linear(file, "zero", np.zeros((2, 8)), inputs=np.ones((4, 8)))
        self.succeed("sweep", self.path("zeros.h5"), "--algorithm", "rtn", "--inner-bits", "12", "--tile", "full",
                     "--out", self.path("r.h5"), "--csv", self.path("r.csv"))
        self.assertEqual({row["sqnr_db"] for row in read_csv(self.path("r.csv"))[1]}, {""})

    def test_memory_that_is_not_there_fails_the_points_that_need_it(self) -> None:
        with h5py.File(self.path("wide.h5"), "w") as file:
            file.attrs.update({"format": "axescope-dump", "version": 1, "model": "wide", "task": "none"})
            add_linear(file, "wide", np.ones((1, 30000)), inputs=np.ones((2, 30000)))
            add_linear(file, "narrow", np.ones((2, 8)), inputs=np.ones((4, 8)))
        run = self.run_cli("sweep", self.path("wide.h5"), "--algorithm", "rtn", "--inner-bits", "12", "--out",
                           self.path("r.h5"), "--threads", "1", preexec_fn=limit_memory)
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertRegex(run.stderr, r"wide.h5: expected \d+\.?\d* GiB of memory for one point; .* --memory, found")
        self.assertEqual(set(points(self.path("r.h5"))["guaranteed"]), {0})
        self.assertTrue(all(points(self.path("r.h5"))["failure"]))

    def test_skip_bits_count_only_where_layers_are_skipped(self) -> None:
        write_layers(self.path("layers.h5"))
        flags = ("sweep", self.path("layers.h5"), "--inner-bits", "12", "--tile", "full", "--skip-bits", "16")
        self.succeed(*flags, "--out", self.path("r.h5"))
        self.refuse(2, *flags, "--skip-layers", "dense", "--out", self.path("s.h5"), says=("--skip-bits",))


if __name__ == "__main__":
    unittest.main()
