# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep that is stopped, politely or not, keeps its finished points and goes on from them."""
from __future__ import annotations

import json
import signal
import time
import unittest
from pathlib import Path

from cli_case import CliCase, comparable, finished_points, points
from small_dumps import write_layers

POINTS = 192
SETTINGS = ("--algorithm", "optq,gpfq", "--constraint", "axe", "--inner-bits", "12:23", "--tile",
            "32,64,128,full", "--weight-bits", "4,5", "--refine", "4", "--threads", "2")


class InterruptionTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("layers.h5")
        self.out = self.path("results.h5")
        write_layers(self.dump, samples=512, k=384, channels=256)

    def wait_for_points(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if finished_points(self.out) >= count:
                return
            time.sleep(0.01)
        self.fail(f"no {count} points after 30 s")

    def stop_by(self, number: signal.Signals) -> None:
        process = self.start("sweep", self.dump, *SETTINGS, "--out", self.out)
        self.wait_for_points(2)
        process.send_signal(number)
        started = time.monotonic()
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, errors)
        self.assertLess(time.monotonic() - started, 10)
        finished = len(points(self.out))
        self.assertTrue(2 <= finished < POINTS, finished)
        self.assertIn(f"axescope-cli: interrupted: {finished} of {POINTS} points are finished and kept in", errors)
        self.assert_no_leftovers()

    def test_ctrl_c_keeps_finished_points(self) -> None:
        self.stop_by(signal.SIGINT)
        self.succeed("sweep", self.dump, *SETTINGS, "--out", self.out, "--resume")
        self.assertEqual(len(points(self.out)), POINTS)

    def test_termination_keeps_finished_points(self) -> None:
        self.stop_by(signal.SIGTERM)

    def test_a_second_signal_ends_at_once(self) -> None:
        process = self.start("sweep", self.dump, *SETTINGS, "--out", self.out)
        self.wait_for_points(1)
        for _ in range(20):  # the same signal counts once while it is pending
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGINT)
            time.sleep(0.06)
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 130)

    def test_killed_at_any_moment_it_resumes_to_the_same_rows(self) -> None:
        uninterrupted = self.path("uninterrupted.h5")
        self.succeed("sweep", self.dump, *SETTINGS, "--out", uninterrupted)
        for moment in (0.02, 0.1, 0.25, 0.4):
            process = self.start("sweep", self.dump, *SETTINGS, "--out", self.out, "--resume")
            time.sleep(moment)
            process.kill()
            process.communicate()
            if self.out.exists():
                points(self.out)  # opens and reads
        self.succeed("sweep", self.dump, *SETTINGS, "--out", self.out, "--resume")
        self.assertEqual(comparable(points(self.out)), comparable(points(uninterrupted)))

    def test_killed_it_has_lost_nothing_that_was_finished(self) -> None:
        process = self.start("sweep", self.dump, *SETTINGS, "--out", self.out)
        journal = self.path("results.h5.journal")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (journal.exists() and journal.read_bytes().count(b"\n") > 3):
            time.sleep(0.002)
        process.kill()
        process.communicate()
        finished = {json.loads(line)["row"] for line in journal.read_text().splitlines()[1:] if line.endswith("}")}
        self.path(".results.h5.tmp-1-0").touch()
        count = max(max(finished, default=-1) + 1, len(points(self.out)))
        run = self.run_cli("sweep", self.dump, *SETTINGS, "--out", self.out, "--resume")
        self.assertIn(f"{count} of {POINTS} points finished before", run.stderr)
        self.assertEqual(len(points(self.out)), POINTS)
        self.assertEqual(self.files(), ["layers.h5", "results.h5"])

    def test_two_programs_do_not_write_the_same_results(self) -> None:
        process = self.start("sweep", self.dump, *SETTINGS, "--out", self.out)
        self.wait_for_points(1)
        run = self.run_cli("sweep", self.dump, *SETTINGS, "--out", self.out)
        self.assertEqual(run.returncode, 3)
        self.assertIn("one in use", run.stderr)
        process.kill()
        process.communicate()


if __name__ == "__main__":
    unittest.main()
