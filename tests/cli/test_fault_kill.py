# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

from killed_sweeps import KilledSweeps


class FewKills(KilledSweeps):
    def test_a_killed_sweep_loses_no_finished_point_and_resumes_to_the_same_rows(self) -> None:
        self.kill_at_random_moments(kills=6, seed=1)


if __name__ == "__main__":
    unittest.main()
