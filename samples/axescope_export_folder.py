# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a folder as Hugging Face keeps a model: config.json and its tensors, which stay on disk until asked for.

*.safetensors is eight bytes (the length of a header), the header (JSON: type, shape and place of each tensor), and the
tensors' bytes. pytorch_model.bin is PyTorch's own format, which can only be read whole.
"""
from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path
from typing import Any, Iterator, Mapping

import numpy as np
import torch

LARGEST_HEADER = 100_000_000  # bytes, the format's own limit
ELEMENTS = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": np.uint16, "I64": np.int64,
            "I32": np.int32, "I16": np.int16, "I8": np.int8, "U8": np.uint8, "BOOL": np.bool_}


def read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: expected JSON, found text that is none ({error})") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path}: expected a JSON object, found {type(values).__name__}")
    return values


def open_tensors(folder: Path) -> Mapping[str, Any]:
    """The tensors of model.safetensors, of its parts, of all *.safetensors, or of pytorch_model.bin."""
    single, index, pickled = (folder / name for name in ("model.safetensors", "model.safetensors.index.json",
                                                         "pytorch_model.bin"))
    if single.exists():
        return SafeTensors([single])
    if index.exists():
        parts = read_json(index).get("weight_map")
        if not isinstance(parts, dict):
            raise ValueError(f"{index}: expected a 'weight_map' from tensors to files, found none")
        return SafeTensors([folder / name for name in sorted(set(parts.values()))])
    files = sorted(folder.glob("*.safetensors"))
    if files:
        return SafeTensors(files)
    if pickled.exists():
        return _read_pickled(pickled)
    raise ValueError(f"{folder}: expected *.safetensors or pytorch_model.bin, found neither")


class SafeTensors(Mapping[str, np.ndarray]):
    """The tensors of several files; each is read when it is asked for, bfloat16 as float32."""

    def __init__(self, paths: list[Path]) -> None:
        self._places: dict[str, tuple[Path, int, dict[str, Any]]] = {}
        for path in paths:
            start, header = _read_header(path)
            for name, entry in header.items():
                if name != "__metadata__":
                    self._places[name] = (path, start, entry)

    def __getitem__(self, name: str) -> np.ndarray:
        path, start, entry = self._places[name]
        if entry["dtype"] not in ELEMENTS:
            raise ValueError(f"{path}: {name}: expected elements of {', '.join(ELEMENTS)}, found {entry['dtype']}")
        begin, end = entry["data_offsets"]
        element = np.dtype(ELEMENTS[entry["dtype"]]).newbyteorder("<")
        size = element.itemsize * int(np.prod(entry["shape"], dtype=np.int64))
        if size != end - begin or start + end > path.stat().st_size:
            raise ValueError(f"{path}: {name}: expected {size} bytes, found {end - begin} in a file of "
                             f"{path.stat().st_size}")
        if size == 0:
            return np.empty(entry["shape"], element)
        values = np.memmap(path, element, "r", start + begin, tuple(entry["shape"]) or (1,))
        return _widened(values) if entry["dtype"] == "BF16" else values

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _read_header(path: Path) -> tuple[int, dict[str, Any]]:
    """Where the tensors' bytes begin, and the description of each tensor."""
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        text = file.read(length) if length <= LARGEST_HEADER else b""
    try:
        header = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{path}: expected a safetensors header, found none") from error
    for name, entry in header.items() if isinstance(header, dict) else [("", header)]:
        if name != "__metadata__" and not _describes_tensor(entry):
            raise ValueError(f"{path}: expected type, shape and place of tensor '{name}', found {entry}")
    return 8 + length, header


def _describes_tensor(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str):
        return False
    lists = entry.get("shape"), entry.get("data_offsets")
    are_sizes = all(isinstance(sizes, list) and all(isinstance(size, int) and size >= 0 for size in sizes)
                    for sizes in lists)
    return are_sizes and len(entry["data_offsets"]) == 2


def _read_pickled(path: Path) -> Mapping[str, Any]:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: expected tensors as PyTorch saves them, found something else ({reason})") from error


def _widened(values: np.ndarray) -> np.ndarray:
    """bfloat16 is the upper half of a float32."""
    wide = values.astype(np.uint32)
    np.left_shift(wide, 16, out=wide)
    return wide.view(np.float32)
