# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of exporting a Hugging Face folder from the command line: its files are made here byte by byte."""
from __future__ import annotations

import contextlib
import io
import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Optional

import h5py
import numpy as np
import torch
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples"
sys.path[:0] = [str(HERE), str(SAMPLES)]

from axescope_export_folder import open_tensors  # noqa: E402
from axescope_export_transformers import main  # noqa: E402
from exporter_case import NetworkCase  # noqa: E402
from replay_dump import replay  # noqa: E402
from transformer_models import VOCABULARY, GptNeoX, Llama, Vit, with_random_weights  # noqa: E402

REFUSED = 3
NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64"}


def write_safetensors(path: Path, tensors: dict[str, Tensor]) -> None:
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, values in tensors.items():
        if values.dtype == torch.bfloat16:  # numpy has none; its bytes are the upper halves of float32
            data = (values.float().numpy().view(np.uint32) >> 16).astype(np.uint16).tobytes()
        else:
            data = values.numpy().tobytes()
        header[name] = {"dtype": NAMES[values.dtype], "shape": list(values.shape),
                        "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


class FolderCase(NetworkCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name) / "small-model"
        self.folder.mkdir()
        self.out = Path(temporary.name) / "model.h5"

    def write_config(self, model: nn.Module) -> None:
        (self.folder / "config.json").write_text(json.dumps(vars(model.config)))

    def arguments(self, **data: np.ndarray) -> list[str]:
        options = []
        for key, values in data.items():
            path = self.out.with_name(f"{key}.npy")
            np.save(path, values)
            options += [f"--{key}", str(path)]
        return [str(self.folder), "--out", str(self.out), *options]

    def run_exporter(self, **data: np.ndarray) -> tuple[int, str]:
        """The exit status and what is said on standard error. In this process: starting PyTorch takes seconds."""
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            status = main(self.arguments(**data))
        return status, errors.getvalue()

    def assert_exports(self, model: nn.Module, images: Optional[np.ndarray] = None) -> None:
        """The folder's dump computes what the model does."""
        ids = np.random.default_rng(3).integers(0, VOCABULARY, (3, 12))
        data = {"tokens": ids[:, :8], "eval": ids} if images is None else {"images": images, "eval": images,
                                                                           "labels": np.arange(len(images))}
        self.assertEqual(self.run_exporter(**data), (0, ""))
        with torch.no_grad():
            self.assert_close(replay(self.out), model(torch.from_numpy(data["eval"])).numpy())
        with h5py.File(self.out, "r") as file:
            self.assertEqual(file.attrs["model"], "small-model")
            np.testing.assert_array_equal(file["calibration/inputs"][()], data.get("tokens", images))

    def refused(self, **data: np.ndarray) -> str:
        status, line = self.run_exporter(**data)
        self.assertEqual((status, self.out.exists(), line.count("\n")), (REFUSED, False, 1), line)
        return line


class ExportTest(FolderCase):
    def test_one_file_of_bfloat16(self) -> None:
        model = with_random_weights(Llama())
        model = model.bfloat16().float()
        self.write_config(model)
        tensors = {name: values.bfloat16() for name, values in model.state_dict().items() if name != "lm_head.weight"}
        write_safetensors(self.folder / "model.safetensors", tensors)
        self.assert_exports(model)

    def test_an_index_of_parts(self) -> None:
        model = with_random_weights(GptNeoX())
        self.write_config(model)
        names = list(model.state_dict())
        files = {name: f"model-0000{1 + i % 2}-of-00002.safetensors" for i, name in enumerate(names)}
        for part in set(files.values()):
            write_safetensors(self.folder / part,
                              {name: model.state_dict()[name] for name in names if files[name] == part})
        write_safetensors(self.folder / "another.safetensors", {"unused.weight": torch.zeros(2)})
        (self.folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": files}))
        self.assert_exports(model)

    def test_pytorch_model_bin(self) -> None:
        model = with_random_weights(Llama()).half().float()
        self.write_config(model)
        torch.save(model.half().state_dict(), self.folder / "pytorch_model.bin")
        self.assert_exports(model.float())
        with h5py.File(self.out, "r") as file:
            self.assertEqual(file["layers/lm_head/weight"].dtype, np.float16)

    def test_images(self) -> None:
        model = with_random_weights(Vit())
        self.write_config(model)
        write_safetensors(self.folder / "model.safetensors", model.state_dict())
        self.assert_exports(model, np.random.default_rng(5).standard_normal((4, 3, 12, 12)).astype(np.float32))

    def test_images_of_bytes_are_prepared_as_the_folder_says(self) -> None:
        model = with_random_weights(Vit())
        self.write_config(model)
        write_safetensors(self.folder / "model.safetensors", model.state_dict())
        (self.folder / "preprocessor_config.json").write_text(json.dumps(
            {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25], "rescale_factor": 1 / 255}))
        images = np.random.default_rng(5).integers(0, 256, (4, 3, 12, 12)).astype(np.uint8)
        self.assertEqual(self.run_exporter(eval=images, labels=np.arange(4)), (0, ""))
        with torch.no_grad():
            self.assert_close(replay(self.out), model((torch.from_numpy(images) / 255 - 0.5) / 0.25).numpy())


class ProgramTest(FolderCase):
    def test_a_program_of_its_own(self) -> None:
        model = with_random_weights(Llama())
        self.write_config(model)
        write_safetensors(self.folder / "model.safetensors", model.state_dict())
        program, ids = [sys.executable, "-B", SAMPLES / "axescope_export_transformers.py"], np.arange(12).reshape(2, 6)
        run = subprocess.run([*program, *self.arguments(eval=ids)], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        self.assertEqual(replay(self.out).shape, (2, 6, VOCABULARY))
        run = subprocess.run([*program, *self.arguments(eval=ids + VOCABULARY)], capture_output=True, text=True)
        line = "axescope_export_transformers.py: /eval/inputs: expected token ids below 50, found 50 to 61\n"
        self.assertEqual((run.returncode, run.stdout, run.stderr), (REFUSED, "", line))


class TensorsTest(FolderCase):
    def test_types_and_shapes(self) -> None:
        tensors = {"a": torch.randn(3, 4), "b": torch.randn(5).half(), "c": torch.randn(2, 3, 1).bfloat16(),
                   "d": torch.randn(2).double(), "e": torch.arange(7)}
        write_safetensors(self.folder / "model.safetensors", tensors)
        found = open_tensors(self.folder)
        self.assertEqual(list(found), list(tensors))
        for name, values in tensors.items():
            expected = (values.float() if values.dtype == torch.bfloat16 else values).numpy()
            np.testing.assert_array_equal(found[name], expected)
            self.assertEqual(found[name].dtype, expected.dtype)


class RefusalTest(FolderCase):
    def test_folders_without_what_is_needed(self) -> None:
        self.assertIn("expected *.safetensors or pytorch_model.bin, found neither", self.refused())
        write_safetensors(self.folder / "model.safetensors", {"a": torch.zeros(2)})
        self.assertIn("config.json", self.refused())
        (self.folder / "config.json").write_text("{}")
        self.assertIn("expected a model built like GPT-2", self.refused())
        (self.folder / "config.json").write_text("no JSON")
        self.assertIn("config.json: expected JSON", self.refused())

    def test_damaged_tensors(self) -> None:
        model = with_random_weights(Llama())
        self.write_config(model)
        path = self.folder / "model.safetensors"
        write_safetensors(path, model.state_dict())
        whole = path.read_bytes()
        path.write_bytes(whole[:-100])
        self.assertIn("in a file of", self.refused())
        path.write_bytes(whole[:40])
        self.assertIn("expected a safetensors header", self.refused())
        path.write_bytes(b"\xff" * 40)
        self.assertIn("expected a safetensors header", self.refused())
        path.write_bytes(whole.replace(b'"F32"', b'"F4"+', 1))
        self.assertIn("expected a safetensors header", self.refused())
        path.write_bytes(whole.replace(b'[50, 32]', b'["a", 3]', 1))
        self.assertIn("expected type, shape and place of tensor", self.refused())
        path.write_bytes(whole.replace(b'"F32"', b'"X32"', 1))
        self.assertIn("found X32", self.refused())
        path.unlink()
        (self.folder / "pytorch_model.bin").write_bytes(b"no tensors")
        self.assertIn("expected tensors as PyTorch saves them", self.refused())

    def test_ids_outside_the_vocabulary(self) -> None:
        model = with_random_weights(Llama())
        self.write_config(model)
        write_safetensors(self.folder / "model.safetensors", model.state_dict())
        self.assertIn("/calibration/inputs: expected token ids below 50, found 0 to 50",
                      self.refused(tokens=np.array([[0, 50]])))


if __name__ == "__main__":
    unittest.main()
