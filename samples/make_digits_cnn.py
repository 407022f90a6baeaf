# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a small convolutional network on scikit-learn's handwritten digits and export it.

    python3 make_digits_cnn.py [OUT.h5]        default: digits-cnn.h5 beside this file

It has each kind of layer that an accumulator meets: a standard, a depthwise (K = 9) and a pointwise (K = 16)
convolution, and a fully connected layer with the long dot product K = 1024. Data and training are those of
digits_training.py.
"""
from __future__ import annotations

import sys
from pathlib import Path

from torch import nn

from digits_training import Training, train_and_export

TRAINING = Training(epochs=60, learning_rate=4e-3)


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


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("digits-cnn.h5")
    train_and_export(DigitsCnn, TRAINING, out, "digits-cnn", fold_batch_norms=True)
