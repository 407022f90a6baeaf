# SPDX-License-Identifier: GPL-3.0-or-later
"""A wall clock that jumps by decades each time it is read changes nothing but the dates that are written down."""
from __future__ import annotations

import os
import re
import subprocess
import time
import unittest

import h5py

from cli_case import CLI, comparable, points
from fault_case import POINTS, FaultCase, Tally

JUMPING_CLOCK = os.environ.get("AXESCOPE_JUMPING_CLOCK", "")


@unittest.skipUnless(os.path.exists(JUMPING_CLOCK), "AXESCOPE_JUMPING_CLOCK does not name the library to preload")
class ClockTest(FaultCase):
    environment = {**os.environ, "LD_PRELOAD": JUMPING_CLOCK}

    def test_a_sweep_under_a_jumping_clock_is_killed_and_resumed_as_under_any_other(self) -> None:
        expected = self.uninterrupted()
        dates = set()
        for _ in range(4):
            process = subprocess.Popen([CLI, *map(str, self.sweep("--resume"))], env=self.environment, text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.4)
            process.kill()
            _, errors = process.communicate()
            Tally.add("wall clock jumps", self.finished(), max(0, self.told(errors) - self.finished()))
            with h5py.File(self.out) as file:
                dates.add(file["provenance"].attrs["created"])
        run = self.run_cli(*self.sweep("--resume"), env=self.environment)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(comparable(points(self.out)), expected)
        self.assertGreater(len(dates), 1, "the clock did jump")
        self.assertTrue(all(0 <= seconds < 60 for seconds in points(self.out)["seconds"]))
        self.assertRegex(run.stdout, rf"{POINTS} points, 0 failed, \d{{1,2}}\.\d s")
        self.assertFalse(re.search(r"-\d+:\d\d", run.stderr), run.stderr)


if __name__ == "__main__":
    unittest.main()
