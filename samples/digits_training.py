# SPDX-License-Identifier: GPL-3.0-or-later
"""What the networks on handwritten digits share: the data's split, the training, the export.

make_digits_cnn.py and make_digits_mobilenet.py each add a network and its training's length. Everything is seeded and
runs on one thread: the same machine writes the same bytes, another one may differ in the last bits of the weights.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from axescope_export import export

SEED = 20
BATCH = 64
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.05
CALIBRATION_IMAGES = 256
FULL_SCALE = 16.0  # the digits' grey levels are 0 to 16


@dataclass(frozen=True)
class Training:
    epochs: int
    learning_rate: float


def _shift(images: Tensor) -> Tensor:
    """Move each image [N, 1, 8, 8] by -1, 0 or 1 pixels along each axis; what enters is background."""
    padded = F.pad(images, (1, 1, 1, 1))
    rows, columns = torch.randint(0, 3, (2, len(images), 1))
    at = torch.arange(8)
    each = torch.arange(len(images))[:, None, None]
    return padded[each, 0, (rows + at)[:, :, None], (columns + at)[:, None, :]][:, None]


def _train(model: nn.Module, training: Training, images: Tensor, labels: Tensor, mean: float, std: float) -> None:
    """Train on grey levels [N, 1, 8, 8] (0 to 16) and labels [N]."""
    optimizer = torch.optim.AdamW(model.parameters(), training.learning_rate, weight_decay=WEIGHT_DECAY)
    steps = training.epochs * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, training.learning_rate, total_steps=steps)
    for _ in range(training.epochs):
        order = torch.randperm(len(images))
        for i in range(len(images) // BATCH):
            chosen = order[i * BATCH:(i + 1) * BATCH]
            inputs = (_shift(images[chosen]) / FULL_SCALE - mean) / std
            loss = F.cross_entropy(model(inputs), labels[chosen], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()


def train_and_export(network: Callable[[], nn.Module], training: Training, out: Path, name: str,
                     fold_batch_norms: bool) -> None:
    """Train a new `network` on two thirds of the digits, print its accuracy on the third held back, and export it."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    digits = load_digits()
    images = digits.images.astype(np.uint8)[:, None]
    labels = digits.target.astype(np.int64)
    train_images, test_images, train_labels, test_labels = (torch.from_numpy(part) for part in train_test_split(
        images, labels, test_size=1 / 3, stratify=labels, random_state=SEED))
    grey = train_images.float() / FULL_SCALE
    mean, std = round(grey.mean().item(), 4), round(grey.std().item(), 4)

    model = network()
    _train(model, training, train_images.float(), train_labels, mean, std)
    with torch.no_grad():
        answers = model((test_images.float() / FULL_SCALE - mean) / std).argmax(1)
    right = int((answers == test_labels).sum())
    print(f"float accuracy {right / len(test_labels):.4f} ({right} of {len(test_labels)} held-back digits)")

    export(model, out, calibration=train_images[:CALIBRATION_IMAGES], eval=(test_images, test_labels),
           normalize=([mean], [std], FULL_SCALE), model_name=name, fold_batch_norms=fold_batch_norms,
           license="images CC-BY-4.0, weights GPL-3.0-or-later",
           source="Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning "
                  "Repository, https://archive.ics.uci.edu/dataset/80, as distributed with scikit-learn (load_digits)")
