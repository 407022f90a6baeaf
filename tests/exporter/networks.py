# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that the exporter's tests export: seeded random weights, settled batch norms, small inputs."""
from __future__ import annotations

from typing import Callable

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

SEED = 7


def sequential() -> nn.Module:
    """[N, 3, 12, 12]: what a plain nn.Sequential is made of, one of each."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8, eps=0.1), nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(8, 16, 3, groups=4, dilation=2, padding="same", bias=False), nn.BatchNorm2d(16), nn.SiLU(),
        nn.Dropout2d(0.2), nn.Conv2d(16, 16, (2, 3), stride=(1, 2), padding="valid"), nn.Hardswish(), nn.Identity(),
        nn.AvgPool2d(2, stride=1, padding=1, count_include_pad=False), nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(),
        nn.Linear(96, 32), nn.BatchNorm1d(32), nn.GELU(), nn.Dropout(), nn.Linear(32, 10, bias=False),
        nn.Softmax(dim=1))


class Operations(nn.Module):
    """[N, 4, 12, 12]: what a forward function writes itself, and the shapes that only running it can tell."""

    def __init__(self) -> None:
        super().__init__()
        self.even = nn.Conv2d(4, 8, 4, padding="same")  # pads unequally: one more at the bottom and right
        self.first_norm = nn.BatchNorm2d(4)  # has no layer before it
        self.branch = nn.Conv2d(8, 8, 1)
        self.branch_norm = nn.BatchNorm2d(8, affine=False)  # its layer's output is used twice
        self.shared = nn.Conv2d(8, 8, 3, padding=1)  # is called twice
        self.tokens = nn.Linear(8, 6)
        self.token_norm = nn.BatchNorm1d(36)  # works on axis 1 of [N, 36, 6], not on the layer's outputs
        self.weight = nn.Parameter(torch.randn(10, 24) / 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu6(self.even(self.first_norm(x)))
        y = self.branch(x)
        x = torch.cat([self.branch_norm(y), torch.tanh(y)], 1)[:, 2:10, ::2, ::2]
        x = x + self.shared(F.relu(self.shared(x))).sigmoid()
        tokens = self.tokens(x.view(x.size(0), 8, -1).transpose(1, 2).contiguous())
        tokens = F.gelu(self.token_norm(tokens), approximate="tanh").permute(0, 2, 1).reshape(-1, 6, 6, 6)
        x = F.pad(tokens, (1, 0, 0, 2), value=0.25)  # [N, 6, 8, 7]
        x = torch.mul(x[..., 1:], torch.softmax(x, 1)[:, :, :, :-1])  # [N, 6, 8, 6]
        x = F.adaptive_avg_pool2d(F.max_pool2d(x, (2, 1)), (2, 3)).flatten(1)  # [N, 36]
        return F.linear(x[:, None, 5:29].squeeze(1), self.weight)


class SqueezeExcite(nn.Module):
    """[N, 3, 8, 8]: one factor per channel, [N, 8, 1, 1], scales activations [N, 8, 8, 8]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.squeeze, self.excite = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.pool, self.classes = nn.AdaptiveAvgPool2d(1), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.conv(x))
        x = x * torch.sigmoid(self.excite(F.silu(self.squeeze(self.pool(x)))))
        return self.classes(x.mean((2, 3)))


def _vgg11_bn() -> nn.Module:
    """Narrowed after the first layer of the classifier, which alone would make the file half a gigabyte."""
    model = torchvision.models.vgg11_bn(weights=None, init_weights=False)
    for position, (inputs, outputs) in {0: (25088, 64), 3: (64, 64), 6: (64, 10)}.items():
        model.classifier[position] = nn.Linear(inputs, outputs)
    return model


# name: (constructor, shape of one input)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "sequential": (sequential, (3, 12, 12)),
    "operations": (Operations, (4, 12, 12)),
    "squeeze_excite": (SqueezeExcite, (3, 8, 8)),
    "resnet18": (lambda: torchvision.models.resnet18(weights=None), (3, 64, 64)),
    "mobilenet_v2": (lambda: torchvision.models.mobilenet_v2(weights=None), (3, 64, 64)),
    "vgg11_bn": (_vgg11_bn, (3, 224, 224)),
}


def build(name: str, samples: int = 3) -> tuple[nn.Module, Tensor]:
    """A network in training mode and inputs [samples, ...] for it.

    Weights keep the activations' variance and batch norms have seen a batch: with PyTorch's own start, the
    outputs of a deep network hardly depend on its input, and comparing them would prove nothing.
    """
    constructor, shape = NETWORKS[name]
    torch.manual_seed(SEED)
    model = constructor()
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.momentum = 1.0
            if module.affine:
                nn.init.uniform_(module.weight, 0.7, 1.3)
                nn.init.normal_(module.bias, 0, 0.1)
    with torch.no_grad():
        model(torch.randn(4, *shape))
    return model, torch.randn(samples, *shape)
