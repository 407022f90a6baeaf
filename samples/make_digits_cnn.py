# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a small convolutional network on scikit-learn's handwritten digits and export it.

    python3 make_digits_cnn.py [OUT.h5]        default: digits-cnn.h5 beside this file

It has each kind of layer that an accumulator meets: a standard, a depthwise (K = 9) and a pointwise (K = 16)
convolution, and a fully connected layer with the long dot product K = 1024. Everything is seeded and runs on
one thread: the same machine writes the same bytes, another one may differ in the last bits of the weights.
"""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from axescope_export import export

SEED = 20
EPOCHS = 60
BATCH = 64
LEARNING_RATE = 4e-3
WEIGHT_DECAY = 0.02
LABEL_SMOOTHING = 0.05
CALIBRATION_IMAGES = 256
FULL_SCALE = 16.0  # the digits' grey levels are 0 to 16


class DigitsCnn(nn.Sequential):
    """[N, 1, 8, 8] grey levels, normalized, to [N, 10] logits."""

    def __init__(self) -> None:
        super().__init__()
        self.standard = _block(1, 16, kernel=3)
        self.depthwise = _block(16, 16, kernel=3, groups=16)
        self.pointwise = _block(16, 64, kernel=1)
        self.pool = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.3)
        self.hidden = nn.Linear(64 * 4 * 4, 64)
        self.relu = nn.ReLU()
        self.classes = nn.Linear(64, 10)


def _block(inputs: int, outputs: int, kernel: int, groups: int = 1) -> nn.Sequential:
    """Convolution, batch norm (folded by the exporter), ReLU; height and width stay."""
    block = nn.Sequential()
    block.add_module("conv", nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False))
    block.add_module("norm", nn.BatchNorm2d(outputs))
    block.add_module("relu", nn.ReLU())
    return block


def _shift(images: Tensor) -> Tensor:
    """Move each image [N, 1, 8, 8] by -1, 0 or 1 pixels along each axis; what enters is background."""
    padded = F.pad(images, (1, 1, 1, 1))
    rows, columns = torch.randint(0, 3, (2, len(images), 1))
    at = torch.arange(8)
    each = torch.arange(len(images))[:, None, None]
    return padded[each, 0, (rows + at)[:, :, None], (columns + at)[:, None, :]][:, None]


def train(images: Tensor, labels: Tensor, mean: float, std: float) -> DigitsCnn:
    """A network trained on grey levels [N, 1, 8, 8] (0 to 16) and labels [N]."""
    model = DigitsCnn()
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(images))
        for i in range(len(images) // BATCH):
            chosen = order[i * BATCH:(i + 1) * BATCH]
            inputs = (_shift(images[chosen]) / FULL_SCALE - mean) / std
            loss = F.cross_entropy(model(inputs), labels[chosen], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def main(out: Path) -> None:
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

    model = train(train_images.float(), train_labels, mean, std)
    with torch.no_grad():
        answers = model((test_images.float() / FULL_SCALE - mean) / std).argmax(1)
    right = int((answers == test_labels).sum())
    print(f"float accuracy {right / len(test_labels):.4f} ({right} of {len(test_labels)} held-back digits)")

    export(model, out, calibration=train_images[:CALIBRATION_IMAGES], eval=(test_images, test_labels),
           normalize=([mean], [std], FULL_SCALE), model_name="digits-cnn",
           license="images CC-BY-4.0, weights GPL-3.0-or-later",
           source="Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning "
                  "Repository, https://archive.ics.uci.edu/dataset/80, as distributed with scikit-learn (load_digits)")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("digits-cnn.h5"))
