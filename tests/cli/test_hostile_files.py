# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that want more than to be read: each guard by a file of its own, read here and in a process of its own."""
from __future__ import annotations

import resource
import signal
import struct
import unittest
from pathlib import Path
from typing import Callable

import h5py
import numpy as np

from cli_case import CliCase
from small_dumps import write_cnn, write_layers, write_weights

WEIGHT = "layers/first/weight"
SMALL_STACK = 512 << 10
NESTED_TYPES = 7000


def small_stack() -> None:
    resource.setrlimit(resource.RLIMIT_STACK, (SMALL_STACK, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def write_crashing(path: Path) -> None:
    """An attribute whose type is a sequence of sequences of …, which HDF5 1.10.8 decodes by calling itself."""
    write_weights(path)
    with h5py.File(path, "r+") as file:
        file["layers/first"].attrs["nested"] = np.void(b"\x5a" * 60_000)
    content = bytearray(path.read_bytes())
    name = content.find(b"nested\0\0")
    kind = b"\x19\0\0\0\x10\0\0\0" * NESTED_TYPES + bytes([0x10, 8, 0, 0, 4, 0, 0, 0, 0, 0, 0x20, 0])
    struct.pack_into("<HH", content, name - 4, len(kind), 8)
    padded = kind.ljust((len(kind) + 7) // 8 * 8, b"\0") + b"\x01\0\0\0\0\0\0\0"
    content[name + 8:name + 8 + len(padded)] = padded
    path.write_bytes(content)


class HostileFileTest(CliCase):
    def crafted(self, change: Callable[[h5py.File], None]) -> Path:
        path = self.path("hostile.h5")
        write_weights(path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def replaced(self, make: Callable[[h5py.File], None]) -> Path:
        """The first weight made anew."""
        def change(file: h5py.File) -> None:
            del file[WEIGHT]
            make(file)
        return self.crafted(change)

    def refuse_both_ways(self, path: Path, *says: str) -> None:
        """The same line from this process and from one of its own."""
        here = self.refuse(3, "info", path, says=("hostile.h5", *says))
        self.assertEqual(self.refuse(3, "info", path, "--isolate"), here)

    def test_external_link(self) -> None:
        def make(file: h5py.File) -> None:
            file[WEIGHT] = h5py.ExternalLink("/etc/passwd", "/")
        self.refuse_both_ways(self.replaced(make), WEIGHT, "external link")

    def test_soft_link_loop(self) -> None:
        def make(file: h5py.File) -> None:
            file[WEIGHT] = h5py.SoftLink("/" + WEIGHT)
        self.refuse_both_ways(self.replaced(make), WEIGHT, "soft link")

    def test_hard_link_cycle(self) -> None:
        def change(file: h5py.File) -> None:
            file["layers/first/again"] = file["layers"]
            file["layers/loop"] = file["/"]
        self.refuse_both_ways(self.crafted(change), "cycle of hard links")

    def test_external_storage(self) -> None:
        secret = self.path("secret.txt")
        secret.write_bytes(b"password" * 16)
        def make(file: h5py.File) -> None:
            file.create_dataset(WEIGHT, (4, 8), np.float32, external=[(str(secret), 0, 128)])
        self.refuse_both_ways(self.replaced(make), WEIGHT, "external storage")

    def test_virtual_dataset(self) -> None:
        write_weights(self.path("other.h5"))
        def make(file: h5py.File) -> None:
            layout = h5py.VirtualLayout((4, 8), np.float32)
            layout[...] = h5py.VirtualSource(str(self.path("other.h5")), WEIGHT, (4, 8))
            file.create_virtual_dataset(WEIGHT, layout)
        self.refuse_both_ways(self.replaced(make), WEIGHT, "virtual dataset")

    def test_shape_bomb(self) -> None:
        def make(file: h5py.File) -> None:
            file.create_dataset(WEIGHT, (1 << 40, 1 << 20), np.float32, chunks=(64, 64))
        self.refuse_both_ways(self.replaced(make), WEIGHT, "larger declared size")

    def test_never_written(self) -> None:
        def make(file: h5py.File) -> None:
            file.create_dataset(WEIGHT, (1 << 16, 1 << 12), np.float32, chunks=(1 << 12, 1 << 10), compression=9)
        self.refuse_both_ways(self.replaced(make), WEIGHT, "not all was ever written")

    def test_filter_of_a_plugin(self) -> None:
        def make(file: h5py.File) -> None:
            file.create_dataset(WEIGHT, data=np.ones((4, 8), np.float32), compression="lzf")
        self.refuse_both_ways(self.replaced(make), WEIGHT, "filter number 32000")

    def test_types_that_are_no_numbers(self) -> None:
        for kind, says in ((np.dtype([("x", "f4"), ("y", "f4")]), "compound"),
                           (h5py.vlen_dtype(np.float32), "variable-length"), (np.dtype("V8"), "opaque"),
                           (h5py.string_dtype(), "text"), (np.dtype("S4"), "text"), (np.dtype(("f4", (2,))), "array"),
                           (h5py.ref_dtype, "references")):
            with self.subTest(says=says):
                def make(file: h5py.File) -> None:
                    file.create_dataset(WEIGHT, (4, 8), kind, chunks=None)
                    if says == "array":
                        del file[WEIGHT]
                        space = h5py.h5s.create_simple((4, 8))
                        h5py.h5d.create(file.id, WEIGHT.encode(), h5py.h5t.array_create(h5py.h5t.IEEE_F32LE, (2,)), space)
                self.refuse(3, "info", self.replaced(make), says=(WEIGHT,))
                self.refuse(3, "info", self.path("hostile.h5"), "--isolate", says=(WEIGHT,))
                self.path("hostile.h5").unlink()

    def test_attribute_bomb(self) -> None:
        path = self.path("hostile.h5")
        with h5py.File(path, "w", libver="latest") as file:
            file.attrs.update(format="axescope-dump", version=1)
            layer = file.create_group("layers/first")
            layer["weight"] = np.ones((4, 8), np.float32)
            layer.attrs["kind"] = "linear"
            layer.attrs["axis_order"] = "OI"
            layer.attrs["input_zero_point"] = np.zeros(1 << 18, np.int64)
            layer.attrs["input_scale"] = np.ones(1 << 18)
            for number in range(2000):
                layer.attrs[f"a{number}"] = number
        self.refuse_both_ways(path, "layers/first", "1 MiB")

    def test_text_bomb(self) -> None:
        def change(file: h5py.File) -> None:
            file["graph"] = "[" * (1 << 20)
        self.refuse_both_ways(self.crafted(change), "/graph", "levels of nesting")

    def test_numbers_of_any_width_and_order_are_fine(self) -> None:
        for kind in (">f4", "<f4", ">f2", "<f2", ">f8", "<f8"):
            with self.subTest(kind=kind):
                def make(file: h5py.File) -> None:
                    file[WEIGHT] = np.arange(32).reshape(4, 8).astype(kind)
                path = self.replaced(make)
                self.assertEqual(self.succeed("info", path), self.succeed("info", path, "--isolate"))
                path.unlink()


class IsolatedTest(CliCase):
    def test_the_same_answers(self) -> None:
        write_cnn(self.path("cnn.h5"))
        for arguments in (("info",), ("info", "--json")):
            self.assertEqual(self.succeed(*arguments, self.path("cnn.h5")),
                             self.succeed(*arguments, self.path("cnn.h5"), "--isolate"))

    def test_the_same_codes_and_results(self) -> None:
        dump = self.path("layers.h5")
        write_layers(dump)
        fronts = []
        for name, flags in (("here", ()), ("there", ("--isolate",))):
            self.succeed("quantize", dump, "--inner-bits", "15", "--out", self.path(f"{name}.h5"), *flags)
            self.succeed("sweep", dump, "--quiet", "--inner-bits", "14:16", "--out", self.path(f"{name}-r.h5"), *flags)
            fronts.append(self.succeed("pareto", self.path(f"{name}-r.h5"), *flags))
        with h5py.File(self.path("here.h5")) as here, h5py.File(self.path("there.h5")) as there:
            for layer in here["layers"]:
                np.testing.assert_array_equal(here[f"layers/{layer}/codes"][()], there[f"layers/{layer}/codes"][()])
        self.assertEqual(fronts[0], fronts[1])
        self.assertEqual(self.succeed("certify", self.path("here.h5")),
                         self.succeed("certify", self.path("here.h5"), "--isolate"))
        self.assert_no_leftovers()

    def test_a_file_that_crashes_the_library_is_one_line(self) -> None:
        path = self.path("crashing.h5")
        write_crashing(path)
        here = self.run_cli("info", path, preexec_fn=small_stack)
        if here.returncode != -signal.SIGSEGV:
            self.skipTest("this HDF5 library survives the file")
        for command in ("info", "sweep", "quantize"):
            out = () if command == "info" else ("--out", self.path("out.h5"))
            self.refuse(3, command, path, "--isolate", *out, preexec_fn=small_stack,
                        says=("crashing.h5", "/layers/first", "crashed, signal 11"))

    def test_missing_and_foreign_files_are_named_as_ever(self) -> None:
        self.path("notes.h5").write_text("These are notes.\n")
        for name in ("none.h5", "notes.h5"):
            here = self.refuse(3, "info", self.path(name))
            self.assertEqual(self.refuse(3, "info", self.path(name), "--isolate"), here)

    def test_the_worker_is_no_command(self) -> None:
        self.assertNotIn("read-worker", self.succeed("--help"))
        run = self.run_cli("read-worker", stdin=None)
        self.assertNotEqual(run.returncode, 0)
        self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
