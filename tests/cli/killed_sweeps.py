# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps that are killed at seeded random moments, as often as wanted."""
from __future__ import annotations

import random
import re
import time

from cli_case import points
from fault_case import POINTS, FaultCase, Tally, exact


class KilledSweeps(FaultCase):
    def kill_at_random_moments(self, kills: int, seed: int) -> None:
        """Each killed run resumes what the one before left. When nothing is left to do the next begins anew."""
        chance = random.Random(seed)
        expected = self.uninterrupted()
        started = time.monotonic()
        self.succeed(*self.sweep())
        duration = time.monotonic() - started
        self.out.unlink()
        before: set[str] = set()
        known = 0
        for _ in range(kills):
            process = self.start(*self.sweep("--resume"))
            time.sleep(chance.uniform(0, 0.5 * duration))
            process.kill()
            _, errors = process.communicate()
            # What the process itself told of, before it died, is there.
            resumed = re.search(rf"(\d+) of {POINTS} points finished before", errors)
            if resumed:
                self.assertEqual(int(resumed[1]), known, "a resuming program finds all that the one before left")
            count = self.finished()
            lost = max(0, known + self.told(errors) - count)
            Tally.add("command line killed (SIGKILL)", count, lost)
            self.assertEqual(lost, 0, errors)
            rows = exact(points(self.out)) if self.out.exists() else set()
            self.assertLessEqual(before, rows, "no row of before has changed or gone")
            before, known = rows, count
            if count == POINTS:
                self.finish(expected)
                self.out.unlink()
                before, known = set(), 0
        self.finish(expected)
        self.assertLessEqual(before, exact(points(self.out)))
