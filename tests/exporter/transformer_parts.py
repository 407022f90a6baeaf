# SPDX-License-Identifier: GPL-3.0-or-later
"""Attention and rotary positions as Hugging Face computes them, for the models that the exporter's tests export."""
from __future__ import annotations

import math
from typing import Any, Callable, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Angles = tuple[Tensor, Tensor]  # cosines and sines [L, dims]


class Settings:
    """A config with attributes."""

    def __init__(self, **settings: Any) -> None:
        self.__dict__.update(settings)


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, kv_heads: int, causal: bool, angles: Optional[Angles] = None,
           scale: Optional[float] = None) -> Tensor:
    """Projections [N, L, heads * size] to the heads' answers side by side."""
    samples, length = q.shape[:2]
    q, k, v = (part.view(samples, length, count, -1).transpose(1, 2)
               for part, count in ((q, heads), (k, kv_heads), (v, kv_heads)))
    if angles is not None:
        q, k = rotate(q, *angles), rotate(k, *angles)
    k, v = (part.repeat_interleave(heads // kv_heads, dim=1) for part in (k, v))
    scores = q @ k.transpose(2, 3) * (scale or 1 / math.sqrt(q.shape[3]))
    if causal:
        scores = scores + torch.full((length, length), -math.inf).triu(1)
    return (scores.softmax(3) @ v).transpose(1, 2).reshape(samples, length, -1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """rotate_half of the first features; the others pass."""
    dims = cos.shape[1]
    turned, passed = x[..., :dims], x[..., dims:]
    half = torch.cat([-turned[..., dims // 2:], turned[..., :dims // 2]], -1)
    return torch.cat([turned * cos + half * sin, passed], -1)


def angles_of(frequencies: Tensor, length: int) -> Angles:
    angles = torch.outer(torch.arange(length).float(), frequencies)
    angles = torch.cat([angles, angles], -1)
    return angles.cos(), angles.sin()


def plain_frequencies(theta: float, dims: int) -> Tensor:
    return 1 / theta ** (torch.arange(0, dims, 2).float() / dims)


def llama3_frequencies(frequencies: Tensor, factor: float, low: float, high: float, original: int) -> Tensor:
    wavelengths = 2 * math.pi / frequencies
    smooth = (original / wavelengths - low) / (high - low)
    mixed = (1 - smooth) * frequencies / factor + smooth * frequencies
    slowed = torch.where(wavelengths > original / low, frequencies / factor, frequencies)
    between = (wavelengths <= original / low) & (wavelengths >= original / high)
    return torch.where(between, mixed, slowed)


class RmsNorm(nn.Module):
    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu, "silu": F.silu, "gelu": F.gelu,
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
}


def modules(**parts: nn.Module) -> nn.ModuleDict:
    """A module that only gives its parts their names."""
    return nn.ModuleDict(parts)
