# SPDX-License-Identifier: GPL-3.0-or-later
"""`pareto`: the front of a sweep as a table and as CSV."""
from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path

from cli_case import CliCase, points, read_csv
from small_dumps import write_cnn, write_layers


def front(rows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Pairs of a cost and a gain that no other pair beats."""
    pairs = set(rows)
    return sorted((x, y) for x, y in pairs
                  if not any(a <= x and b >= y and (a, b) != (x, y) for a, b in pairs))


class ParetoTest(CliCase):
    sweep: tempfile.TemporaryDirectory[str] | None = None  # made by the first test, shared by all

    def setUp(self) -> None:
        super().setUp()
        if ParetoTest.sweep is None:
            ParetoTest.sweep = tempfile.TemporaryDirectory()
            self.addClassCleanup(ParetoTest.sweep.cleanup)
            folder = Path(ParetoTest.sweep.name)
            write_cnn(folder / "cnn.h5")
            self.succeed("sweep", folder / "cnn.h5", "--algorithm", "rtn", "--inner-bits", "9:14", "--tile", "8,full",
                         "--activation-bits", "4,8", "--propagate", "off", "--out", folder / "results.h5", "--csv",
                         folder / "all.csv")
        shutil.copytree(ParetoTest.sweep.name, self.folder, dirs_exist_ok=True)
        self.results = self.path("results.h5")

    def csv_front(self, *flags: str) -> list[dict[str, str]]:
        self.succeed("pareto", self.results, "--csv", self.path("front.csv"), *flags)
        return read_csv(self.path("front.csv"))[1]

    def test_front_of_width_and_accuracy(self) -> None:
        rows = points(self.results)
        wanted = front([(float(r["inner_bits"]), float(r["accuracy"])) for r in rows if not r["failure"]])
        found = self.csv_front("--x", "accumulator_bits", "--y", "accuracy")
        self.assertEqual([(float(r["accumulator_bits"]), float(r["accuracy"])) for r in found], wanted)
        self.assertEqual(found, self.csv_front())

    def test_guaranteed_points_alone(self) -> None:
        rows = [r for r in points(self.results) if r["guaranteed"] == 1]
        found = self.csv_front("--guaranteed-only")
        self.assertEqual([(float(r["accumulator_bits"]), float(r["accuracy"])) for r in found],
                         front([(float(r["inner_bits"]), float(r["accuracy"])) for r in rows]))

    def test_a_metric_where_lower_is_better(self) -> None:
        found = self.csv_front("--y", "error")
        rows = [r for r in points(self.results) if not r["failure"]]
        self.assertEqual([(float(r["accumulator_bits"]), -float(r["error"])) for r in found],
                         front([(float(r["inner_bits"]), -float(r["error"])) for r in rows]))

    def test_the_full_tile_is_the_largest(self) -> None:
        rows = points(self.results)
        longest = set(rows["largest_k"])
        self.assertEqual(longest, {96})
        wanted = front([(float(r["tile"]) or 96.0, float(r["accuracy"])) for r in rows])
        found = self.csv_front("--x", "tile")
        self.assertEqual([(96.0 if r["tile"] == "full" else float(r["tile"]), float(r["accuracy"])) for r in found],
                         wanted)
        self.assertEqual(found[0]["tile"], "8")

    def test_the_automatic_outer_width_is_the_one_used(self) -> None:
        rows = points(self.results)
        found = self.csv_front("--x", "outer_bits")
        self.assertEqual([(float(r["outer_bits_used"]), float(r["accuracy"])) for r in found],
                         front([(float(r["outer_bits_used"]), float(r["accuracy"])) for r in rows]))

    def test_csv_rows_are_those_of_the_sweep(self) -> None:
        provenance, rows = read_csv(self.path("all.csv"))
        found = self.csv_front()
        self.assertEqual(read_csv(self.path("front.csv"))[0], provenance)
        self.assertTrue(all(row in rows for row in found))

    def test_table(self) -> None:
        lines = self.succeed("pareto", self.results).splitlines()
        self.assertEqual(lines[0].split()[:3], ["accumulator_bits", "accuracy", "guaranteed"])
        self.assertIn("on the front", lines[-1])

    def test_refusals(self) -> None:
        line = self.refuse(2, "pareto", self.results, "--x", "bits", says=("--x: expected one of", "found 'bits'"))
        self.assertIn("accumulator_bits", line)
        self.assertNotIn("algorithm", line)
        self.refuse(2, "pareto", self.results, "--y", "algorithm", says=("--y",))
        self.refuse(3, "pareto", self.results, "--y", "perplexity", says=("/points",))
        self.refuse(3, "pareto", self.path("cnn.h5"), says=("expected axescope-results, found axescope-dump",))
        self.refuse(2, "pareto", self.results, "--csv", self.results, says=("--csv",))

    def test_without_accuracy_the_error_is_meant(self) -> None:
        write_layers(self.path("layers.h5"))
        self.succeed("sweep", self.path("layers.h5"), "--inner-bits", "12,14", "--out", self.path("r.h5"))
        self.assertIn("error", self.succeed("pareto", self.path("r.h5")).splitlines()[0])


if __name__ == "__main__":
    unittest.main()
