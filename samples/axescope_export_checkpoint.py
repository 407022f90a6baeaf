# SPDX-License-Identifier: GPL-3.0-or-later
"""A transformer's tensors and settings, asked for by name and checked: what is missing or misshapen is said in a line.

Nothing is read before the dump is written; `Checkpoint.tensor` gives a function that does it then.
"""
from __future__ import annotations

import re
from typing import Any, Callable, Mapping, Optional

import numpy as np
from torch import Tensor

from axescope_export_writer import stored_array

Fetch = Callable[[], np.ndarray]
Arrange = Callable[[np.ndarray], np.ndarray]

# Masks and rotary angles that older releases saved beside the weights; they are computed.
BUFFERS = re.compile(r"\.(attn|attention)\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$|\.position_ids$")


class Config:
    """The settings of a Hugging Face model, from an object with attributes or a mapping."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`; the default also stands for None, which Hugging Face writes for "not set"."""
        is_mapping = isinstance(self._settings, Mapping)
        value = self._settings.get(key) if is_mapping else getattr(self._settings, key, None)
        return default if value is None else value

    def need(self, key: str) -> Any:
        if self.get(key) is None:
            raise ValueError(f"config: expected '{key}', found none")
        return self.get(key)


class Checkpoint:
    """Tensors by name. `base` is the prefix that the model's own class gives and a bare checkpoint leaves out."""

    def __init__(self, tensors: Mapping[str, Any], config: Config, base: str) -> None:
        self.config = config
        self._tensors = tensors
        self._base = base
        self._used: set[str] = set()

    def has(self, name: str) -> bool:
        return self._stored_name(name) is not None

    def tensor(self, name: str, shape: tuple[int, ...], arrange: Optional[Arrange] = None) -> Fetch:
        """A function that reads the tensor, which must have this shape, and puts it into another order."""
        stored = self._stored_name(name)
        if stored is None:
            raise ValueError(f"{name}: expected a tensor of shape {list(shape)}, found none")
        self._used.add(stored)

        def fetch() -> np.ndarray:
            values = self._tensors[stored]
            if tuple(values.shape) != shape:
                raise ValueError(f"{name}: expected shape {list(shape)}, found {list(values.shape)}")
            is_float = values.is_floating_point() if isinstance(values, Tensor) else values.dtype.kind == "f"
            if not is_float:
                raise ValueError(f"{name}: expected floating-point numbers, found {values.dtype}")
            array = stored_array(values)
            return array if arrange is None else arrange(array)

        return fetch

    def rows(self, name: str) -> int:
        """The size of the first axis, where no setting says it."""
        stored = self._stored_name(name)
        if stored is None:
            raise ValueError(f"{name}: expected a tensor, found none")
        return int(self._tensors[stored].shape[0])

    def ignore(self, name: str) -> None:
        """The network does not need the tensor, but may have it."""
        self._used.add(self._stored_name(name) or name)

    def check_all_used(self, family: str) -> None:
        """A tensor that nobody asked for would be a part of the network that the dump lacks."""
        for name in self._tensors:
            if name not in self._used and not BUFFERS.search(name):
                raise ValueError(f"{name}: expected only tensors that a {family} model with this config has, "
                                 "found one more")

    def _stored_name(self, name: str) -> Optional[str]:
        bare = name[len(self._base):] if name.startswith(self._base) else name
        return next((candidate for candidate in (name, bare) if candidate in self._tensors), None)
