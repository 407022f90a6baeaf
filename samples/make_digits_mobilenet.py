# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a small MobileNet on scikit-learn's handwritten digits and export it.

    python3 make_digits_mobilenet.py [OUT.h5]        default: digits-mobilenet.h5 beside this file

Depthwise separable convolutions after MobileNetV1 (arXiv 1704.04861): a depthwise one with K = 9 for each channel,
then a pointwise one, each with its batch norm and ReLU6, and sums around two of the pairs. The batch norms stay in the
graph, so that what happens between the matrix products can be counted and quantized. Data and training are those of
digits_training.py.
"""
from __future__ import annotations

import sys
from pathlib import Path

from torch import Tensor, nn

from digits_training import Training, train_and_export

TRAINING = Training(epochs=80, learning_rate=4e-3)
# Output channels and stride of each pair.
BLOCKS = ((32, 1), (48, 2), (48, 1), (96, 2), (96, 1))


class Separable(nn.Module):
    """A depthwise and a pointwise convolution; where the shape stays, the input is added."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.depthwise = _block(inputs, inputs, kernel=3, stride=stride, groups=inputs)
        self.pointwise = _block(inputs, outputs, kernel=1)
        self.adds = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = self.pointwise(self.depthwise(x))
        return x + y if self.adds else y


class DigitsMobileNet(nn.Sequential):
    """[N, 1, 8, 8] grey levels, normalized, to [N, 10] logits."""

    def __init__(self) -> None:
        super().__init__()
        channels = 16
        self.stem = _block(1, channels, kernel=3)
        for i, (outputs, stride) in enumerate(BLOCKS, 1):
            self.add_module(f"block{i}", Separable(channels, outputs, stride))
            channels = outputs
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classes = nn.Linear(channels, 10)


def _block(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    block = nn.Sequential()
    block.add_module("conv", nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False))
    block.add_module("norm", nn.BatchNorm2d(outputs))
    block.add_module("relu", nn.ReLU6())
    return block


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("digits-mobilenet.h5")
    train_and_export(DigitsMobileNet, TRAINING, out, "digits-mobilenet", fold_batch_norms=False)
