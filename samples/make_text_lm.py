# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a small GPT-2 on the licence texts of a Debian system, character by character, and export it.

    python3 make_text_lm.py [OUT.h5]        default: text-lm.h5 beside this file

Its modules have the names that Hugging Face gives GPT-2's, so that it is exported the way a downloaded model is.
The down projection of each block has the longest dot product, K = 512. A token is a character, its id the ASCII
code. The text of GPL-3 is held out: the model never sees it in training, and is judged by it. Everything is seeded
and runs on one thread: the same machine writes the same bytes, another one may differ in the last bits.
"""
from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Optional

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from axescope_export_transformers import export_transformer

SEED = 20
TEXTS = Path("/usr/share/common-licenses")
TRAINING = ("Apache-2.0", "Artistic", "BSD", "CC0-1.0", "GFDL-1.2", "GFDL-1.3", "GPL-1", "GPL-2", "LGPL-2", "LGPL-2.1",
            "LGPL-3", "MPL-1.1", "MPL-2.0")
HELD_OUT = "GPL-3"
CALIBRATION_TEXT = "GPL-2"
CALIBRATION_SEQUENCES = 64
EVALUATION_SEQUENCES = 64

CONFIG = SimpleNamespace(model_type="gpt2", vocab_size=128, n_positions=128, n_embd=128, n_layer=3, n_head=4,
                         activation_function="gelu_new", layer_norm_epsilon=1e-5)
STEPS = 1600
BATCH = 16
LEARNING_RATE = 4e-3
WARM_UP = 0.1
WEIGHT_DECAY = 0.1
DROPOUT = 0.1
STD = 0.06  # of the weights at the start
RESIDUAL_STD = STD / math.sqrt(2 * CONFIG.n_layer)  # of those whose products are summed up from block to block


def product(x: Tensor, weight: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    """[N, L, K] times [K, C]. As a convolution, which Debian's PyTorch does twenty times as fast as the product."""
    return F.conv1d(x.transpose(1, 2), weight.T[:, :, None], bias).transpose(1, 2)


class Conv1D(nn.Module):
    """GPT-2's linear layer, which keeps its weight as [inputs, outputs]."""

    def __init__(self, inputs: int, outputs: int, std: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * std)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return product(x, self.weight, self.bias)


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.c_attn = Conv1D(width, 3 * width, STD)
        self.c_proj = Conv1D(width, width, RESIDUAL_STD)

    def forward(self, x: Tensor) -> Tensor:
        samples, length, width = x.shape
        q, k, v = (part.view(samples, length, self.heads, -1).transpose(1, 2)
                   for part in self.c_attn(x).split(width, 2))
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).masked_fill(later, -math.inf)
        return self.c_proj((scores.softmax(3) @ v).transpose(1, 2).reshape(x.shape))


class Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.c_fc = Conv1D(width, 4 * width, STD)
        self.c_proj = Conv1D(4 * width, width, RESIDUAL_STD)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), Attention(width, heads)
        self.ln_2, self.mlp = nn.LayerNorm(width), Mlp(width)

    def forward(self, x: Tensor, dropout: float) -> Tensor:
        x = x + F.dropout(self.attn(self.ln_1(x)), dropout, self.training)
        return x + F.dropout(self.mlp(self.ln_2(x)), dropout, self.training)


class TextLm(nn.Module):
    """Ids [N, L] to logits [N, L, 128]; the head is the embedding table."""

    def __init__(self) -> None:
        super().__init__()
        self.config = CONFIG
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(CONFIG.vocab_size, CONFIG.n_embd),
            "wpe": nn.Embedding(CONFIG.n_positions, CONFIG.n_embd),
            "h": nn.ModuleList(Block(CONFIG.n_embd, CONFIG.n_head) for _ in range(CONFIG.n_layer)),
            "ln_f": nn.LayerNorm(CONFIG.n_embd)})
        for table in ("wte", "wpe"):
            nn.init.normal_(self.transformer[table].weight, 0, STD)

    def forward(self, ids: Tensor) -> Tensor:
        parts = self.transformer
        x = F.dropout(parts["wte"](ids) + parts["wpe"].weight[:ids.shape[1]], DROPOUT, self.training)
        for block in parts["h"]:
            x = block(x, DROPOUT)
        return product(parts["ln_f"](x), parts["wte"].weight.T)


def read(name: str) -> Tensor:
    """The characters of a text as ids."""
    return torch.from_numpy(np.frombuffer((TEXTS / name).read_text("ascii").encode(), np.uint8).astype(np.int64))


def spread(ids: Tensor, sequences: int) -> Tensor:
    """Sequences [N, context] from the whole of a text, at equal distances."""
    starts = torch.linspace(0, len(ids) - CONFIG.n_positions, sequences).long()
    return ids[starts[:, None] + torch.arange(CONFIG.n_positions)]


def train(texts: list[Tensor]) -> TextLm:
    model = TextLm()
    decayed = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": WEIGHT_DECAY},
                                   {"params": others, "weight_decay": 0.0}], LEARNING_RATE, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=STEPS, pct_start=WARM_UP)
    ids = torch.cat(texts)
    for _ in range(STEPS):
        starts = torch.randint(0, len(ids) - CONFIG.n_positions, (BATCH, 1))
        sequences = ids[starts + torch.arange(CONFIG.n_positions + 1)]
        logits = model(sequences[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), sequences[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.eval()


@torch.no_grad()
def perplexity(model: TextLm, sequences: Tensor) -> float:
    """Of a character, given those before it in its sequence."""
    logits = model(sequences)[:, :-1]
    return F.cross_entropy(logits.flatten(0, 1), sequences[:, 1:].flatten()).exp().item()


def main(out: Path) -> None:
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    started = time.process_time()
    model = train([read(name) for name in TRAINING])
    print(f"trained in {time.process_time() - started:.0f} seconds of processor time")
    evaluation = spread(read(HELD_OUT), EVALUATION_SEQUENCES)
    calibration = spread(read(CALIBRATION_TEXT), CALIBRATION_SEQUENCES)
    model = model.half().float()  # what the file keeps
    print(f"perplexity {perplexity(model, evaluation):.4f} per character of {HELD_OUT}, "
          f"{perplexity(model, calibration):.4f} of the calibration sequences")

    export_transformer(
        model.half(), out, calibration=calibration, eval=evaluation, model_name="text-lm",
        license="evaluation and calibration texts: copyright Free Software Foundation, verbatim copies permitted; "
                "weights GPL-3.0-or-later",
        source="licence texts in /usr/share/common-licenses of Debian 12, as ASCII codes; evaluation: GNU General "
               "Public License version 3, which the model was not trained on; calibration: version 2")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("text-lm.h5"))
