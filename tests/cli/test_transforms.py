# SPDX-License-Identifier: GPL-3.0-or-later
"""Transforms from outside: what `quantize` writes still is the network, as numpy computes it from the file alone."""
from __future__ import annotations

import unittest

import h5py
import numpy as np

from cli_case import CliCase
from small_dumps import CALIBRATION_SAMPLES, CNN_NODES, convolve, write_cnn, write_layers, write_scaled_weights

ROUNDING = ("--algorithm", "rtn", "--constraint", "none", "--inner-bits", "32", "--weight-bits", "12")


def weights_of(group: h5py.Group) -> np.ndarray:
    """Of a layer of a dump or of a quantized file."""
    if "weight" in group:
        return group["weight"][()]
    codes = group["codes"][()].astype(np.float64)
    return codes * group["weight_scale"][()].reshape(-1, *[1] * (codes.ndim - 1))


def as_the_quantizer_sees(group: h5py.Group, x: np.ndarray) -> np.ndarray:
    """Linear inputs [N, I], divided, rotated and reordered as the file says."""
    if "input_scaling" in group:
        x = x / group["input_scaling"][()]
    block = int(group.attrs.get("input_rotation", 1))
    hadamard = np.ones((1, 1))
    while len(hadamard) < block:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    x = (x.reshape(len(x), -1, block) @ (hadamard / np.sqrt(block))).reshape(x.shape)
    return x[:, group["input_permutation"][()]] if "input_permutation" in group else x


def network(file: h5py.File, images: np.ndarray) -> np.ndarray:
    layers = file["layers"]
    x = (images / 255.0 - 0.5) / 0.25
    for name, groups in (("block.conv", 1), ("block.depthwise", 6)):
        if "input_scaling" in layers[name]:
            x = x / layers[name]["input_scaling"][()][:, None, None]
        if "input_permutation" in layers[name]:
            x = x[:, layers[name]["input_permutation"][()]]
        x = np.maximum(convolve(x, weights_of(layers[name]), layers[name]["bias"][()], groups=groups), 0)
    x = x.reshape(len(x), 6, 4, 2, 4, 2).max(axis=(3, 5)).reshape(len(x), -1)
    x = np.maximum(as_the_quantizer_sees(layers["hidden"], x) @ weights_of(layers["hidden"]).T
                   + layers["hidden"]["bias"][()], 0)
    return (as_the_quantizer_sees(layers["classes"], x) @ weights_of(layers["classes"]).T
            + layers["classes"]["bias"][()])


