# SPDX-License-Identifier: GPL-3.0-or-later
"""`quantize`: codes, scales, certificates and input codes of one setting."""
from __future__ import annotations

import json
import pathlib
import unittest

import h5py
import numpy as np

from cli_case import CliCase, points
from quantized_codes import read_layers
from small_dumps import (add_linear, write_cnn, write_layers, write_scaled_weights, write_shared,
                         write_uncalibrated_cnn, write_weights)

REPOSITORY_SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"


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

    def test_levels_are_stored_as_values_and_certified(self) -> None:
        text = self.quantize(write_layers, "--weight-quantizer", "power-of-two", "--inner-bits", "14", "--tile", "16",
                             "--activation-bits", "4", "--overrides", "dense:weight_bits=5")
        self.assertIn("Guaranteed: no input can overflow any accumulator.", text)
        self.assertIn("power-of-two", text)
        with h5py.File(self.path("q.h5"), "r") as file:
            for name, bits, kind in (("dense", 5, np.int16), ("grouped", 4, np.int8)):
                layer = file[f"layers/{name}"]
                self.assertEqual((layer.attrs["weight_quantizer"], layer.attrs["weight_bits"]), ("power-of-two", bits))
                self.assertEqual(layer["codes"].dtype, kind)
                magnitudes = set(np.abs(layer["codes"][()].astype(int)).ravel())
                self.assertLessEqual(magnitudes, {0, *(2 ** i for i in range(2 ** (bits - 1) - 1))})
        certified = json.loads(self.succeed("certify", self.path("q.h5"), "--json"))["layers"]
        for layer in certified:
            largest = 16384 if layer["name"] == "dense" else 64
            safe = int(layer["tile"]) * largest * 2 ** 4
            self.assertEqual(layer["bounds"]["data_type"], safe.bit_length() + 1)
            self.assertEqual(layer["weight_quantizer"], "power-of-two")
            self.assertTrue(layer["guaranteed"])

    def test_levels_that_do_not_fit_are_refused_in_one_line(self) -> None:
        write_layers(self.path("dump.h5"))
        self.refuse(2, "quantize", self.path("dump.h5"), "--weight-quantizer", "power-of-two", "--weight-bits", "6",
                    "--out", self.path("q.h5"), says=("--weight-bits", "2 to 5 with power-of-two weights", "6"))

    def test_layers_with_given_scales_stay_uniform(self) -> None:
        def write(path: object) -> None:
            write_scaled_weights(path)
            with h5py.File(path, "r+") as file:
                first = next(iter(file["layers"].values()))
                first["weight_scale"] = np.full(len(first["weight"]), 0.01)

        self.quantize(write, "--algorithm", "rtn", "--weight-quantizer", "power-of-two")
        with h5py.File(self.path("q.h5"), "r") as file:
            levels = [layer.attrs.get("weight_quantizer", "uniform") for layer in file["layers"].values()]
        self.assertEqual(levels[0], "uniform")
        self.assertEqual(set(levels[1:]), {"power-of-two"})

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

    def test_integer_arithmetic_tells_what_stays_in_float(self) -> None:
        flags = ("--arithmetic", "integer", "--out", self.path("q.h5"))
        self.assertIn("Integers only", self.succeed("quantize", REPOSITORY_SAMPLES / "digits-cnn.h5", *flags))
        text = self.succeed("quantize", REPOSITORY_SAMPLES / "text-lm.h5", *flags)
        self.assertNotIn("Integers only", text)
        self.assertRegex(text, r"attention +a softmax of products of its inputs")
        self.assertRegex(text, r"linear +a layer that is not quantized")

    def test_scales_are_what_double_quantization_allows(self) -> None:
        for rule, bits in (("fixed-point", 5), ("shared", 5), ("power-of-two", 8)):
            path = self.path(f"{rule}.h5")
            self.succeed("quantize", REPOSITORY_SAMPLES / "digits-cnn.h5", "--scale-quantization", rule,
                         "--scale-bits", str(bits), "--out", path)
            with h5py.File(path, "r") as file:
                for layer in file["layers"].values():
                    scales = layer["weight_scale"][()].astype(np.float64)
                    if rule == "shared":
                        integers = scales / (scales.max() / 31)
                    else:
                        integers = np.frexp(scales)[0] * (2 if rule == "power-of-two" else 32)
                    np.testing.assert_allclose(integers, np.round(integers), rtol=0, atol=1e-4)
                    if rule == "power-of-two":
                        self.assertTrue((integers == 1).all())
                        self.assertEqual(np.frexp(layer.attrs["input_scale"])[0], 0.5)

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
