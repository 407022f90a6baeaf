# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are full or cannot be written to. Needs the right to mount; says so where it has not."""
from __future__ import annotations

import ctypes
import os
import signal
import unittest
from pathlib import Path

from cli_case import comparable, points
from fault_case import POINTS, FaultCase, Tally

MS_RDONLY, MNT_DETACH = 1, 2
LIBC = ctypes.CDLL(None, use_errno=True)


def mount(folder: Path, options: str, flags: int = 0) -> bool:
    return LIBC.mount(b"tmpfs", bytes(folder), b"tmpfs", flags, options.encode()) == 0


class DiskTest(FaultCase):
    def mounted(self, name: str, options: str, flags: int = 0) -> Path:
        folder = self.path(name)
        folder.mkdir()
        if not mount(folder, options, flags):
            self.skipTest(f"mounting is not permitted here: {os.strerror(ctypes.get_errno())}")
        self.addCleanup(LIBC.umount2, bytes(folder), MNT_DETACH)
        return folder

    def test_on_a_full_disk_a_sweep_ends_with_a_reason_and_keeps_what_is_finished(self) -> None:
        expected = self.uninterrupted()
        ended = 0
        for kibibytes in (8, 32, 96):
            with self.subTest(kibibytes=kibibytes):
                disk = self.mounted(f"disk{kibibytes}", "size=16m")
                filler = disk / "filler"
                self.out = disk / "results.h5"
                process = self.start(*self.sweep())
                self.wait_for_points(1, process)
                process.send_signal(signal.SIGSTOP)
                free = os.statvfs(disk)
                filler.write_bytes(bytes(free.f_bavail * free.f_frsize - (kibibytes << 10)))
                process.send_signal(signal.SIGCONT)
                _, errors = process.communicate(timeout=150)
                if process.returncode == 0:
                    self.assertEqual(comparable(points(self.out)), expected)
                    continue
                ended += 1
                self.assertEqual(process.returncode, 3, errors)
                self.assertIn("No space left on device", errors)
                self.assertNotIn("HDF5-DIAG", errors)
                left = self.finished()
                told = self.told(errors)
                Tally.add("disk full", left, max(0, told - left))
                self.assertGreaterEqual(left, told)
                filler.unlink()
                run = self.run_cli(*self.sweep("--resume"))
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn(f"{left} of {POINTS} points finished before", run.stderr)
                self.assertEqual(comparable(points(self.out)), expected)
                self.assertEqual(sorted(os.listdir(disk)), ["results.h5"])
        self.assertGreater(ended, 0, "no disk was full: the test has tried nothing")

    def test_a_disk_without_room_for_the_first_file_is_refused_before_any_work(self) -> None:
        disk = self.mounted("disk", "size=4k")
        self.out = disk / "results.h5"
        self.refuse(3, *self.sweep(), says=("results.h5", "No space left on device"))
        self.assertEqual(os.listdir(disk), [])

    def test_a_folder_that_cannot_be_written_to_is_refused_before_any_work(self) -> None:
        disk = self.mounted("disk", "size=1m", MS_RDONLY)
        self.out = disk / "results.h5"
        self.refuse(3, *self.sweep(), says=("results.h5", "Read-only file system"))
        self.refuse(3, "quantize", self.dump, "--inner-bits", "16", "--tile", "64", "--out", disk / "q.h5",
                    says=("q.h5", "Read-only file system"))
        Tally.add("read-only folder", 0, 0)

    def test_a_dump_in_a_folder_that_cannot_be_written_to_opens(self) -> None:
        disk = self.mounted("disk", "size=16m")
        inside = disk / "layers.h5"
        inside.write_bytes(self.dump.read_bytes())
        self.assertEqual(LIBC.mount(None, bytes(disk), None, MS_RDONLY | 32, None), 0)  # 32: MS_REMOUNT
        self.succeed("info", inside)


if __name__ == "__main__":
    unittest.main()
