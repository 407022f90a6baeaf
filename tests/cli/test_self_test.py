# SPDX-License-Identifier: GPL-3.0-or-later
"""`self-test`: what it compares, and that it tells."""
from __future__ import annotations

import json
import os
import unittest

from cli_case import CliCase


class SelfTest(CliCase):
    def test_every_check_passes_and_says_what_it_compared(self) -> None:
        answer = json.loads(self.succeed("self-test", "--json"))
        self.assertTrue(answer["passed"])
        names = {check["name"] for check in answer["checks"]}
        self.assertEqual(len(names), len(answer["checks"]))
        for part in ("8-bit products", "emulated datapath", "certificates", "recurrence, GPFQ", "recurrence, OPTQ",
                     "threads", "HDF5", "results"):
            self.assertTrue(any(part in name for name in names), part)
        for check in answer["checks"]:
            self.assertTrue(check["passed"])
            self.assertEqual(check["different"], 0)
            self.assertGreater(check["cases"], 0)
            self.assertGreater(check["values"], 100)

    def test_a_check_that_cannot_be_run_has_not_passed(self) -> None:
        run = self.run_cli("self-test", "--quiet", "--threads", "1",
                           env={**os.environ, "TMPDIR": str(self.path("absent"))})
        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertIn("FAILED", run.stdout)
        self.assertIn("axescope-cli: tensors in HDF5 files: ", run.stderr)


if __name__ == "__main__":
    unittest.main()
