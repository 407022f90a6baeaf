# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that cannot be used and places that cannot be written: one line, an exit status, nothing left behind."""
from __future__ import annotations

import json
import os
import resource
import shutil
import unittest
from pathlib import Path
from typing import Callable

import h5py
import numpy as np

from cli_case import CliCase, points
from small_dumps import CNN_NODES, write_cnn, write_layers, write_weights

FILE_SIZE_LIMIT = 2048


def limit_file_size() -> None:
    """As if the disk were full: no file may grow beyond a few bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE_LIMIT, FILE_SIZE_LIMIT))


class BadInputTest(CliCase):
    def damaged(self, write: Callable[[Path], object], change: Callable[[h5py.File], None]) -> Path:
        path = self.path("bad.h5")
        write(path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def refuse_everywhere(self, path: Path, *says: str) -> None:
        """No command that works on a model takes the file."""
        for command in ("info", "sweep", "quantize"):
            out = () if command == "info" else ("--out", self.path("out.h5"))
            with self.subTest(command=command):
                self.refuse(3, command, path, *out, says=says)

    def test_missing_file(self) -> None:
        self.refuse_everywhere(self.path("none.h5"), "none.h5")
        for command in ("certify", "pareto"):
            self.refuse(3, command, self.path("none.h5"), says=("none.h5",))
        self.refuse(3, "emulate", self.path("none.h5"), "--out", self.path("out.h5"), says=("none.h5",))

    def test_not_hdf5(self) -> None:
        path = self.path("notes.h5")
        path.write_text("These are notes.\n" * 100)
        self.refuse_everywhere(path, "notes.h5", "HDF5")
        self.refuse(3, "certify", path, says=("HDF5",))
        self.refuse(3, "info", self.folder)

    def test_truncated(self) -> None:
        write_cnn(self.path("whole.h5"))
        content = self.path("whole.h5").read_bytes()
        for share in (0.02, 0.3, 0.6, 0.95):
            self.path("cut.h5").write_bytes(content[:int(share * len(content))])
            self.refuse_everywhere(self.path("cut.h5"), "cut.h5")

    def test_hdf5_of_another_kind(self) -> None:
        with h5py.File(self.path("other.h5"), "w") as file:
            file["net/w"] = np.ones((4, 5), np.float32)
        self.refuse_everywhere(self.path("other.h5"), "other.h5")

    def test_newer_version(self) -> None:
        def newer(file: h5py.File) -> None:
            file.attrs["version"] = 2
        self.refuse_everywhere(self.damaged(write_weights, newer), "version", "2")

    def test_weight_of_the_wrong_rank(self) -> None:
        def flat(file: h5py.File) -> None:
            del file["layers/first/weight"]
            file["layers/first/weight"] = np.ones(32, np.float32)
        self.refuse_everywhere(self.damaged(write_weights, flat), "/layers/first/weight", "[32]")

    def test_inputs_that_do_not_fit_the_weights(self) -> None:
        def shorter(file: h5py.File) -> None:
            del file["layers/dense/input"]
            file["layers/dense/input"] = np.ones((20, 39), np.float32)
        self.refuse_everywhere(self.damaged(write_layers, shorter), "/layers/dense/input", "40", "[20, 39]")

    def test_weights_that_are_not_numbers(self) -> None:
        for value in (np.nan, np.inf):
            def spoil(file: h5py.File) -> None:
                file["layers/dense/weight"][1, 2] = value
            path = self.damaged(write_layers, spoil)
            self.refuse(3, "quantize", path, "--out", self.path("q.h5"), says=("/layers/dense/weight",))

    def test_network_weights_that_are_not_numbers(self) -> None:
        def spoil(file: h5py.File) -> None:
            file["layers/hidden/weight"][1, 2] = np.nan
        self.refuse_everywhere(self.damaged(write_cnn, spoil), "/layers/hidden/weight")

    def test_inputs_that_are_not_numbers(self) -> None:
        def spoil(file: h5py.File) -> None:
            file["layers/dense/input"][3, 4] = -np.inf
        path = self.damaged(write_layers, spoil)
        self.refuse(3, "quantize", path, "--out", self.path("q.h5"), says=("/layers/dense/input",))
        run = self.run_cli("sweep", path, "--inner-bits", "12", "--tile", "full", "--out", self.path("r.h5"), "--quiet")
        self.assertEqual(run.returncode, 3, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertIn("/layers/dense/input", run.stderr)

    def test_empty_calibration(self) -> None:
        def empty(file: h5py.File) -> None:
            del file["calibration/inputs"]
            file["calibration/inputs"] = np.zeros((0, 1, 8, 8), np.uint8)
        self.refuse_everywhere(self.damaged(write_cnn, empty), "/calibration/inputs")

    def test_no_layers(self) -> None:
        def remove(file: h5py.File) -> None:
            del file["layers"]
        self.refuse_everywhere(self.damaged(write_weights, remove), "/layers")

    def test_unknown_operation(self) -> None:
        def write(path: Path) -> None:
            write_cnn(path, [dict(node, op="capsule") if node["name"] == "pool" else node for node in CNN_NODES])
        write(self.path("bad.h5"))
        self.refuse_everywhere(self.path("bad.h5"), "pool", "capsule")

    def test_broken_graphs(self) -> None:
        for nodes in (["conv"], [dict(CNN_NODES[0], inputs=["y"])], [dict(CNN_NODES[1], layer="none")],
                      [dict(CNN_NODES[0], mean=["a"])]):
            with self.subTest(nodes=nodes):
                write_cnn(self.path("bad.h5"), nodes)
                self.refuse(3, "info", self.path("bad.h5"), says=("bad.h5: /graph",))

        def not_json(file: h5py.File) -> None:
            del file["graph"]
            file["graph"] = "{"
        self.refuse_everywhere(self.damaged(write_cnn, not_json), "/graph")

    def test_labels_that_do_not_fit(self) -> None:
        def fewer(file: h5py.File) -> None:
            labels = file["eval/labels"][()]
            del file["eval/labels"]
            file["eval/labels"] = labels[:-1]
        self.refuse_everywhere(self.damaged(write_cnn, fewer), "/eval/labels")

    def test_huge_declared_shape(self) -> None:
        def declare(file: h5py.File) -> None:
            del file["layers/first/weight"]
            file.create_dataset("layers/first/weight", (1 << 30, 1 << 20), np.float32, chunks=(64, 64))
        self.refuse_everywhere(self.damaged(write_weights, declare), "/layers/first/weight")

    def test_links_out_of_the_file(self) -> None:
        def link(file: h5py.File) -> None:
            del file["layers/first/weight"]
            file["layers/first/weight"] = h5py.ExternalLink("/etc/passwd", "/")
        self.refuse_everywhere(self.damaged(write_weights, link), "/layers/first/weight")

    def test_names_cannot_drive_the_terminal(self) -> None:
        def rename(file: h5py.File) -> None:
            file.move("layers/first", "layers/\x1b[31mred")
        path = self.damaged(write_weights, rename)
        run = self.run_cli("info", path)
        self.assertNotIn("\x1b", run.stdout + run.stderr)


class BadOutputTest(CliCase):
    def setUp(self) -> None:
        super().setUp()
        self.dump = self.path("layers.h5")
        write_layers(self.dump)
        self.quantized = self.path("q.h5")
        self.results = self.path("r.h5")
        self.succeed("quantize", self.dump, "--out", self.quantized)
        self.succeed("sweep", self.dump, "--inner-bits", "14", "--out", self.results)

    def writers(self, out: Path) -> list[tuple[object, ...]]:
        return [("sweep", self.dump, "--quiet", "--inner-bits", "14", "--out", out),
                ("quantize", self.dump, "--out", out), ("emulate", self.quantized, "--out", out),
                ("pareto", self.results, "--csv", out)]

    def test_folder_that_is_not_there(self) -> None:
        for arguments in self.writers(self.path("none") / "out.h5"):
            with self.subTest(command=arguments[0]):
                self.refuse(3, *arguments, says=("none/out.h5", "No such file or directory"))

    def test_folder_that_is_a_file_and_file_that_is_a_folder(self) -> None:
        self.path("folder").mkdir()
        for out in (self.dump / "out.h5", self.path("folder")):
            for arguments in self.writers(out):
                with self.subTest(command=arguments[0], out=out.name):
                    self.refuse(3, *arguments)

    @unittest.skipIf(os.geteuid() == 0, "the superuser may write to any folder")
    def test_folder_without_permission(self) -> None:
        locked = self.path("locked")
        locked.mkdir(mode=0o500)
        for arguments in self.writers(locked / "out.h5"):
            with self.subTest(command=arguments[0]):
                self.refuse(3, *arguments, says=("Permission denied",))

    def test_full_disk(self) -> None:
        for arguments in self.writers(self.path("out.h5"))[:3]:
            with self.subTest(command=arguments[0]):
                self.refuse(3, *arguments, says=("out.h5",), preexec_fn=limit_file_size)

    def test_a_full_disk_leaves_the_previous_file(self) -> None:
        before = self.quantized.read_bytes()
        self.refuse(3, "quantize", self.dump, "--inner-bits", "15", "--out", self.quantized,
                    preexec_fn=limit_file_size)
        self.assertEqual(self.quantized.read_bytes(), before)

    def test_a_disk_that_fills_up_keeps_finished_points(self) -> None:
        rows = len(points(self.results))
        shutil.copy(self.results, self.path("grown.h5"))
        self.refuse(3, "sweep", self.dump, "--quiet", "--inner-bits", "14:20", "--out", self.path("grown.h5"), "--resume",
                    preexec_fn=limit_file_size)
        self.assertEqual(len(points(self.path("grown.h5"))), rows)

    def test_nothing_is_left_behind(self) -> None:
        self.assert_no_leftovers()
        self.assertEqual(self.files(), ["layers.h5", "q.h5", "r.h5"])


class StudyFileTest(CliCase):
    def test_studies_that_are_wrong(self) -> None:
        write_weights(self.path("weights.h5"))
        study = self.path("study.json")
        for content, status in ((json.dumps({"format": "other"}), 3), ("[1, 2]", 3), ("", 3), ("[" * 100_000, 3),
                                (json.dumps({"format": "axescope-study", "version": 2}), 3),
                                (json.dumps({"format": "axescope-study", "version": 1,
                                             "settings": {"inner_bits": [16, 99]}}), 2)):
            with self.subTest(content=content[:40]):
                study.write_text(content)
                self.refuse(status, "sweep", self.path("weights.h5"), "--study", study, "--out", self.path("r.h5"),
                            says=("study.json",))


if __name__ == "__main__":
    unittest.main()
