# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the PyTorch exporter: every dump must compute what PyTorch computes.

    [AXESCOPE_CLI=path/to/axescope-cli] python3 -m unittest discover -s tests/exporter -v

Each network is exported once. The dumps are evaluated by replay_dump.py, which knows the file only, and, where
AXESCOPE_CLI names the command-line program, by that too.
"""
from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "samples")]

from axescope_export import UnsupportedOperation, export  # noqa: E402
from exporter_case import FromFunction, NetworkCase, Outer, graph_of  # noqa: E402
from networks import NETWORKS, build  # noqa: E402
from replay_dump import replay  # noqa: E402

CLI = os.environ.get("AXESCOPE_CLI")

torch.set_num_threads(2)
_folder = tempfile.TemporaryDirectory()


@functools.lru_cache(maxsize=None)
def exported(name: str) -> tuple[Path, np.ndarray]:
    """The dump of a network and PyTorch's own outputs [N, classes] on the dump's evaluation inputs."""
    model, inputs = build(name)
    path = Path(_folder.name) / f"{name}.h5"
    labels = torch.arange(len(inputs)) % 5
    export(model, path, calibration=inputs, eval=(inputs, labels), model_name=name)
    with torch.no_grad():
        return path, model.eval()(inputs).numpy()


class ReplayTest(NetworkCase):
    def test_every_network_computes_the_same(self) -> None:
        for name in NETWORKS:
            with self.subTest(network=name):
                path, expected = exported(name)
                self.assertGreater(expected.std(axis=0).max(), 0.01 * np.abs(expected).max())  # it depends on its input
                self.assert_close(replay(path), expected)

    def test_uint8_images_are_normalized_by_the_graph(self) -> None:
        model, _ = build("sequential")
        images = torch.randint(0, 256, (4, 3, 12, 12), dtype=torch.uint8)
        mean, std = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
        path = Path(_folder.name) / "uint8.h5"
        labels = torch.zeros(4, dtype=torch.long)
        export(model, path, calibration=images, eval=(images, labels), normalize=(mean, std, 255))
        with h5py.File(path, "r") as file:
            self.assertEqual(file["calibration/inputs"].dtype, np.uint8)
        inputs = (images / 255 - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(std).view(-1, 1, 1)
        with torch.no_grad():
            self.assert_close(replay(path), model.eval()(inputs).numpy())

    def test_in_place_activation_also_changes_other_names_of_its_input(self) -> None:
        def forward(m: nn.Module, x: Tensor) -> Tensor:
            y = m.linear(x)
            return F.relu(y, inplace=True) + y
        model, x = FromFunction(forward), torch.randn(5, 6)
        path = Path(_folder.name) / "in_place.h5"
        export(model, path, example=x)
        with torch.no_grad():
            self.assert_close(replay(path, x.numpy()), model(x).numpy())


    def test_weights_that_one_module_owns_stay_apart(self) -> None:
        class TwoWeights(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.w1, self.w2 = nn.Parameter(torch.randn(6, 6)), nn.Parameter(torch.randn(6, 6))
                self.bias, self.linear = nn.Parameter(torch.randn(6)), nn.Linear(6, 6)

            def forward(self, x: Tensor) -> Tensor:
                x = F.linear(F.relu(F.linear(x, self.w1)), self.w2)
                x = F.linear(F.relu(x), self.w1) + F.linear(x, self.w1, self.bias)
                return self.linear(x) + F.linear(x, self.linear.weight)

        for model, layers in ((TwoWeights(), ["linear", "linear_2", "linear_3", "linear_4", "linear_5"]),
                              (Outer(TwoWeights()), ["body.part", "body.part.linear", "body.part.linear_2",
                                                     "body.part_2", "body.part_3"])):
            x, path = torch.randn(5, 6), Path(_folder.name) / "two_weights.h5"
            with torch.no_grad():
                export(model, path, example=x)
                self.assert_close(replay(path, x.numpy()), model(x).numpy())
            with h5py.File(path, "r") as file:
                self.assertEqual(sorted(file["layers"]), layers)


@unittest.skipUnless(CLI, "AXESCOPE_CLI does not name the command-line program, so only the replay was compared")
class CommandLineTest(NetworkCase):
    def test_every_network_computes_the_same(self) -> None:
        for name in NETWORKS:
            with self.subTest(network=name):
                path, expected = exported(name)
                logits = path.with_suffix(".logits.h5")
                run = subprocess.run([CLI, "info", path, "--evaluate", "--logits", logits, "--json"],
                                     capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr)
                with h5py.File(logits, "r") as file:
                    self.assert_close(file["logits"][()], expected)
                right = expected.argmax(axis=1) == np.arange(len(expected)) % 5
                self.assertAlmostEqual(json.loads(run.stdout)["float_accuracy"], right.mean(), places=6)


class BatchNormTest(NetworkCase):
    def test_folds_into_the_layer_before(self) -> None:
        for name in ("sequential", "resnet18", "mobilenet_v2", "vgg11_bn"):
            with self.subTest(network=name):
                self.assertNotIn("batch_norm", {node["op"] for node in graph_of(exported(name)[0])["nodes"]})

    def test_stays_where_folding_would_change_the_result(self) -> None:
        nodes = graph_of(exported("operations")[0])["nodes"]
        norms = [node["name"] for node in nodes if node["op"] == "batch_norm"]
        self.assertEqual(norms, ["first_norm", "branch_norm", "token_norm"])

    def test_all_stay_where_asked_to(self) -> None:
        model, x = build("sequential")
        path = Path(_folder.name) / "unfolded.h5"
        export(model, path, example=x, fold_batch_norms=False)
        norms = sum(isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) for module in model.modules())
        self.assertGreater(norms, 0)
        self.assertEqual(sum(node["op"] == "batch_norm" for node in graph_of(path)["nodes"]), norms)
        with torch.no_grad():
            self.assert_close(replay(path, x.numpy()), model.eval()(x).numpy())

    def test_one_norm_may_follow_several_layers(self) -> None:
        def forward(m: nn.Module, x: Tensor) -> Tensor:
            return m.norm(m.linear(x)) + m.norm(m.second(x)) + m.norm(x)
        model = FromFunction(forward, second=nn.Linear(6, 6), norm=nn.BatchNorm1d(6))
        x, path = torch.randn(8, 6), Path(_folder.name) / "shared_norm.h5"
        with torch.no_grad():
            model(3 * x + 1)
            export(model, path, example=x)
            self.assert_close(replay(path, x.numpy()), model.eval()(x).numpy())
        self.assertEqual(sum(node["op"] == "batch_norm" for node in graph_of(path)["nodes"]), 1)

    def test_folding_changes_only_the_layers_followed_by_a_norm(self) -> None:
        model, _ = build("resnet18")
        with h5py.File(exported("resnet18")[0], "r") as file:
            names = {name for name, module in model.named_modules() if isinstance(module, (nn.Conv2d, nn.Linear))}
            self.assertEqual(set(file["layers"]), names)
            np.testing.assert_array_equal(file["layers/fc/weight"][()], model.fc.weight.detach().numpy())
            scale = model.bn1.weight / torch.sqrt(model.bn1.running_var + model.bn1.eps)
            folded = (model.conv1.weight * scale.view(-1, 1, 1, 1)).detach().numpy()
            np.testing.assert_allclose(file["layers/conv1/weight"][()], folded, rtol=1e-5)


class FileTest(unittest.TestCase):
    def test_attributes_and_shapes(self) -> None:
        with h5py.File(exported("sequential")[0], "r") as file:
            self.assertEqual(dict(file.attrs), {"format": "axescope-dump", "version": 1, "model": "sequential",
                                                "task": "classification", "producer": "axescope_export"})
            conv = file["layers/4"]
            self.assertEqual([conv.attrs[key] for key in ("kind", "axis_order", "groups")], ["conv2d", "OIHW", 4])
            geometry = {key: conv.attrs[key].tolist() for key in ("stride", "padding", "dilation")}
            self.assertEqual(geometry, {"stride": [1, 1], "padding": [2, 2], "dilation": [2, 2]})
            self.assertEqual((conv["weight"].shape, conv["weight"].dtype), ((16, 2, 3, 3), np.float32))
            self.assertNotIn("bias", file["layers/18"])
        with h5py.File(exported("operations")[0], "r") as file:
            self.assertEqual(file["layers/even"].attrs["padding"].tolist(), [1, 2, 1, 2])

    def test_model_is_left_as_it_was(self) -> None:
        model, inputs = build("sequential")
        model[3].eval()
        before = {name: value.clone() for name, value in model.state_dict().items()}
        modes = [module.training for module in model.modules()]
        export(model, Path(_folder.name) / "again.h5", example=inputs)
        self.assertEqual([module.training for module in model.modules()], modes)
        self.assertTrue(all(torch.equal(before[name], value) for name, value in model.state_dict().items()))

    def test_equal_exports_are_equal_files(self) -> None:
        model, inputs = build("sequential")
        paths = [Path(_folder.name) / f"equal{i}.h5" for i in range(2)]
        for path in paths:
            export(model, path, calibration=inputs)
        self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())


class RefusalTest(unittest.TestCase):
    def refused(self, model: nn.Module, shape: tuple[int, ...] = (2, 6)) -> UnsupportedOperation:
        """The refusal of `model`, which must leave an older file alone and nothing beside it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.h5"
            path.write_bytes(b"older")
            with self.assertRaises(UnsupportedOperation) as caught:
                export(model, path, calibration=torch.randn(shape))
            self.assertEqual([(p.name, p.read_bytes()) for p in Path(folder).iterdir()], [("model.h5", b"older")])
        return caught.exception

    def test_unknown_function_names_itself_and_its_module(self) -> None:
        error = self.refused(Outer(FromFunction(lambda m, x: torch.cumsum(m.linear(x), 1))))
        self.assertEqual((error.operation, error.module), ("cumsum", "body.part"))
        self.assertIn("'cumsum' in module 'body.part'", str(error))

    def test_unknown_module_names_itself_and_its_path(self) -> None:
        error = self.refused(Outer(nn.Sequential(nn.Linear(6, 6), nn.LogSoftmax(1))))
        self.assertEqual((error.operation, error.module), ("LogSoftmax", "body.part.1"))

    def test_unknown_method(self) -> None:
        self.assertEqual(self.refused(FromFunction(lambda m, x: m.linear(x).cumsum(1))).operation, "cumsum")

    def test_control_flow_that_depends_on_data(self) -> None:
        error = self.refused(Outer(FromFunction(lambda m, x: m.linear(x) if x.sum() > 0 else x)))
        self.assertEqual((error.operation, error.module), ("data-dependent control flow", "body.part"))

    def test_arithmetic_in_place_that_the_recording_loses(self) -> None:
        def forward(m: nn.Module, x: Tensor) -> Tensor:
            y = kept = m.linear(x)
            y += x
            return y + kept
        self.assertIn("in-place", str(self.refused(FromFunction(forward))))

    def test_change_in_place_through_a_view(self) -> None:
        def forward(m: nn.Module, x: Tensor) -> Tensor:
            y = m.linear(x)
            return y.view(-1, 2, 3).relu_().flatten(1) + y
        self.assertIn("through a view", str(self.refused(FromFunction(forward))))

    def test_what_the_graph_cannot_say(self) -> None:
        cases = {
            "constant": FromFunction(lambda m, x: m.linear(x) + 1),
            "on axis 0": FromFunction(lambda m, x: torch.cat([m.linear(x), x])),
            "and only there": FromFunction(lambda m, x: m.linear(x).view(-1, 2)),
            "keep the samples": FromFunction(lambda m, x: m.linear(x).permute(1, 0)),
            "number of axes": FromFunction(lambda m, x: m.linear(x).view(-1, 2, 3) + x[:, :3]),
            "several tensors": FromFunction(lambda m, x: m.linear(x).chunk(2, 1)[0]),
            "one tensor": FromFunction(lambda m, x: (m.linear(x), x)),
            "of the batch on axis 0": FromFunction(lambda m, x: m.linear(x)[:1]),
            "part of the batch": FromFunction(lambda m, x: m.linear(x)[:100]),
        }
        for reason, model in cases.items():
            with self.subTest(reason=reason):
                self.assertIn(reason, str(self.refused(model)))
        images = {
            "ceil_mode": nn.Sequential(nn.Conv2d(1, 2, 1), nn.MaxPool2d(2, ceil_mode=True)),
            "reflect": nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")),
            "does not divide": nn.Sequential(nn.Conv2d(1, 2, 1), nn.AdaptiveAvgPool2d(2)),
            "running statistics": nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2, track_running_stats=False)),
        }
        for reason, model in images.items():
            with self.subTest(reason=reason):
                self.assertIn(reason, str(self.refused(model, (2, 1, 5, 5))))

    def test_data_that_does_not_fit(self) -> None:
        model, x = FromFunction(lambda m, x: m.linear(x)), torch.randn(4, 6)
        cases = [({}, "shapes"),
                 ({"eval": (x, torch.arange(3))}, "labels"),
                 ({"eval": (x, torch.arange(4) + 5)}, "labels"),
                 ({"calibration": torch.zeros(4, 6, dtype=torch.uint8)}, "normalize"),
                 ({"calibration": torch.zeros(4, 6, dtype=torch.uint8), "normalize": ([0], [1], 255)}, "6 channels"),
                 ({"calibration": torch.randn(4, 7), "eval": (x, None)}, "differ")]
        with tempfile.TemporaryDirectory() as folder:
            for arguments, reason in cases:
                with self.subTest(reason=reason), self.assertRaisesRegex(ValueError, reason):
                    export(model, Path(folder) / "model.h5", **arguments)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_failure_while_writing_leaves_nothing(self) -> None:
        model, inputs = build("sequential")
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaises(Exception):
                export(model, Path(folder) / "model.h5", calibration=inputs, source=object())  # no HDF5 attribute
            self.assertEqual(list(Path(folder).iterdir()), [])


if __name__ == "__main__":
    unittest.main()
