# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

from killed_sweeps import KilledSweeps


class ManyKills(KilledSweeps):
    def test_a_hundred_kills_lose_no_finished_point(self) -> None:
        self.kill_at_random_moments(kills=100, seed=2)


if __name__ == "__main__":
    unittest.main()
