# SPDX-License-Identifier: GPL-3.0-or-later
"""`info`: what is in a file, as text and JSON, the float accuracy and the logits."""
from __future__ import annotations

import json
import unittest

import h5py
import numpy as np

from cli_case import CliCase
from small_dumps import (CALIBRATION_SAMPLES, EVALUATION_SAMPLES, WRONG_LABELS, add_linear, write_cnn, write_layers,
                         write_uncalibrated_cnn, write_weights)

LAYER_KEYS = ["name", "kind", "channels", "k", "groups", "parameters", "calibration_samples"]


class InfoTest(CliCase):
    def test_json_of_a_network(self) -> None:
        write_cnn(self.path("cnn.h5"))
        info = json.loads(self.succeed("info", self.path("cnn.h5"), "--json"))
        self.assertEqual(list(info), ["model", "task", "layers"])
        self.assertEqual((info["model"], info["task"]), ("cnn", "classification"))
        for layer in info["layers"]:
            self.assertEqual(list(layer), LAYER_KEYS)
            self.assertEqual(layer["calibration_samples"], CALIBRATION_SAMPLES)
        self.assertEqual([list(layer.values())[:6] for layer in info["layers"]],
                         [["block.conv", "conv2d", 6, 9, 1, 60], ["block.depthwise", "conv2d", 6, 9, 6, 60],
                          ["hidden", "linear", 24, 96, 1, 2328], ["classes", "linear", 3, 24, 1, 75]])

    def test_float_accuracy_and_logits(self) -> None:
        expected = write_cnn(self.path("cnn.h5"))
        info = json.loads(self.succeed("info", self.path("cnn.h5"), "--json", "--evaluate", "--logits",
                                       self.path("logits.h5")))
        self.assertEqual(info["float_accuracy"], 1 - WRONG_LABELS / EVALUATION_SAMPLES)
        with h5py.File(self.path("logits.h5"), "r") as file:
            self.assertEqual(file["logits"].dtype, np.float32)
            np.testing.assert_allclose(file["logits"][()], expected, atol=1e-4)

    def test_layers_with_their_own_inputs(self) -> None:
        write_layers(self.path("layers.h5"))
        layers = json.loads(self.succeed("info", self.path("layers.h5"), "--json"))["layers"]
        self.assertEqual([(x["name"], x["k"], x["groups"], x["calibration_samples"]) for x in layers],
                         [("dense", 40, 1, 96), ("grouped", 18, 2, 16)])

    def test_text_says_what_the_file_gives(self) -> None:
        write_cnn(self.path("cnn.h5"))
        write_layers(self.path("layers.h5"))
        write_weights(self.path("weights.h5"))
        text = self.succeed("info", self.path("cnn.h5"), "--evaluate")
        self.assertIn("task accuracy, error of each layer, budgets and bounds", text)
        self.assertIn("90.000 %", text)
        self.assertIn("error of each layer, budgets and bounds", self.succeed("info", self.path("layers.h5")))
        self.assertIn("budgets and bounds", self.succeed("info", self.path("weights.h5")))

    def test_text_promises_no_accuracy_without_calibration(self) -> None:
        write_uncalibrated_cnn(self.path("cnn.h5"))
        text = self.succeed("info", self.path("cnn.h5"))
        self.assertIn("Gives        budgets and bounds, quantized by rtn alone (task accuracy and the other algorithms "
                      "need calibration inputs)", text)

    def test_layers_that_no_study_quantizes_are_named(self) -> None:
        write_cnn(self.path("cnn.h5"))
        with h5py.File(self.path("cnn.h5"), "r+") as file:
            add_linear(file, "spare", np.ones((4, 5)))
        self.assertIn("Left out     spare (not used by the graph", self.succeed("info", self.path("cnn.h5")))
        layers = json.loads(self.succeed("info", self.path("cnn.h5"), "--json"))["layers"]
        self.assertEqual([x["name"] for x in layers if x.get("left_out")], ["spare"])

    def test_bounds_of_the_published_example(self) -> None:
        with h5py.File(self.path("net.h5"), "w") as file:
            file["weight"] = np.zeros((2, 4096), np.float32)
        text = self.succeed("info", self.path("net.h5"), "--map", "fc=/weight:OI")
        self.assertEqual(text.splitlines()[-4].split()[-2:], ["25", "29"])  # W4A8 and W8A8 at K = 4096

    def test_a_mapped_file(self) -> None:
        with h5py.File(self.path("net.h5"), "w") as file:
            file["net/kernel:0"] = np.ones((3, 3, 2, 5), np.float32)
            file["net/w"] = np.ones((7, 4), np.float32)
        info = json.loads(self.succeed("info", self.path("net.h5"), "--json", "--map", "a=/net/kernel:0:HWIO",
                                       "--map", "b=/net/w:IO"))
        self.assertEqual([(x["name"], x["kind"], x["channels"], x["k"]) for x in info["layers"]],
                         [("a", "conv2d", 5, 18), ("b", "linear", 4, 7)])

    def test_refusals(self) -> None:
        write_weights(self.path("weights.h5"))
        self.refuse(3, "info", self.path("weights.h5"), "--evaluate", says=("weights.h5: /graph", "found none"))
        self.refuse(2, "info", self.path("weights.h5"), "--map", "a=/layers/first/weight", says=("--map",))
        self.refuse(2, "info", self.path("weights.h5"), "--map", "a/b=/layers/first/weight:OI", says=("without /",))
        self.refuse(2, "info", self.path("weights.h5"), "--logits", self.path("weights.h5"), says=("--logits",))


if __name__ == "__main__":
    unittest.main()
