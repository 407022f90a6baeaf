# SPDX-License-Identifier: GPL-3.0-or-later
"""`sweep`: what becomes of results that are there already, and which names it may write."""
from __future__ import annotations

import json
import unittest

import h5py
import numpy as np

from cli_case import CliCase, comparable, points, read_csv
from small_dumps import write_cnn, write_layers

SMALL = ("--algorithm", "gpfq,optq", "--constraint", "none,axe", "--inner-bits", "10:14:2", "--tile", "16,full")


class ResultsTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("cnn.h5")
        self.out = self.path("results.h5")
        write_cnn(self.dump)

    def test_resume_skips_what_is_there(self) -> None:
        self.succeed("sweep", self.dump, *SMALL, "--out", self.out)
        run = self.run_cli("sweep", self.dump, *SMALL, "--weight-bits", "4,5", "--out", self.out, "--resume")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("24 of 48 points finished before, 24 to go", run.stderr)
        self.assertEqual(len(points(self.out)), 48)
        write_layers(self.dump)
        self.refuse(2, "sweep", self.dump, *SMALL, "--out", self.out, "--resume", says=("same input",))
        self.assertEqual(len(points(self.out)), 48)

    def test_finished_results_are_never_overwritten(self) -> None:
        self.succeed("sweep", self.dump, *SMALL, "--out", self.out)
        self.succeed("sweep", self.dump, "--inner-bits", "12", "--tile", "8", "--out", self.out)
        self.assertEqual(len(points(self.out)), 4)
        self.assertEqual(len(points(self.path("results.previous-1.h5"))), 24)
        self.assert_no_leftovers()

    def test_any_number_of_earlier_results_stay(self) -> None:
        table = self.path("table.csv")
        for widths in range(1, 4):
            self.succeed("sweep", self.dump, "--algorithm", "rtn", "--constraint", "none", "--tile", "full",
                         "--inner-bits", f"10:{9 + widths}", "--out", self.out, "--csv", table)
        self.assertEqual([len(points(self.path(f"results{which}.h5"))) for which in (".previous-1", ".previous-2", "")],
                         [1, 2, 3])
        self.assertEqual([len(read_csv(self.path(f"table{which}.csv"))[1])
                          for which in (".previous-1", ".previous-2", "")], [1, 2, 3])
        with h5py.File(self.out, "r+") as file:
            rows = file["points"][:0]
            del file["points"], file["layer_points"]
            file["points"] = rows
        table.write_text("# {}\nalgorithm\n")
        self.succeed("sweep", self.dump, "--algorithm", "rtn", "--inner-bits", "12", "--tile", "8", "--out", self.out,
                     "--csv", table)
        self.assertEqual(sum("previous" in name for name in self.files()), 4)  # nothing was lost, nothing is kept

    def test_resume_tells_where_all_rows_come_from(self) -> None:
        one = ("--algorithm", "rtn", "--constraint", "none", "--tile", "full")
        self.succeed("sweep", self.dump, *one, "--inner-bits", "12", "--out", self.out)
        self.succeed("sweep", self.dump, *one, "--inner-bits", "12,13", "--out", self.out, "--resume", "--csv",
                     self.path("r.csv"))
        self.succeed("sweep", self.dump, *one, "--inner-bits", "12,13", "--out", self.out, "--resume")
        with h5py.File(self.out, "r+") as file:
            group = file["provenance"]
            runs = [*json.loads(group["earlier"].asstr()[()]), {"settings": json.loads(group["settings"].asstr()[()])}]
            self.assertEqual([run["settings"]["settings"]["inner_bits"] for run in runs], [[12], [12, 13]])
            group.attrs["version"] = "0.0.1"
        self.assertEqual(len(json.loads(read_csv(self.path("r.csv"))[0][2:])["earlier"]), 1)
        run = self.run_cli("sweep", self.dump, *one, "--inner-bits", "14", "--out", self.out, "--resume", "--quiet")
        self.assertRegex(run.stderr, r"^axescope-cli: .*results.h5: its points so far are of AxeScope 0.0.1, this is")
        with h5py.File(self.out, "r") as file:
            self.assertEqual([run["version"] == "0.0.1" for run in json.loads(file["provenance/earlier"].asstr()[()])],
                             [False, True])

    def test_resume_tries_failed_points_again(self) -> None:
        flags = ("--algorithm", "rtn", "--constraint", "none", "--tile", "full", "--inner-bits", "12,13", "--out", self.out)
        self.succeed("sweep", self.dump, *flags)
        expected = comparable(points(self.out))
        with h5py.File(self.out, "r+") as file:
            rows = file["points"][()]
            rows = rows.astype([(name, "S9" if name == "failure" else rows.dtype[name]) for name in rows.dtype.names])
            rows["failure"][0] = b"no memory"
            del file["points"]
            file["points"] = rows
        run = self.run_cli("sweep", self.dump, *flags, "--resume")
        self.assertIn("1 of 2 points finished before, 1 to go", run.stderr)
        self.assertIn("2 points, 0 failed", run.stdout)
        self.assertEqual([row[:-1] for row in comparable(points(self.out))], [row[:-1] for row in expected])
        self.assertEqual(set(points(self.out)["failure"]), {b""})

    def test_the_input_is_not_an_output(self) -> None:
        self.refuse(2, "sweep", self.dump, "--out", self.dump, says=("--out",))
        self.refuse(2, "sweep", self.dump, says=("--out",))
        self.refuse(2, "sweep", self.dump, "--out", self.out, "--csv", self.out, says=("--csv",))

    def test_outputs_are_told_apart_however_they_are_spelt(self) -> None:
        study = self.path("study.json")
        study.write_text('{"format": "axescope-study", "version": 1, "settings": {}}')
        self.path("link").symlink_to(self.folder)
        other_ways = [f"{self.folder}/./results.h5", f"{self.folder}/../{self.folder.name}/results.h5",
                      self.path("link") / "results.h5"]
        beside = [self.path(f"results{end}") for end in (".h5.lock", ".h5.journal", ".previous-12.h5")]
        for csv in (*other_ways, *beside):
            with self.subTest(csv=csv):
                self.refuse(2, "sweep", self.dump, "--out", self.out, "--csv", csv, says=("--csv",))
        self.refuse(2, "sweep", self.dump, "--out", self.path("link") / "cnn.h5", says=("--out",))
        self.refuse(2, "sweep", self.dump, "--study", study, "--out", study, says=("--out",))
        self.refuse(2, "quantize", self.dump, "--study", study, "--out", self.path("link") / "study.json",
                    says=("--out",))

    def test_resume_needs_the_same_mapping(self) -> None:
        with h5py.File(self.path("net.h5"), "w") as file:
            file["w"] = np.random.default_rng(5).normal(size=(6, 6)).astype(np.float32)
        sweep = ("sweep", self.path("net.h5"), "--inner-bits", "12", "--tile", "full", "--out", self.path("r.h5"))
        self.succeed(*sweep, "--map", "a=/w:OI", "--csv", self.path("r.csv"))
        self.assertEqual(json.loads(read_csv(self.path("r.csv"))[0][2:])["mappings"], ["a=/w:OI"])
        with h5py.File(self.path("r.h5"), "r") as file:
            self.assertEqual(json.loads(file["provenance/mappings"].asstr()[()]), ["a=/w:OI"])
        self.refuse(2, *sweep, "--map", "a=/w:IO", "--resume", says=("--map a=/w:IO", "--map a=/w:OI"))
        self.succeed(*sweep, "--map", "a=/w:OI", "--resume")


if __name__ == "__main__":
    unittest.main()
