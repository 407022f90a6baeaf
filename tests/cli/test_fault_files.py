# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are removed, replaced or written into while a sweep runs, and programs that want the same results file."""
from __future__ import annotations

import signal
import time
import unittest
from typing import Callable

import h5py

from cli_case import comparable, points
from fault_case import POINTS, FaultCase, Tally


class OutputsTest(FaultCase):
    def disturbed(self, fault: str, disturb: Callable[[], None]) -> None:
        """A sweep that someone disturbs once some of its points are finished still comes to all of them."""
        expected = self.uninterrupted()
        self.out.unlink(missing_ok=True)
        process = self.start(*self.sweep())
        self.wait_for_points(3, process)
        disturb()
        _, errors = process.communicate(timeout=150)
        self.assertEqual(process.returncode, 0, errors)
        rows = comparable(points(self.out))
        Tally.add(fault, POINTS, len(set(map(repr, expected)) - set(map(repr, rows))))
        self.assertEqual(rows, expected)
        self.assert_no_leftovers()

    def test_results_that_are_removed_are_written_again(self) -> None:
        self.disturbed("results file removed", self.out.unlink)

    def test_lock_and_journal_that_are_removed_are_made_again(self) -> None:
        self.disturbed("lock removed", self.path("results.h5.lock").unlink)
        self.disturbed("journal removed", self.path("results.h5.journal").unlink)

    def test_a_file_put_in_place_of_the_results_is_kept_under_a_previous_name(self) -> None:
        other = self.path("other.h5")
        with h5py.File(other, "w") as file:
            file["treasure"] = 7
        self.disturbed("results file replaced", lambda: other.rename(self.out))
        with h5py.File(self.path("results.previous-1.h5")) as file:
            self.assertEqual(file["treasure"][()], 7)

    def test_results_that_are_written_over_in_place_are_kept_too(self) -> None:
        self.disturbed("results file written into", lambda: self.out.write_text("not HDF5 any more"))
        self.assertEqual(self.path("results.previous-1.h5").read_text(), "not HDF5 any more")

    def test_killed_with_its_journal_removed_it_has_lost_nothing_it_told_of(self) -> None:
        expected = self.uninterrupted()
        process = self.start(*self.sweep())
        self.wait_for_points(1, process)
        for _ in range(40):
            self.path("results.h5.journal").unlink(missing_ok=True)
            time.sleep(0.004)
        # A journal of its own again, from the next point on.
        before = self.finished()
        self.wait(lambda: self.finished() > before or process.poll() is not None, "further points")
        process.kill()
        _, errors = process.communicate()
        lost = max(0, self.told(errors) - self.finished())
        Tally.add("journal removed, then killed", self.finished(), lost)
        self.assertEqual(lost, 0)
        self.finish(expected)


class InputsTest(FaultCase):
    def test_a_dump_that_is_removed_or_replaced_is_still_the_one_that_was_opened(self) -> None:
        expected = self.uninterrupted()
        original = self.dump.read_bytes()
        for replaced in (False, True):
            with self.subTest(replaced=replaced):
                self.dump.write_bytes(original)
                self.out.unlink(missing_ok=True)
                process = self.start(*self.sweep())
                self.wait_for_points(1, process)
                if replaced:
                    other = self.path("other.h5")
                    with h5py.File(other, "w") as file:
                        file["w"] = 1.0
                    other.rename(self.dump)
                else:
                    self.dump.unlink()
                _, errors = process.communicate(timeout=150)
                self.assertEqual(process.returncode, 0, errors)
                rows = comparable(points(self.out))
                Tally.add("dump replaced" if replaced else "dump removed", POINTS, POINTS - len(rows))
                self.assertEqual(rows, expected)

    def test_no_point_comes_from_a_dump_that_was_written_into(self) -> None:
        expected = {repr(row) for row in self.uninterrupted()}
        original = self.dump.read_bytes()
        process = self.start(*self.sweep())
        self.wait_for_points(1, process)
        with open(self.dump, "r+b") as file:
            file.seek(len(original) // 2)
            file.write(bytes(4096))
        _, errors = process.communicate(timeout=150)
        self.assertEqual(process.returncode, 3, errors)
        self.assertIn("expected the file as it was when it was opened, found one that was written to since", errors)
        kept = points(self.out)
        self.assertTrue(0 < len(kept) < POINTS)
        self.assertLessEqual({repr(row) for row in comparable(kept)}, expected)
        Tally.add("dump written into", len(kept), 0)
        self.refuse(2, *self.sweep("--resume"), says=("same input",))
        self.dump.write_bytes(original)
        self.succeed(*self.sweep("--resume"))
        self.assertEqual({repr(row) for row in comparable(points(self.out))}, expected)


class TwoProgramsTest(FaultCase):
    def test_of_many_that_start_at_once_one_writes(self) -> None:
        expected = self.uninterrupted()
        link = self.path("link.h5")
        link.symlink_to(self.out)
        self.out.touch()
        processes = [self.start(*self.sweep(out=link if number % 2 else self.out)) for number in range(6)]
        ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
        winners = [errors for errors, status in ends if status == 0]
        refused = [errors for errors, status in ends if status == 3 and "one in use" in errors]
        # One that comes after another has finished finds its results in the way, and moves them aside.
        self.assertEqual(len(winners) + len(refused), len(ends), ends)
        self.assertGreaterEqual(len(winners), 1)
        self.assertEqual(comparable(points(self.out)), expected)
        aside = sum(1 for name in self.files() if ".previous-" in name)
        self.assertEqual(aside, len(winners) - 1 + 1)  # and the file that was there before all of them
        Tally.add("several programs, one results file", POINTS, 0)

    def test_another_name_of_the_same_results_is_refused_too(self) -> None:
        self.succeed("sweep", self.dump, "--algorithm", "rtn", "--constraint", "none", "--inner-bits", "12", "--tile",
                     "full", "--out", self.out)
        link = self.path("link.h5")
        link.symlink_to(self.out)
        process = self.start(*self.sweep("--resume"))
        self.wait_for_points(2, process)
        run = self.run_cli(*self.sweep(out=link))
        self.assertEqual(run.returncode, 3)
        self.assertIn("one in use", run.stderr)
        process.kill()
        process.communicate()
        # What is killed under one name is found under the other.
        left = self.finished()
        run = self.run_cli(*self.sweep("--resume", out=link))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(points(self.out)), POINTS + 1)
        self.assertIn(f"{left - 1} of {POINTS} points finished before", run.stderr)
        self.assertTrue(link.is_symlink())

    def test_one_whose_lock_was_taken_away_stops_and_its_points_are_kept(self) -> None:
        expected = self.uninterrupted()
        lock = self.path("results.h5.lock")
        first = self.start(*self.sweep())
        self.wait_for_points(3, first)
        first.send_signal(signal.SIGSTOP)
        lock.unlink()
        second = self.start(*self.sweep())
        self.wait(lambda: lock.exists() or second.poll() is not None, "lock of the second program")
        first.send_signal(signal.SIGCONT)
        _, errors = first.communicate(timeout=150)
        _, others = second.communicate(timeout=150)
        self.assertEqual((first.returncode, second.returncode), (3, 0), errors + others)
        self.assertIn("one in use", errors)
        self.assertEqual(comparable(points(self.out)), expected)
        kept = len(points(self.path("results.previous-1.h5")))
        lost = max(0, self.told(errors) - kept)
        Tally.add("lock removed, second program", kept, lost)
        self.assertEqual(lost, 0, errors)


if __name__ == "__main__":
    unittest.main()
