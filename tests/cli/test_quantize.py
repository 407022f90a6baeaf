# SPDX-License-Identifier: GPL-3.0-or-later
"""`quantize`: codes, scales, certificates and input codes of one setting."""
from __future__ import annotations

import json
import unittest

import h5py
import numpy as np

from cli_case import CliCase, points
from quantized_codes import read_layers
from small_dumps import (add_linear, write_cnn, write_layers, write_scaled_weights, write_shared,
                         write_uncalibrated_cnn, write_weights)


class QuantizeTest(CliCase):
    def quantize(self, write: object, *flags: str) -> str:
        write(self.path("dump.h5"))
        return self.succeed("quantize", self.path("dump.h5"), *flags, "--out", self.path("q.h5"))

    def test_every_kind_of_file(self) -> None:
        for write, flags in ((write_cnn, ()), (write_layers, ()), (write_scaled_weights, ("--algorithm", "rtn"))):
            with self.subTest(dump=write.__name__):
                text = self.quantize(write, "--inner-bits", "14", "--tile", "16", *flags)
                self.assertIn("Guaranteed: no input can overflow any accumulator.", text)
                self.assertIn("Smallest P_I", text)
        self.assert_no_leftovers()

    def test_codes_and_attributes(self) -> None:
        self.quantize(write_layers, "--inner-bits", "13", "--tile", "16", "--weight-bits", "5")
        with h5py.File(self.path("q.h5"), "r") as file, h5py.File(self.path("dump.h5"), "r") as dump:
            dense = file["layers/dense"]
            self.assertEqual(dense["codes"].shape, dump["layers/dense/weight"].shape)
            self.assertLessEqual(np.abs(dense["codes"][()]).max(), 15)
            self.assertEqual(dense["input_codes"].shape, (64, 40))
            self.assertEqual(file["layers/grouped/input_codes"].shape, (16, 4, 5, 5))
            np.testing.assert_array_equal(dense["bias"][()], dump["layers/dense/bias"][()])
            self.assertEqual([dense.attrs[key] for key in ("weight_bits", "inner_bits", "tile", "overflow")],
                             [5, 13, 16, "wrap"])
            settings = json.loads(file.attrs["settings"])
            self.assertEqual((settings["inner_bits"], settings["tile"]), (13, 16))
            self.assertEqual(json.loads(file.attrs["provenance"])["input"], "dump.h5")

    def test_input_codes_are_the_quantized_inputs(self) -> None:
        self.quantize(write_layers, "--input-samples", "10")
        with h5py.File(self.path("q.h5"), "r") as file, h5py.File(self.path("dump.h5"), "r") as dump:
            dense = file["layers/dense"]
            x = dump["layers/dense/input"][:10].astype(np.float64)
            codes = np.clip(np.rint(x / dense.attrs["input_scale"]) + dense.attrs["input_zero_point"], 0, 255)
            np.testing.assert_array_equal(dense["input_codes"][()], codes)

    def test_a_network_gives_every_layer_input_codes(self) -> None:
        for propagate in ("on", "off"):
            self.quantize(write_cnn, "--input-samples", "5", "--propagate", propagate)
            layers = read_layers(self.path("q.h5"))
            self.assertEqual({name: layer.output_shape for name, layer in layers.items()},
                             {"block.conv": (5, 6, 8, 8), "block.depthwise": (5, 6, 8, 8), "hidden": (5, 24),
                              "classes": (5, 3)})
        self.quantize(write_cnn, "--input-samples", "0")
        self.assertIsNone(read_layers(self.path("q.h5"))["hidden"].columns)

    def test_it_is_the_point_that_sweep_measures(self) -> None:
        flags = ("--algorithm", "optq", "--constraint", "axe", "--inner-bits", "13", "--tile", "16")
        self.quantize(write_cnn, *flags)
        self.succeed("sweep", self.path("dump.h5"), *flags, "--out", self.path("r.h5"))
        layers = read_layers(self.path("q.h5"))
        zeros = sum(int((layer.codes == 0).sum()) for layer in layers.values())
        codes = sum(layer.codes.size for layer in layers.values())
        self.assertEqual(points(self.path("r.h5"))["sparsity"][0], zeros / codes)

    def test_layers_can_be_chosen(self) -> None:
        self.quantize(write_cnn, "--layers", "block.*", "--skip-layers", "block.conv", "--skip-bits", "7")
        layers = read_layers(self.path("q.h5"))
        self.assertEqual({name: (x.weight_bits, x.inner_bits) for name, x in layers.items()},
                         {"block.conv": (7, 32), "block.depthwise": (4, 16)})
        self.refuse(2, "quantize", self.path("dump.h5"), "--layers", "none*", "--out", self.path("n.h5"),
                    says=("--layers",))

    def test_channels_have_widths_of_their_own(self) -> None:
        self.quantize(write_layers, "--inner-bits", "16", "--tile", "16", "--overrides",
                      "dense[0-2,5]:weight_bits=8,inner_bits=18;dense[7]:inner_bits=12")
        widths, inner = [4] * 12, [16] * 12
        for channel in (0, 1, 2, 5):
            widths[channel], inner[channel] = 8, 18
        inner[7] = 12
        with h5py.File(self.path("q.h5"), "r") as file:
            dense = file["layers/dense"]
            codes = dense["codes"][()].astype(int)
            self.assertEqual((list(dense["channel_weight_bits"]), list(dense["channel_inner_bits"])), (widths, inner))
            self.assertEqual((dense.attrs["weight_bits"], dense.attrs["inner_bits"]), (8, 18))
            self.assertNotIn("channel_weight_bits", file["layers/grouped"])
        for channel, bits in enumerate(widths):
            self.assertLess(np.abs(codes[channel]).max(), 1 << (bits - 1))
        self.assertGreater(np.abs(codes[[0, 1, 2, 5]]).max(), 7)
        # Asymmetric codes: positive and negative weights of a tile each within L / 255.
        for channel, bits in enumerate(inner):
            limit = ((1 << (bits - 1)) - 1) // 255
            for tile in range(0, 40, 16):
                part = codes[channel, tile:tile + 16]
                self.assertLessEqual(max(part[part > 0].sum(), -part[part < 0].sum()), limit)
        report = json.loads(self.succeed("certify", self.path("q.h5"), "--json"))["layers"]
        dense = next(layer for layer in report if layer["name"] == "dense")
        self.assertTrue(dense["guaranteed"])
        self.assertEqual((dense["channel_weight_bits"], dense["channel_inner_bits"]), (widths, inner))
        self.succeed("emulate", self.path("q.h5"), "--out", self.path("emulated.h5"))
        with h5py.File(self.path("emulated.h5"), "r") as file:
            self.assertEqual(file["layers/dense/overflow/overflowed"][()].sum(), 0)
            products = file["layers/dense/input_codes"][()].astype(int) @ codes.T
            np.testing.assert_array_equal(file["layers/dense/accumulator"][()], products)
        for overrides, says in (("dense[0-12]:weight_bits=8", "channels below 12"), ("dense[1]:tile=8", "'tile'")):
            self.refuse(2, "quantize", self.path("dump.h5"), "--overrides", overrides, "--out", self.path("n.h5"),
                        says=(says,))

    def test_dynamic_activations_of_linear_layers(self) -> None:
        flags = ("--activation-dynamic", "on", "--activation-bits", "4", "--inner-bits", "13", "--tile", "16")
        self.assertIn("Guaranteed", self.quantize(write_layers, *flags))
        with h5py.File(self.path("q.h5"), "r") as file, h5py.File(self.path("dump.h5"), "r") as dump:
            dense = file["layers/dense"]
            self.assertEqual(dense.attrs["input_dynamic"], 1)
            self.assertNotIn("input_dynamic", file["layers/grouped"].attrs)
            rows = dump["layers/dense/input"][:64].astype(np.float64)
            low = np.minimum(rows.min(axis=1, keepdims=True), 0)
            scale = (np.maximum(rows.max(axis=1, keepdims=True), 0) - low) / 15
            zero_point = np.clip(np.rint(-low / scale), 0, 15)
            steps = rows / scale
            sure = np.abs(steps - np.floor(steps) - 0.5) > 1e-6
            np.testing.assert_array_equal(dense["input_codes"][()][sure],
                                          np.clip(np.rint(steps) + zero_point, 0, 15)[sure])
        self.succeed("certify", self.path("q.h5"))
        self.succeed("emulate", self.path("q.h5"), "--inner-bits", "13", "--outer-bits", "24", "--tile", "16", "--out",
                     self.path("e.h5"))
        write_weights(self.path("w.h5"))  # rows tell their own range: nothing to calibrate
        self.succeed("quantize", self.path("w.h5"), "--algorithm", "rtn", "--activation-dynamic", "on", "--out",
                     self.path("w-q.h5"))

    def test_weights_alone_need_round_to_nearest(self) -> None:
        write_scaled_weights(self.path("dump.h5"))
        self.refuse(2, "quantize", self.path("dump.h5"), "--out", self.path("q.h5"),
                    says=("dump.h5: layer 'first'", "only rtn works", "--layers"))

    def test_a_scale_that_nobody_knows_is_not_written(self) -> None:
        for write, layer in ((write_weights, "first"), (write_uncalibrated_cnn, "block.conv")):
            write(self.path("dump.h5"))
            self.refuse(3, "quantize", self.path("dump.h5"), "--algorithm", "rtn", "--out", self.path("q.h5"),
                        says=(f"dump.h5: /layers/{layer}: expected calibration inputs or an input_scale",))

    def test_a_layer_used_twice_is_calibrated_on_both_uses(self) -> None:
        largest = write_shared(self.path("dump.h5"))
        for propagate in ("on", "off"):
            self.succeed("quantize", self.path("dump.h5"), "--propagate", propagate, "--percentile", "100",
                         "--constraint", "none", "--inner-bits", "32", "--out", self.path("q.h5"))
            with h5py.File(self.path("q.h5"), "r") as file:
                shared = file["layers/shared"].attrs
                self.assertEqual(shared["input_zero_point"], 0)
                self.assertAlmostEqual(shared["input_scale"] * 255, largest, delta=1e-4 * largest)

    def test_a_layer_that_nothing_can_be_said_of_is_left_out(self) -> None:
        write_cnn(self.path("dump.h5"))
        with h5py.File(self.path("dump.h5"), "r+") as file:
            add_linear(file, "spare", np.ones((4, 5)))
        self.succeed("quantize", self.path("dump.h5"), "--algorithm", "gpfq", "--out", self.path("q.h5"))
        self.assertNotIn("spare", read_layers(self.path("q.h5")))
        self.refuse(2, "quantize", self.path("dump.h5"), "--layers", "spare", "--out", self.path("n.h5"),
                    says=("--layers",))


if __name__ == "__main__":
    unittest.main()
