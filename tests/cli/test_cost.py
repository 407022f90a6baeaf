# SPDX-License-Identifier: GPL-3.0-or-later
"""`cost` and `datapaths`: counts, prices, tables of the user's, and what a narrow accumulator buys."""
from __future__ import annotations

import json
import unittest

from cli_case import CliCase, points
from small_dumps import write_cnn, write_layers

MODELS = ["ace", "ace-v2", "aqt", "energy", "gates", "simd", "dsp"]


def own_table(**changes) -> dict:
    """A coin for each multiplication of a product."""
    table = {"format": "axescope-cost-model", "version": 1, "name": "coins", "title": "Coins", "unit": "coins",
             "source": "a test", "coefficients": {"coin": "1"},
             "rules": [{"operations": ["multiply"], "roles": ["product"], "price": "coin"}], "otherwise": "0"}
    return table | changes


class CostTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        write_cnn(self.path("cnn.h5"))

    def write_table(self, table: dict, name: str = "coins.json") -> str:
        self.path(name).write_text(json.dumps(table, indent=2))
        return str(self.path(name))

    def cost(self, *flags: str) -> dict:
        return json.loads(self.succeed("cost", self.path("cnn.h5"), "--json", *flags))

    def sweep(self) -> None:
        self.succeed("sweep", self.path("cnn.h5"), "--algorithm", "rtn", "--inner-bits", "10,16,32", "--tile", "8",
                     "--out", self.path("results.h5"))

    def test_every_model_prices_every_share(self) -> None:
        costs = self.cost()["costs"]
        self.assertEqual([cost["model"] for cost in costs], MODELS)
        for cost in costs:
            self.assertGreater(cost["products"], 0)
            self.assertAlmostEqual(cost["total"], cost["products"] + cost["element_wise"] + cost["memory"])

    def test_ace_is_the_products_times_both_widths(self) -> None:
        answer = self.cost("--model", "ace", "--weight-bits", "3", "--activation-bits", "5")
        products = sum(one["count"] for node in answer["nodes"] for one in node["operations"]
                       if one["role"] == "product" and one["operation"] == "multiply")
        self.assertEqual(answer["costs"][0]["total"], 15 * products)
        self.sweep()
        self.assertEqual(set(points(self.path("results.h5"))["mac_count"]), {products})

    def test_text_names_roles_and_models(self) -> None:
        text = self.succeed("cost", self.path("cnn.h5"), "--nodes", "--model", "ace-v2")
        for words in ("inner-accumulation", "quantization", "ACEv2", "Element-wise", "Share"):
            self.assertIn(words, text)

    def test_own_tables_price_too(self) -> None:
        coins = self.write_table(own_table())
        answer = self.cost("--model", coins, "--model", "ace", "--weight-bits", "1", "--weight-range", "full",
                           "--activation-bits", "1")
        self.assertEqual(answer["costs"][0]["total"], answer["costs"][1]["total"])

    def test_bad_tables_are_refused_with_line_and_reason(self) -> None:
        def refused(table: dict, *says: str) -> None:
            path = self.write_table(table)
            self.refuse(2, "cost", self.path("cnn.h5"), "--model", path, says=("coins.json: line ", *says))

        refused(own_table(rules=[{"operations": ["divine"], "price": "1"}]), "known operation", "'divine'")
        refused(own_table(otherwise="a < b ? -1 : 1"), "/otherwise", "at least 0")
        refused(own_table(coefficients={"coin": "half", "half": "coin / 2"}), "a circle through 'coin'")
        path = self.write_table(own_table(otherwise="1 / (a - a)"))
        self.refuse(4, "cost", self.path("cnn.h5"), "--model", path, says=("/otherwise", "division by zero"))
        self.path("coins.json").write_text("{")
        self.refuse(3, "cost", self.path("cnn.h5"), "--model", path, says=("line 1",))
        self.refuse(3, "cost", self.path("cnn.h5"), "--model", self.path("none.json"), says=("none.json",))

    def test_sweeps_have_a_column_of_each_model(self) -> None:
        self.sweep()
        rows = points(self.path("results.h5"))
        for model in MODELS:
            self.assertTrue((rows["cost_" + model.replace("-", "_")] > 0).all(), model)
        narrow, wide = (rows[rows["inner_bits"] == bits][0] for bits in (16, 32))
        self.assertLess(narrow["cost_simd"], wide["cost_simd"])
        self.assertTrue(((rows["elementwise_share"] > 0) & (rows["elementwise_share"] < 1)).all())

    def test_layers_without_a_graph_have_costs(self) -> None:
        write_layers(self.path("layers.h5"))
        self.succeed("sweep", self.path("layers.h5"), "--inner-bits", "12", "--out", self.path("r.h5"))
        self.assertTrue((points(self.path("r.h5"))["cost_ace"] > 0).all())

    def test_datapaths_tell_what_a_width_buys(self) -> None:
        self.sweep()
        text = self.succeed("datapaths", self.path("results.h5"), "--accumulator", "16")
        self.assertEqual(text.split()[:2], ["cost_simd", "accuracy"])
        self.assertIn("-bit accumulator", text)
        self.assertIn("times the SIMD steps", text)
        none = self.succeed("datapaths", self.path("results.h5"), "--accumulator", "8")
        self.assertIn("Nothing to say of 8-bit accumulators", none)

    def test_datapaths_by_an_own_table(self) -> None:
        self.sweep()
        coins = self.write_table(own_table())
        text = self.succeed("datapaths", self.path("results.h5"), "--cost-table", coins, "--dump", self.path("cnn.h5"))
        self.assertEqual(text.split()[0], "cost_custom")
        self.refuse(2, "datapaths", self.path("results.h5"), "--cost-table", coins, says=("--dump",))
        self.refuse(2, "datapaths", self.path("results.h5"), "--price", "algorithm", says=("--price",))


if __name__ == "__main__":
    unittest.main()
