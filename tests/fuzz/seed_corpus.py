# SPDX-License-Identifier: GPL-3.0-or-later
"""Small inputs that a fuzzer starts from, made anew for each run: nothing binary is kept in the repository."""
from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

GRAPH = {"inputs": ["x"], "outputs": ["y"],
         "nodes": [{"name": "c", "op": "conv2d", "layer": "conv1", "inputs": ["x"]},
                   {"name": "b", "op": "batch_norm", "inputs": ["c"], "params": {"gamma": "g"}, "epsilon": 1e-5},
                   {"name": "y", "op": "relu", "inputs": ["b"], "axes": [1, 2]}]}
STUDY = {"format": "axescope-study", "version": 1,
         "settings": {"inner_bits": "10:14", "weight_bits": [4, 8], "algorithm": ["gpfq", "optq"], "act_order": True,
                      "tile": "64,full"},
         "union": [{"constraint": "axe"}, {"constraint": "none", "inner_bits": 32}]}
PROVENANCE = {"application": "AxeScope", "version": "0.1.0", "seed": 7, "settings": STUDY, "mappings": ["w=/w:OI"],
              "earlier": [{"version": "0.0.1", "settings": "{}"}]}


def hdf5_files(folder: Path) -> None:
    import h5py
    import numpy as np
    for libver in ("earliest", "latest"):
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "seed.h5"
            with h5py.File(path, "w", libver=libver) as file:
                file.attrs.update(format="axescope-dump", version=1, model="seed", task="classification")
                layer = file.create_group("layers/fc")
                layer.attrs.update(kind="linear", axis_order="OI", input_scale=0.1, input_bits=8)
                layer.create_dataset("weight", data=np.arange(6, dtype="f4").reshape(2, 3))
                layer.create_dataset("input", data=np.ones((4, 3), "f2"), chunks=(2, 3), compression=4, shuffle=True)
                file["eval/inputs"] = np.ones((2, 3), ">f4")
                file["eval/labels"] = np.array([0, 1])
                file["graph"] = json.dumps(GRAPH)
            (folder / f"dump-{libver}").write_bytes(path.read_bytes())
            with h5py.File(path, "w", libver=libver) as file:
                file.attrs["layer_names"] = np.array([b"dense"])
                group = file.create_group("dense")
                group.attrs["weight_names"] = np.array([b"dense/kernel:0"])
                group["dense/kernel:0"] = np.ones((3, 2), "f4")
            (folder / f"keras-{libver}").write_bytes(path.read_bytes())


def texts(folder: Path, values: dict[str, object]) -> None:
    for name, value in values.items():
        (folder / name).write_text(json.dumps(value))


def noise(folder: Path) -> None:
    generator = random.Random(1)
    for number in range(20):
        (folder / f"noise-{number}").write_bytes(generator.randbytes(64 << (number % 6)))


def write_seeds(fuzzer: str, folder: Path) -> None:
    if fuzzer == "hdf5_bytes_fuzzer":
        hdf5_files(folder)
    elif fuzzer == "graph_fuzzer":
        texts(folder, {"graph": GRAPH})
    elif fuzzer == "cost_fuzzer":
        for table in sorted((Path(__file__).parents[2] / "resources" / "cost").glob("*.json")):
            (folder / table.name).write_bytes(table.read_bytes())
        noise(folder)
    elif fuzzer == "study_fuzzer":
        texts(folder, {"study": STUDY, "settings": STUDY["settings"], "provenance": PROVENANCE,
                       "runs": [PROVENANCE]})
    else:
        noise(folder)
