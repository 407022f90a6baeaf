# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory that runs out in the middle of a sweep: a running program's address space is limited, then given back."""
from __future__ import annotations

import os
import re
import resource
import signal
import time
import unittest
from pathlib import Path

from cli_case import comparable, points
from fault_case import POINTS, FaultCase, Tally


# Every larger piece of memory comes from the system and goes back to it: what a program has kept does not help it.
FRESH_PIECES = {"MALLOC_MMAP_THRESHOLD_": "32768", "MALLOC_TRIM_THRESHOLD_": "32768", "MALLOC_TOP_PAD_": "0"}


def address_space(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


class MemoryTest(FaultCase):
    def has_failed_points(self) -> bool:
        journal = self.path("results.h5.journal")
        try:
            found = re.search(rb'"failure":"[^"]', journal.read_bytes())
            return found is not None or any(points(self.out)["failure"])
        except OSError:
            return False

    def starved(self, headroom: int, wait_for: int) -> tuple[int, str]:
        process = self.start(*self.sweep("--memory", "64MiB"), env={**os.environ, **FRESH_PIECES})
        self.wait_for_points(wait_for, process)
        limit = address_space(process.pid) + headroom
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and process.poll() is None and not self.has_failed_points():
            time.sleep(0.02)
        if process.poll() is None:
            resource.prlimit(process.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        _, errors = process.communicate(timeout=150)
        return process.returncode, errors

    def test_points_without_memory_fail_with_a_reason_and_the_others_go_on(self) -> None:
        expected = {repr(row) for row in self.uninterrupted()}
        failed_and_went_on = 0
        for attempt, headroom in enumerate((-(64 << 20), -(32 << 20), -(16 << 20), 0)):
            with self.subTest(headroom=headroom):
                self.out.unlink(missing_ok=True)
                status, errors = self.starved(headroom, wait_for=2 + 3 * attempt)
                rows = points(self.out)
                failed = [row for row in rows if row["failure"]]
                for row in failed:
                    self.assertIn(b"not enough", row["failure"])
                if status == 0 and failed:
                    failed_and_went_on += 1
                    self.assertEqual(len(rows), POINTS)
                # HDF5 and oneDNN may end the program when they get no memory: nothing may be lost even so.
                self.assertIn(status, (0, 3, -signal.SIGSEGV, -signal.SIGABRT), errors)
                left = self.finished()
                lost = max(0, self.told(errors) - left)
                Tally.add("out of memory" + (", ended by a library" if status < 0 else ""), left, lost)
                self.assertEqual(lost, 0)
                finished = {repr(row) for row in comparable(rows) if not row[-1]}
                self.assertLessEqual(finished, expected)
                self.finish(self.uninterrupted())
        self.assertGreater(failed_and_went_on, 0, "no limit made a point fail: the test has tried nothing")


if __name__ == "__main__":
    unittest.main()
