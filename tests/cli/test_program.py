# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a whole: version, help, wrong arguments, output that goes nowhere."""
from __future__ import annotations

import os
import subprocess
import unittest

from cli_case import CLI, CliCase
from small_dumps import write_weights

COMMANDS = ("info", "sweep", "quantize", "certify", "emulate", "pareto", "bench")


class HelpTest(CliCase):
    def test_version(self) -> None:
        self.assertEqual(self.succeed("--version"), "axescope-cli 0.1.0\n")

    def test_help_names_every_command(self) -> None:
        text = self.succeed("--help")
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", text)

    def test_help_of_each_command_shows_an_example(self) -> None:
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertIn(f"\n  axescope-cli {command} ", self.succeed(command, "--help"))

    def test_help_lists_the_settings(self) -> None:
        for command in ("sweep", "quantize"):
            text = self.succeed(command, "--help")
            for flag in ("--algorithm", "--outer-bits", "--weight-scale", "--skip-bits", "--study", "--seed"):
                self.assertIn(f"  {flag} ", text)


class WrongArgumentsTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("weights.h5")
        write_weights(self.dump)

    def test_without_a_command_help_is_shown(self) -> None:
        run = self.run_cli()
        self.assertEqual(run.returncode, 2)
        self.assertIn("Usage", run.stdout)

    def test_unknown_command_flag_or_missing_file(self) -> None:
        self.refuse(2, "measure", says=("measure",))
        self.refuse(2, "info", says=("FILE",))
        self.refuse(2, "info", self.dump, "--fast", says=("--fast",))
        self.refuse(2, "sweep", self.dump, self.dump, "--out", self.path("out.h5"))
        self.refuse(2, "--quiet")

    def test_values_outside_their_range(self) -> None:
        out = ("--out", self.path("out.h5"))
        for flag, value in (("--inner-bits", "20:10"), ("--inner-bits", "10:20:0"), ("--inner-bits", "64"),
                            ("--inner-bits", "1"), ("--inner-bits", "ten"), ("--inner-bits", "10,"),
                            ("--inner-bits", "1:100000000000"), ("--weight-bits", "0"), ("--algorithm", "magic"),
                            ("--constraint", "axe,most"), ("--tile", "-1"), ("--outer-bits", "full"),
                            ("--damping", "nan"), ("--percentile", "101"), ("--seed", "-1"), ("--refine", "0.5"),
                            ("--act-order=maybe", None), ("--seed", "1,2")):
            with self.subTest(flag=flag, value=value):
                arguments = [flag] if value is None else [flag, value]
                self.refuse(2, "sweep", self.dump, *out, *arguments, says=(flag.split("=")[0], "expected"))

    def test_impossible_combinations(self) -> None:
        self.refuse(2, "sweep", self.dump, "--out", self.path("out.h5"), "--weight-bits", "1", says=("--weight-bits",))

    def test_a_study_of_too_many_points(self) -> None:
        self.refuse(3, "sweep", self.dump, "--dry-run", "--inner-bits", "2:63", "--tile", "1:2000",
                    "--outer-bits", "2:63", "--weight-bits", "2:16", says=("at most 10000000 points",))

    def test_quantize_takes_one_value(self) -> None:
        self.refuse(2, "quantize", self.dump, "--out", self.path("q.h5"), "--inner-bits", "12,14",
                    says=("--inner-bits: expected one value, found '12,14'",))

    def test_threads_and_samples(self) -> None:
        self.refuse(2, "sweep", self.dump, "--out", self.path("out.h5"), "--threads", "0", says=("--threads",))
        self.refuse(2, "quantize", self.dump, "--out", self.path("q.h5"), "--input-samples", "-1",
                    says=("--input-samples",))


class StandardOutputTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("weights.h5")
        write_weights(self.dump)

    @unittest.skipUnless(os.path.exists("/dev/full"), "this system has no /dev/full")
    def test_a_full_disk_behind_it_is_an_error(self) -> None:
        with open("/dev/full", "w") as full:
            run = subprocess.run([CLI, "info", str(self.dump)], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 3)
        self.assertEqual(run.stderr.count("\n"), 1)

    def test_a_reader_that_goes_away_is_none(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        run = subprocess.run([CLI, "info", str(self.dump)], stdout=writing, stderr=subprocess.PIPE, text=True)
        os.close(writing)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
