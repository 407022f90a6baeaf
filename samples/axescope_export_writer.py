# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a dump: attributes, layers, parameters, graph and data, one tensor at a time."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional

import h5py
import numpy as np
import torch
from torch import Tensor

from axescope_export_graph import GraphBuilder, Values

FORMAT_VERSION = 1


def write_dump(path: Path, attributes: dict[str, Any], builder: GraphBuilder, data: dict[str, np.ndarray]) -> None:
    """Write beside the target and rename, so that the target is either the old file or the whole new one.

    Root attributes that are None are left out. `data` are the arrays of /calibration and /eval by their path.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    given = {key: value for key, value in attributes.items() if value is not None}
    try:
        with h5py.File(partial, "w") as file:
            file.attrs.update({"format": "axescope-dump", "version": FORMAT_VERSION, **given})
            _write_weights(file, builder)
            graph = {"inputs": [builder.input], "outputs": [builder.output], "nodes": builder.nodes}
            file.create_dataset("graph", data=json.dumps(graph), dtype=h5py.string_dtype(), track_times=False)
            for name, values in data.items():
                file.create_dataset(name, data=values, track_times=False, compression="gzip", shuffle=True)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def stored_array(values: Any) -> np.ndarray:
    """Floating-point numbers as the dump keeps them: float16 if they are, else float32."""
    if isinstance(values, Tensor):
        values = values.detach().cpu()
        values = (values if values.dtype in (torch.float16, torch.float32) else values.float()).numpy()
    return values if values.dtype == np.float16 else np.asarray(values, np.float32)


def _write_weights(file: h5py.File, builder: GraphBuilder) -> None:
    written: dict[int, h5py.Dataset] = {}

    def store(name: str, values: Optional[Values]) -> None:
        """A tensor that several owners share is stored once, under several names (hard links)."""
        if values is None:
            return
        if id(values) in written:
            file[name] = written[id(values)]
            return
        array = stored_array(values() if callable(values) else values)
        written[id(values)] = file.create_dataset(name, data=array, track_times=False)

    for name, layer in builder.layers.items():
        group = file.create_group(f"layers/{name}")
        group.attrs["kind"] = layer.kind
        group.attrs["axis_order"] = "OI" if layer.kind == "linear" else "OIHW"
        for key, value in layer.attributes.items():
            group.attrs[key] = value if isinstance(value, int) else np.asarray(value, np.int64)
        store(f"layers/{name}/weight", layer.weight)
        store(f"layers/{name}/bias", layer.bias)
    for name, values in builder.params.items():
        store(f"params/{name}", values)
