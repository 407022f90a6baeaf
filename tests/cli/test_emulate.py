# SPDX-License-Identifier: GPL-3.0-or-later
"""`emulate` against one addition at a time in Python's own integers."""
from __future__ import annotations

import json
import unittest

import h5py
import numpy as np

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


def emulate(layer: Layer, channel: int, inner_bits: int, outer_bits: int, overflow: str) -> dict[str, np.ndarray | int]:
    """Contents of the outer accumulators of a channel and its counts."""
    group = channel // (len(layer.codes) // layer.groups)
    x = layer.columns[group]
    outer = Accumulators(outer_bits, overflow, len(x))
    inner_events = np.zeros(len(x), np.int64)
    outer_events = np.zeros(len(x), np.int64)
    persistent = np.zeros(len(x), bool)
    handed_over = np.zeros(len(x), np.int64)
    largest = 0
    for tile in layer.tiles():
        inner = Accumulators(inner_bits, overflow, len(x))
        exact = np.zeros(len(x), np.int64)
        for column in range(tile.start, tile.stop):
            product = x[:, column] * layer.codes[channel, column]
            inner_events += inner.add(product)
            exact += product
            largest = max(largest, int(np.abs(exact).max()))
        persistent |= (exact < inner.low) | (exact > inner.high)
        handed_over += inner.content
        outer_events += outer.add(inner.content)
    persistent |= (handed_over < outer.low) | (handed_over > outer.high)
    overflowed = (inner_events > 0) | (outer_events > 0)
    return {"accumulator": outer.content, "dot_products": len(x), "overflowed": int(overflowed.sum()),
            "persistent": int((persistent & overflowed).sum()), "transient": int((overflowed & ~persistent).sum()),
            "inner_events": int(inner_events.sum()), "outer_events": int(outer_events.sum()),
            "largest_partial_sum": largest}


class EmulateTest(CliCase):
    def compare(self, inner_bits: int, outer_bits: int, tile: str, overflow: str) -> int:
        """Everything that emulate writes with the slow way; the number of overflowed dot products."""
        out = self.path("out.h5")
        self.succeed("emulate", self.path("q.h5"), "--inner-bits", inner_bits, "--outer-bits", outer_bits, "--tile",
                     tile, "--overflow", overflow, "--out", out)
        overflowed = 0
        with h5py.File(out, "r") as file:
            for name, layer in read_layers(self.path("q.h5")).items():
                k = layer.codes.shape[1]
                layer.tile = k if tile == "full" else min(k, int(tile))
                group = file[f"layers/{name}"]
                accumulator = group["accumulator"]
                self.assertEqual((accumulator.dtype, accumulator.shape), (np.int64, layer.output_shape))
                values = np.moveaxis(accumulator[()], 1, 0).reshape(len(layer.codes), -1)
                counts = {key: values[()] for key, values in group["overflow"].items()}
                for channel in range(len(layer.codes)):
                    wanted = emulate(layer, channel, inner_bits, outer_bits, overflow)
                    np.testing.assert_array_equal(values[channel], wanted.pop("accumulator"))
                    if counts["largest_partial_sum"][channel] == 0:  # a proven channel is not traced
                        self.assertEqual(wanted["overflowed"], 0)
                        wanted["largest_partial_sum"] = 0
                    self.assertEqual({key: int(counts[key][channel]) for key in wanted}, wanted)
                    self.assertEqual(counts["first_overflow"][channel] >= 0, wanted["inner_events"] > 0
                                     or wanted["outer_events"] > 0)
                    overflowed += wanted["overflowed"]
        return overflowed

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

    def test_signed_codes(self) -> None:
        write_layers(self.path("dump.h5"))
        self.succeed("quantize", self.path("dump.h5"), "--activation", "centred", "--constraint", "none",
                     "--input-samples", "4", "--out", self.path("q.h5"))
        for overflow in ("wrap", "saturate"):
            self.assertGreater(self.compare(9, 12, "7", overflow), 0)

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
        self.refuse(2, "emulate", self.path("dump.h5"), "--inner-bits", "8,9", "--out", self.path("out.h5"),
                    says=("--inner-bits: expected one value",))


if __name__ == "__main__":
    unittest.main()
