# SPDX-License-Identifier: GPL-3.0-or-later
"""`bench`: every row runs and says what it measured. Times are never judged here."""
from __future__ import annotations

import json
import os
import signal
import time
import unittest
from typing import Any

from cli_case import CliCase
from small_dumps import write_cnn, write_layers

GROUPS = {"recurrence", "statistics", "emulation", "study"}
FIGURES = {"share", "time ratio", "rate ratio", "seconds", "MiB"}


class BenchTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.temporary = self.path("temporary")
        self.temporary.mkdir()
        previous = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(self.temporary)
        self.addCleanup(lambda: os.environ.pop("TMPDIR") if previous is None else os.environ.update(TMPDIR=previous))

    def bench(self, *arguments: Any) -> dict[str, Any]:
        report = json.loads(self.succeed("bench", "--quick", "--json", *arguments))
        self.assertEqual(list(report), ["machine", "workloads", "growth"])
        self.assertEqual(list(self.temporary.iterdir()), [])
        return report

    def test_every_row_runs(self) -> None:
        write_cnn(self.path("cnn.h5"))
        report = self.bench("--large", "--model", self.path("cnn.h5"))
        names = [row["name"] for row in report["workloads"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual(GROUPS | {"evaluation", "large"}, {name.split("/")[0] for name in names})
        for row in report["workloads"]:
            self.assertNotIn("failure", row)
            self.assertIn(row["figure_is"], FIGURES)
            self.assertLessEqual(row["lowest"], row["figure"])
            self.assertLessEqual(row["figure"], row["highest"])
        for rates in report["machine"]:
            self.assertGreater(rates["sgemm"], 0)
            self.assertGreater(rates["u8s8s32"], 0)
        for first, second, third in zip(*[iter(report["growth"])] * 3):
            self.assertNotIn("expected", first)
            self.assertEqual([second["name"], third["name"]], [first["name"]] * 2)
            self.assertEqual([second["value"], third["value"]], [2 * first["value"], 4 * first["value"]])

    def test_only_what_was_asked_for(self) -> None:
        def names(glob: str) -> set[str]:
            report = self.bench("--only", glob)
            return {row["name"] for row in report["workloads"] + report["growth"]}

        self.assertEqual(names("study"), {"study/36-points"})
        self.assertEqual(names("statistics/optq-factor"), {"statistics/optq-factor"})
        self.assertTrue(all(name.startswith("emulation/wrap") for name in names("emulation/wrap*")))
        self.assertTrue(all(name.startswith("growth/") for name in names("growth")))

    def test_one_thread_has_nothing_to_spread(self) -> None:
        report = self.bench("--threads", 1)
        self.assertEqual([rates["threads"] for rates in report["machine"]], [1])
        self.assertFalse(any(row["name"].startswith("threads/") for row in report["workloads"]))

    def test_rates_of_images_are_counted(self) -> None:
        write_cnn(self.path("cnn.h5"))
        report = self.bench("--model", self.path("cnn.h5"), "--only", "evaluation")
        self.assertEqual([row["name"] for row in report["workloads"]], ["evaluation/float", "evaluation/w8a8"])
        for row in report["workloads"]:
            self.assertEqual(row["unit"], "images")
            self.assertGreater(row["rate"], 0)

    def test_text_shows_the_machine_and_the_rows(self) -> None:
        text = self.succeed("bench", "--quick", "--only", "recurrence/gpfq-axe")
        self.assertIn("1 thread: sgemm ", text)
        self.assertIn("\nrecurrence/gpfq-axe ", text)

    def test_a_row_that_fails_says_so_and_keeps_the_others(self) -> None:
        write_layers(self.path("layers.h5"))
        run = self.run_cli("bench", "--quick", "--json", "--model", self.path("layers.h5"), "--only", "e*")
        self.assertEqual(run.returncode, 3)
        self.assertIn("evaluation/float: layers.h5: /eval/inputs: expected a graph with evaluation inputs for --model",
                      run.stderr)
        for row in json.loads(run.stdout)["workloads"]:
            self.assertEqual("failure" in row, row["name"].startswith("evaluation/"), row["name"])

    def test_refusals(self) -> None:
        self.refuse(2, "bench", "--only", "magic", says=("--only: expected", "'magic'"))
        self.refuse(2, "bench", "--only", "evaluation", says=("--model",))
        self.refuse(2, "bench", "--threads", "0", says=("--threads",))
        self.refuse(2, "bench", "--repetitions", "many", says=("--repetitions",))
        self.refuse(2, "bench", "everything")
        self.refuse(3, "bench", "--model", self.path("absent.h5"), says=("absent.h5",))

    def test_interrupted_it_keeps_finished_rows_and_leaves_no_files(self) -> None:
        run = self.start("bench", "--quick", "--json", "--only", "st*", "--repetitions", 1000)
        deadline = time.monotonic() + 30
        while not list(self.temporary.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertNotEqual(list(self.temporary.iterdir()), [])
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertEqual([row["name"] for row in json.loads(output)["workloads"]],
                         ["statistics/s-and-g", "statistics/optq-factor"])
        self.assertIn("interrupted", errors)
        self.assertEqual(list(self.temporary.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
