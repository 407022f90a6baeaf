# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of faults and prints what was tried, what survived and what was lost.

usage: AXESCOPE_CLI=build/ci/axescope-cli python3 tests/cli/fault_table.py [--kills]

--kills adds the hundred kills. AXESCOPE_JUMPING_CLOCK, where it names the library, adds the clock.
"""
import sys
import unittest
from pathlib import Path

from fault_case import Tally

FOLDER = str(Path(__file__).parent)


def main() -> int:
    loader = unittest.TestLoader()
    patterns = ["test_fault_*.py"] + (["slow_fault_*.py"] if "--kills" in sys.argv[1:] else [])
    result = unittest.TextTestRunner(verbosity=1).run(
        unittest.TestSuite(loader.discover(FOLDER, pattern=pattern) for pattern in patterns))
    print("\n| fault | tried | survived | finished points at stake | lost |\n|---|---|---|---|---|")
    for fault, count in sorted(Tally.counts.items()):
        print(f"| {fault} | {count['tried']} | {count['survived']} | {count['points']} | {count['lost']} |")
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
