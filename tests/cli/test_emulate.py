# SPDX-License-Identifier: GPL-3.0-or-later
"""`emulate` against one addition at a time in Python's own integers."""
from __future__ import annotations

import json
import math
import unittest
from typing import Any

import h5py
import numpy as np

from accumulation_orders import ORDERS, ordered_tiles
from cli_case import CliCase
from quantized_codes import Layer, read_layers
from small_dumps import write_cnn, write_layers, write_scaled_weights


class Accumulators:
    """Accumulators of one width for many dot products at once."""

    def __init__(self, bits: int, overflow: str, count: int) -> None:
        self.low, self.high = -(1 << bits - 1), (1 << bits - 1) - 1
        self.overflow = overflow
        self.content = np.zeros(count, np.int64)

    def add(self, values: np.ndarray) -> np.ndarray:
        """Which of the additions left the range."""
        total = self.content + values
        outside = (total < self.low) | (total > self.high)
        if self.overflow == "saturate":
            self.content = np.clip(total, self.low, self.high)
        else:
            self.content = (total - self.low) % (self.high - self.low + 1) + self.low
        return outside


def tail(sums: np.ndarray, limit: int) -> float:
    """P(|X| > limit) of a Gaussian with the mean and variance of the sums."""
    mean, deviation = float(sums.mean()), float(sums.std())
    if deviation == 0:
        return float(abs(mean) > limit)
    return sum(math.erfc((limit + side * mean) / (deviation * math.sqrt(2))) / 2 for side in (-1, 1))


def extremes(codes: np.ndarray, layer: Layer) -> tuple[int, int]:
    positive, negative = int(codes[codes > 0].sum()), int(codes[codes < 0].sum())
    return layer.low * positive + layer.high * negative, layer.high * positive + layer.low * negative