class TransformsTest(CliCase):
    def quantize(self, *flags: str) -> h5py.File:
        self.succeed("quantize", self.path("dump.h5"), *flags, "--out", self.path("q.h5"))
        file = h5py.File(self.path("q.h5"), "r")
        self.addCleanup(file.close)
        return file

    def test_the_files_layers_are_the_network(self) -> None:
        write_cnn(self.path("dump.h5"))
        with h5py.File(self.path("dump.h5"), "r") as dump:
            images = dump["calibration/inputs"][()]  # others may wake inputs that were always zero, whose code is 0
            logits = network(dump, images)
        for flags in ((), ("--equalize", "20"), ("--smooth-quant", "0.6"), ("--hadamard", "on"),
                      ("--tile-balance", "on", "--tile", "7"),
                      ("--equalize", "5", "--smooth-quant", "0.5", "--hadamard", "on"),
                      ("--smooth-quant", "0.5", "--hadamard", "on", "--tile-balance", "on", "--tile", "4")):
            with self.subTest(flags=flags):
                file = self.quantize(*ROUNDING, *flags)
                error = np.abs(network(file, images) - logits).max() / np.abs(logits).max()
                self.assertLess(error, 0.02)
                file.close()

    def test_equalization_is_in_the_codes(self) -> None:
        write_cnn(self.path("dump.h5"))
        plain = self.quantize(*ROUNDING)["layers/hidden/bias"][()]
        file = self.quantize(*ROUNDING, "--equalize", "20")
        self.assertFalse(np.array_equal(file["layers/hidden/bias"][()], plain))
        self.assertNotIn("input_scaling", file["layers/hidden"])

    def test_input_codes_follow_the_file(self) -> None:
        write_layers(self.path("dump.h5"))
        dense = self.quantize("--smooth-quant", "0.5", "--hadamard", "on", "--input-samples", "10")["layers/dense"]
        self.assertEqual(dense.attrs["input_rotation"], 8)
        with h5py.File(self.path("dump.h5"), "r") as dump:
            x = as_the_quantizer_sees(dense, dump["layers/dense/input"][:10].astype(np.float64))
        codes = np.clip(np.rint(x / dense.attrs["input_scale"]) + dense.attrs["input_zero_point"], 0, 255)
        difference = np.abs(dense["input_codes"][()].astype(int) - codes)
        self.assertLessEqual(difference.max(), 1)  # float32 may fall on the other side of a half
        self.assertLess(difference.mean(), 0.01)

    def test_a_folded_batch_norm_is_in_weights_and_bias(self) -> None:
        norm = {"name": "norm", "op": "batch_norm", "inputs": ["conv"],
                "params": {"weight": "g", "bias": "b", "mean": "m", "var": "v"}, "eps": 1e-3}
        nodes = [dict(node) for node in CNN_NODES]
        nodes[2]["inputs"] = ["norm"]
        nodes.insert(2, norm)
        write_cnn(self.path("dump.h5"), nodes)
        random = np.random.default_rng(3)
        gain, shift, mean = random.normal(size=(3, 6)).astype(np.float32)
        variance = random.uniform(0.1, 2, size=6).astype(np.float32)
        with h5py.File(self.path("dump.h5"), "r+") as dump:
            for name, values in (("g", gain), ("b", shift), ("m", mean), ("v", variance)):
                dump[f"params/{name}"] = values
            weight, bias = dump["layers/block.conv/weight"][()], dump["layers/block.conv/bias"][()]
        self.assertNotIn("folded_batch_norm", self.quantize(*ROUNDING)["layers/block.conv"].attrs)
        layer = self.quantize(*ROUNDING, "--fold-batch-norm", "on")["layers/block.conv"]
        self.assertEqual(layer.attrs["folded_batch_norm"], "norm")
        factor = gain / np.sqrt(variance + 1e-3)
        np.testing.assert_allclose(layer["bias"][()], factor * bias + shift - factor * mean, rtol=1e-4, atol=1e-5)
        scale = layer["weight_scale"][()][:, None, None, None]
        self.assertLess((np.abs(weights_of(layer) - factor[:, None, None, None] * weight) / scale).max(), 0.51)

    def test_bias_correction_changes_biases_alone(self) -> None:
        write_cnn(self.path("dump.h5"))
        flags = ("--algorithm", "rtn", "--propagate", "off", "--calibration-samples", str(CALIBRATION_SAMPLES))
        plain = {name: (group["codes"][()], group["bias"][()]) for name, group in self.quantize(*flags)["layers"].items()}
        for name, group in self.quantize(*flags, "--bias-correction", "on")["layers"].items():
            np.testing.assert_array_equal(group["codes"][()], plain[name][0])
            self.assertFalse(np.array_equal(group["bias"][()], plain[name][1]))

    def test_refusals_name_the_flag(self) -> None:
        write_scaled_weights(self.path("dump.h5"))
        for flags, says in ((("--bias-correction", "on", "--algorithm", "rtn"), "bias correction"),
                            (("--hadamard", "on", "--activation", "unsigned"), "--hadamard"),
                            (("--smooth-quant", "1.5"), "--smooth-quant"), (("--equalize", "-1"), "--equalize")):
            self.refuse(2, "quantize", self.path("dump.h5"), *flags, "--out", self.path("q.h5"), says=(says,))


if __name__ == "__main__":
    unittest.main()
