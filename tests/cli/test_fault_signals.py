# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals that ask a sweep to end, or that would: each leaves every finished point, and the sweep goes on from them."""
from __future__ import annotations

import os
import signal
import subprocess
import time
import unittest

from cli_case import CLI, comparable, points
from fault_case import POINTS, FaultCase, Tally


class SignalsTest(FaultCase):
    def test_a_polite_end_keeps_every_finished_point(self) -> None:
        expected = self.uninterrupted()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number.name):
                process = self.start(*self.sweep())
                self.wait_for_points(2, process)
                process.send_signal(number)
                _, errors = process.communicate(timeout=30)
                self.assertEqual(process.returncode, 130, errors)
                kept = len(points(self.out))
                self.assertIn(f"interrupted: {kept} of {POINTS} points are finished", errors)
                self.assertFalse(self.path("results.h5.journal").exists())
                Tally.add(f"{number.name}", kept, max(0, self.told(errors) - kept))
                self.finish(expected)
                self.out.unlink()

    def test_a_signal_that_was_ignored_stays_ignored(self) -> None:
        process = subprocess.Popen([CLI, *map(str, self.sweep())], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.wait_for_points(2, process)
        process.send_signal(signal.SIGHUP)  # as nohup has it
        _, errors = process.communicate(timeout=150)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(len(points(self.out)), POINTS)

    def test_readers_that_go_away_do_not_end_a_sweep(self) -> None:
        expected = self.uninterrupted()
        out_read, out_write = os.pipe()
        error_read, error_write = os.pipe()
        process = subprocess.Popen([CLI, *map(str, self.sweep())], stdout=out_write, stderr=error_write)
        for descriptor in (out_write, error_write, out_read, error_read):
            os.close(descriptor)
        self.assertEqual(process.wait(timeout=150), 0)
        rows = comparable(points(self.out))
        Tally.add("SIGPIPE: output and errors closed", POINTS, POINTS - len(rows))
        self.assertEqual(rows, expected)

    def test_a_stopped_program_goes_on_as_if_nothing_had_been(self) -> None:
        expected = self.uninterrupted()
        process = self.start(*self.sweep())
        self.wait_for_points(2, process)
        for _ in range(5):
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.02)
        _, errors = process.communicate(timeout=150)
        self.assertEqual(process.returncode, 0, errors)
        rows = comparable(points(self.out))
        Tally.add("SIGSTOP and SIGCONT", POINTS, POINTS - len(rows))
        self.assertEqual(rows, expected)


if __name__ == "__main__":
    unittest.main()