def emulate(layer: Layer, channel: int, inner_bits: int, outer_bits: int, overflow: str,
            tiles: list[list[int]]) -> dict[str, Any]:
    """Contents of the outer accumulators of a channel and its counts, its products added as `tiles` say."""
    group = channel // (len(layer.codes) // layer.groups)
    x = layer.columns[group]
    outer = Accumulators(outer_bits, overflow, len(x))
    inner_events = np.zeros(len(x), np.int64)
    outer_events = np.zeros(len(x), np.int64)
    persistent = np.zeros(len(x), bool)
    handed_over = np.zeros(len(x), np.int64)
    first = np.full(len(x), -1)
    none_overflows = 1.0
    position = -1
    largest = 0
    for number, tile in enumerate(tiles):
        inner = Accumulators(inner_bits, overflow, len(x))
        exact = np.zeros(len(x), np.int64)
        for column in tile:
            position += 1
            product = x[:, column] * layer.codes[channel, column]
            outside = inner.add(product)
            first[outside & (first < 0)] = position
            inner_events += outside
            exact += product
            largest = max(largest, int(np.abs(exact).max()))
        persistent |= (exact < inner.low) | (exact > inner.high)
        addend = layer.multiplier(channel, number) * inner.content
        handed_over += addend
        outside = outer.add(addend)
        first[outside & (first < 0)] = position
        outer_events += outside
        if max(map(abs, extremes(layer.codes[channel, tile], layer))) > inner.high:
            none_overflows *= 1 - tail(exact, inner.high)
    persistent |= (handed_over < outer.low) | (handed_over > outer.high)
    overflowed = (inner_events > 0) | (outer_events > 0)
    return {"accumulator": outer.content, "dot_products": len(x), "overflowed": int(overflowed.sum()),
            "persistent": int((persistent & overflowed).sum()), "transient": int((overflowed & ~persistent).sum()),
            "inner_events": int(inner_events.sum()), "outer_events": int(outer_events.sum()),
            "largest_partial_sum": largest, "estimated_rate": 1 - none_overflows,
            "first_overflow": int(first[overflowed].min(initial=len(layer.codes[channel]))) if overflowed.any() else -1,
            "first_overflow_median": int(np.sort(first[overflowed])[(overflowed.sum() - 1) // 2])
            if overflowed.any() else -1}


class EmulateTest(CliCase):
    def compare(self, inner_bits: int, outer_bits: int, tile: str, overflow: str, order: str = "natural",
                seed: int = 0) -> int:
        """Everything that emulate writes with the slow way; the number of overflowed dot products."""
        out = self.path("out.h5")
        self.succeed("emulate", self.path("q.h5"), "--inner-bits", inner_bits, "--outer-bits", outer_bits, "--tile",
                     tile, "--overflow", overflow, "--order", order, "--seed", seed, "--out", out)
        overflowed = 0
        with h5py.File(out, "r") as file:
            for name, layer in read_layers(self.path("q.h5")).items():
                k = layer.codes.shape[1]
                layer.tile = k if tile == "full" else min(k, int(tile))
                group = file[f"layers/{name}"]
                self.assertEqual(group["overflow"].attrs["order"], order)
                self.assertEqual(group["overflow"].attrs.get("seed"), seed if order == "random" else None)
                accumulator = group["accumulator"]
                self.assertEqual((accumulator.dtype, accumulator.shape), (np.int64, layer.output_shape))
                values = np.moveaxis(accumulator[()], 1, 0).reshape(len(layer.codes), -1)
                counts = {key: values[()] for key, values in group["overflow"].items()}
                for channel in range(len(layer.codes)):
                    wanted = emulate(layer, channel, inner_bits, outer_bits, overflow,
                                     ordered_tiles(layer, channel, order, seed))
                    np.testing.assert_array_equal(values[channel], wanted.pop("accumulator"))
                    if counts["largest_partial_sum"][channel] == 0:  # a proven channel is not traced
                        self.assertEqual(wanted["overflowed"], 0)
                        wanted["largest_partial_sum"] = 0
                        needed = max(self.width(extremes(layer.codes[channel, tile], layer)) for tile in layer.tiles())
                    else:
                        needed = self.width([wanted["largest_partial_sum"]])
                    self.assertEqual(counts["headroom_bits"][channel], inner_bits - needed)
                    np.testing.assert_allclose(counts["estimated_rate"][channel], wanted.pop("estimated_rate"),
                                               rtol=1e-6, atol=1e-12)
                    self.assertEqual({key: int(counts[key][channel]) for key in wanted}, wanted)
                    overflowed += wanted["overflowed"]
        return overflowed

    @staticmethod
    def width(sums: Any) -> int:
        """Bits of the least accumulator that holds them, two at least."""
        return max(2, int(max(map(abs, sums))).bit_length() + 1)

    def test_agrees_with_one_addition_at_a_time(self) -> None:
        for write in (write_layers, write_cnn):
            write(self.path("dump.h5"))
            self.succeed("quantize", self.path("dump.h5"), "--constraint", "none", "--input-samples", "3", "--out",
                         self.path("q.h5"))
            for overflow in ("wrap", "saturate"):
                for inner_bits, outer_bits, tile in ((10, 11, "8"), (11, 20, "full"), (12, 10, "5"), (24, 30, "16")):
                    with self.subTest(dump=write.__name__, datapath=(inner_bits, outer_bits, tile, overflow)):
                        overflowed = self.compare(inner_bits, outer_bits, tile, overflow)
                        self.assertEqual(overflowed > 0, inner_bits < 24)

    def test_agrees_where_levels_are_wider_than_the_bits_that_store_them(self) -> None:
        for quantizer, bits in (("power-of-two", 4), ("power-of-two", 5), ("additive-power-of-two", 8)):
            write_layers(self.path("dump.h5"))
            self.succeed("quantize", self.path("dump.h5"), "--constraint", "none", "--input-samples", "3",
                         "--weight-quantizer", quantizer, "--weight-bits", bits, "--out", self.path("q.h5"))
            largest = max(np.abs(layer.codes).max() for layer in read_layers(self.path("q.h5")).values())
            self.assertGreater(largest, 2 ** (bits - 1))
            for overflow in ("wrap", "saturate"):
                for inner_bits, outer_bits, tile in ((14, 15, "8"), (17, 24, "full"), (24, 26, "5"), (32, 36, "16")):
                    with self.subTest(quantizer=quantizer, bits=bits, datapath=(inner_bits, outer_bits, tile, overflow)):
                        self.compare(inner_bits, outer_bits, tile, overflow)

    def test_agrees_in_every_order(self) -> None:
        for write in (write_layers, write_cnn):
            write(self.path("dump.h5"))
            self.succeed("quantize", self.path("dump.h5"), "--constraint", "none", "--input-samples", "3", "--out",
                         self.path("q.h5"))
            for seed, order in enumerate(ORDERS):
                for overflow in ("wrap", "saturate"):
                    with self.subTest(dump=write.__name__, order=order, overflow=overflow):
                        self.assertGreater(self.compare(11, 13, "9", overflow, order, seed), 0)

    def test_a_guarantee_holds_in_every_order(self) -> None:
        write_cnn(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--inner-bits", "13", "--tile", "16", "--out",
                     self.path("q.h5"))
        contents = []
        for order in ORDERS:
            report = json.loads(self.succeed("emulate", self.path("q.h5"), "--order", order, "--overflow", "saturate",
                                             "--json", "--out", self.path("out.h5")))
            self.assertEqual(report["order"], order)
            for layer in report["layers"]:
                self.assertTrue(layer["guaranteed"])
                self.assertEqual((layer["overflowed"], layer["estimated_rate"], layer["first_overflow_median"]),
                                 (0, 0, None))
                self.assertGreaterEqual(layer["headroom_bits"], 0)
            with h5py.File(self.path("out.h5"), "r") as file:
                contents.append([group["accumulator"][()] for group in file["layers"].values()])
        for others in contents[1:]:
            for first, other in zip(contents[0], others):
                np.testing.assert_array_equal(first, other)

    def test_the_table_and_json_say_what_the_file_holds(self) -> None:
        write_layers(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--constraint", "none", "--out", self.path("q.h5"))
        flags = (self.path("q.h5"), "--inner-bits", "11", "--tile", "16", "--order", "random", "--seed", "7", "--out",
                 self.path("out.h5"))
        report = json.loads(self.succeed("emulate", *flags, "--json"))
        self.assertEqual((report["order"], report["seed"]), ("random", 7))
        text = self.succeed("emulate", *flags)
        self.assertIn("random", text.splitlines()[1])
        with h5py.File(self.path("out.h5"), "r") as file:
            for layer in report["layers"]:
                group = file["layers"][layer["name"]]["overflow"]
                counts = {key: values[()] for key, values in group.items()}
                products = counts["dot_products"].sum()
                k = file["layers"][layer["name"]]["codes"][0].size
                for key in ("persistent", "transient"):
                    self.assertAlmostEqual(layer[f"{key}_rate"], counts[key].sum() / products)
                self.assertAlmostEqual(layer["events_per_mac"], counts["inner_events"].sum() / (products * k))
                self.assertAlmostEqual(layer["estimated_rate"], counts["estimated_rate"].mean())
                self.assertEqual(layer["headroom_bits"], counts["headroom_bits"].min())
                self.assertGreater(layer["overflowed"], 0)

    def test_signed_codes(self) -> None:
        write_layers(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--activation", "centred", "--constraint", "none",
                     "--input-samples", "4", "--out", self.path("q.h5"))
        for overflow in ("wrap", "saturate"):
            self.assertGreater(self.compare(9, 12, "7", overflow), 0)

    def test_group_scales_count_tiles_on_their_way(self) -> None:
        for write, scale, most in ((write_layers, "integer", 15), (write_cnn, "power-of-two", 8)):
            write(self.path("dump.h5"))
            self.succeed("quantize", self.path("dump.h5"), "--group-scale", scale, "--tile", "8", "--constraint",
                         "none", "--input-samples", "3", "--out", self.path("q.h5"))
            largest = 1
            with h5py.File(self.path("q.h5"), "r") as file:
                self.assertEqual(json.loads(file.attrs["settings"])["group_scale"], scale)
                for name, layer in read_layers(self.path("q.h5")).items():
                    if layer.group_scale is None:
                        continue
                    stored = file[f"layers/{name}/group_scale"]
                    self.assertEqual((stored.dtype, stored.shape), (np.int8, (len(layer.codes), len(layer.tiles()))))
                    self.assertGreaterEqual(layer.group_scale.min(), 1)
                    largest = max(largest, int(layer.group_scale.max()))
            self.assertTrue(1 < largest <= most, largest)
            for overflow in ("wrap", "saturate"):
                for inner_bits, outer_bits in ((10, 12), (11, 20), (24, 11), (24, 34)):
                    with self.subTest(dump=write.__name__, datapath=(inner_bits, outer_bits, overflow)):
                        overflowed = self.compare(inner_bits, outer_bits, "8", overflow)
                        self.assertEqual(overflowed > 0, outer_bits < 34)
            self.assertGreater(self.compare(10, 20, "8", "saturate", "reversed"), 0)
            self.refuse(2, "emulate", self.path("q.h5"), "--tile", "16", "--out", self.path("other.h5"),
                        says=("--tile: expected 8, whose group scales layer",))

    def test_what_is_not_given_is_as_in_the_file(self) -> None:
        write_layers(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--inner-bits", "13", "--tile", "16", "--overflow", "saturate",
                     "--out", self.path("q.h5"))
        text = self.succeed("emulate", self.path("q.h5"), "--out", self.path("out.h5"))
        self.assertEqual(text.splitlines()[1].split()[:3], ["dense", "16", "13"])
        with h5py.File(self.path("out.h5"), "r") as file:
            attributes = dict(file["layers/dense/overflow"].attrs)
            self.assertEqual([attributes[key] for key in ("inner_bits", "tile", "overflow")], [13, 16, "saturate"])
            self.assertEqual(file["layers/dense/overflow/overflowed"][()].sum(), 0)

    def test_the_answer_is_a_quantized_file_with_more_in_it(self) -> None:
        write_layers(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--out", self.path("q.h5"))
        self.succeed("emulate", self.path("q.h5"), "--out", self.path("out.h5"))
        self.assertEqual(self.succeed("certify", self.path("q.h5"), "--json"),
                         self.succeed("certify", self.path("out.h5"), "--json"))
        with h5py.File(self.path("out.h5"), "r") as file:
            json.loads(file.attrs["settings"])
        self.refuse(3, "emulate", self.path("out.h5"), "--out", self.path("again.h5"), says=("/layers/dense/acc",))

    def test_without_input_codes_there_is_nothing_to_emulate(self) -> None:
        write_scaled_weights(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--algorithm", "rtn", "--out", self.path("q.h5"))
        self.refuse(3, "emulate", self.path("q.h5"), "--out", self.path("out.h5"), says=("input_codes",))

    def test_refusals(self) -> None:
        write_layers(self.path("dump.h5"))
        self.refuse(3, "emulate", self.path("dump.h5"), "--out", self.path("out.h5"), says=("axescope-quantized",))
        self.refuse(2, "emulate", self.path("dump.h5"), says=("--out",))
        self.refuse(2, "emulate", self.path("dump.h5"), "--order", "sorted", "--out", self.path("out.h5"),
                    says=("--order", "alternating", "'sorted'"))
        self.refuse(2, "emulate", self.path("dump.h5"), "--seed", "-1", "--out", self.path("out.h5"), says=("--seed",))
        self.refuse(2, "emulate", self.path("dump.h5"), "--inner-bits", "8,9", "--out", self.path("out.h5"),
                    says=("--inner-bits: expected one value",))


if __name__ == "__main__":
    unittest.main()
