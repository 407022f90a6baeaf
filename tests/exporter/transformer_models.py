# SPDX-License-Identifier: GPL-3.0-or-later
"""Small transformers with the module names, tensor shapes and configs of Hugging Face's, and random weights."""
from __future__ import annotations

from typing import Any, Callable

import torch
from torch import Tensor, nn

from transformer_parts import (ACTIVATIONS, RmsNorm, Settings, angles_of, attend, llama3_frequencies, modules,
                               plain_frequencies)

SEED = 11
VOCABULARY = 50


class Conv1D(nn.Module):
    def __init__(self, outputs: int, inputs: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.empty(inputs, outputs)), nn.Parameter(torch.empty(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class Gpt2(nn.Module):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        c = self.config = Settings(**{**dict(
            model_type="gpt2", vocab_size=VOCABULARY, n_positions=16, n_embd=24, n_layer=2, n_head=3, n_inner=None,
            activation_function="gelu_new", layer_norm_epsilon=1e-5, scale_attn_weights=True,
            scale_attn_by_inverse_layer_idx=False), **changes})
        d = c.n_embd
        self.transformer = modules(
            wte=nn.Embedding(c.vocab_size, d), wpe=nn.Embedding(c.n_positions, d), ln_f=nn.LayerNorm(d),
            h=nn.ModuleList(modules(ln_1=nn.LayerNorm(d), ln_2=nn.LayerNorm(d),
                                    attn=modules(c_attn=Conv1D(3 * d, d), c_proj=Conv1D(d, d)),
                                    mlp=modules(c_fc=Conv1D(4 * d, d), c_proj=Conv1D(d, 4 * d)))
                            for _ in range(c.n_layer)))
        for block in self.transformer["h"]:  # the mask that older releases saved
            block["attn"].register_buffer("bias", torch.ones(1, 1, 16, 16, dtype=torch.bool).tril())
        self.lm_head = nn.Linear(d, c.vocab_size, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, ids: Tensor) -> Tensor:
        t, c = self.transformer, self.config
        x = t["wte"](ids) + t["wpe"](torch.arange(ids.shape[1]))
        for i, block in enumerate(t["h"]):
            scale = 8 ** -0.5 if c.scale_attn_weights else 1.0
            q, k, v = block["attn"]["c_attn"](block["ln_1"](x)).split(c.n_embd, 2)
            y = attend(q, k, v, c.n_head, c.n_head, True,
                       scale=scale / (i + 1) if c.scale_attn_by_inverse_layer_idx else scale)
            x = x + block["attn"]["c_proj"](y)
            x = x + block["mlp"]["c_proj"](ACTIVATIONS["gelu_new"](block["mlp"]["c_fc"](block["ln_2"](x))))
        return self.lm_head(t["ln_f"](x))


class Opt(nn.Module):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        c = self.config = Settings(**{**dict(
            model_type="opt", vocab_size=VOCABULARY, max_position_embeddings=16, hidden_size=24, word_embed_proj_dim=24,
            num_hidden_layers=2, num_attention_heads=3, ffn_dim=40, activation_function="relu",
            do_layer_norm_before=True, enable_bias=True), **changes})
        d, e, bias = c.hidden_size, c.word_embed_proj_dim, c.enable_bias
        decoder = modules(
            embed_tokens=nn.Embedding(c.vocab_size, e), embed_positions=nn.Embedding(c.max_position_embeddings + 2, d),
            layers=nn.ModuleList(modules(
                self_attn=modules(**{f"{p}_proj": nn.Linear(d, d, bias) for p in ("q", "k", "v", "out")}),
                fc1=nn.Linear(d, c.ffn_dim, bias), fc2=nn.Linear(c.ffn_dim, d, bias),
                self_attn_layer_norm=nn.LayerNorm(d), final_layer_norm=nn.LayerNorm(d))
                for _ in range(c.num_hidden_layers)))
        if c.do_layer_norm_before:
            decoder["final_layer_norm"] = nn.LayerNorm(d)
        if e != d:
            decoder["project_in"], decoder["project_out"] = nn.Linear(e, d, bias=False), nn.Linear(d, e, bias=False)
        self.model = modules(decoder=decoder)
        self.lm_head = nn.Linear(e, c.vocab_size, bias=False)
        self.lm_head.weight = decoder["embed_tokens"].weight

    def forward(self, ids: Tensor) -> Tensor:
        decoder, c, first = self.model["decoder"], self.config, self.config.do_layer_norm_before
        x = decoder["embed_tokens"](ids)
        x = decoder["project_in"](x) if "project_in" in decoder else x
        x = x + decoder["embed_positions"](torch.arange(ids.shape[1]) + 2)
        for block in decoder["layers"]:
            attn, norm = block["self_attn"], block["self_attn_layer_norm"]
            y = norm(x) if first else x
            y = attend(*(attn[f"{p}_proj"](y) for p in "qkv"), c.num_attention_heads, c.num_attention_heads, True)
            x = x + attn["out_proj"](y)
            x = x if first else norm(x)
            norm = block["final_layer_norm"]
            y = block["fc2"](ACTIVATIONS[c.activation_function](block["fc1"](norm(x) if first else x)))
            x = x + y if first else norm(x + y)
        x = decoder["final_layer_norm"](x) if first else x
        return self.lm_head(decoder["project_out"](x) if "project_out" in decoder else x)


class GptNeoX(nn.Module):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        c = self.config = Settings(**{**dict(
            model_type="gpt_neox", vocab_size=VOCABULARY, hidden_size=48, num_hidden_layers=2, num_attention_heads=3,
            intermediate_size=80, rotary_pct=0.25, rotary_emb_base=10000, use_parallel_residual=True,
            layer_norm_eps=1e-5, hidden_act="gelu"), **changes})
        d = c.hidden_size
        self.gpt_neox = modules(
            embed_in=nn.Embedding(c.vocab_size, d), final_layer_norm=nn.LayerNorm(d),
            layers=nn.ModuleList(modules(
                input_layernorm=nn.LayerNorm(d), post_attention_layernorm=nn.LayerNorm(d),
                attention=modules(query_key_value=nn.Linear(d, 3 * d), dense=nn.Linear(d, d)),
                mlp=modules(dense_h_to_4h=nn.Linear(d, c.intermediate_size),
                            dense_4h_to_h=nn.Linear(c.intermediate_size, d)))
                for _ in range(c.num_hidden_layers)))
        self.embed_out = nn.Linear(d, c.vocab_size, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        net, c = self.gpt_neox, self.config
        heads, size = c.num_attention_heads, c.hidden_size // c.num_attention_heads
        angles = angles_of(plain_frequencies(c.rotary_emb_base, int(size * c.rotary_pct)), ids.shape[1])
        x = net["embed_in"](ids)
        for block in net["layers"]:
            fused = block["attention"]["query_key_value"](block["input_layernorm"](x))
            q, k, v = fused.view(*ids.shape, heads, 3 * size).split(size, 3)
            y = attend(*(part.reshape(*ids.shape, -1) for part in (q, k, v)), heads, heads, True, angles)
            y, mlp = block["attention"]["dense"](y), block["mlp"]
            z = block["post_attention_layernorm"](x if c.use_parallel_residual else x + y)
            x = x + y + mlp["dense_4h_to_h"](ACTIVATIONS[c.hidden_act](mlp["dense_h_to_4h"](z)))
        return self.embed_out(net["final_layer_norm"](x))


class Llama(nn.Module):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        c = self.config = Settings(**{**dict(
            model_type="llama", vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, intermediate_size=48, rms_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None,
            hidden_act="silu", tie_word_embeddings=True, head_dim=8, attention_bias=False), **changes})
        d, q, kv = c.hidden_size, c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim

        def linear(inputs: int, outputs: int, bias: bool = False) -> nn.Module:
            return nn.Linear(inputs, outputs, bias=bias)

        self.model = modules(
            embed_tokens=nn.Embedding(c.vocab_size, d), norm=RmsNorm(d, c.rms_norm_eps),
            layers=nn.ModuleList(modules(
                self_attn=modules(q_proj=linear(d, q, c.attention_bias), k_proj=linear(d, kv, c.attention_bias),
                                  v_proj=linear(d, kv, c.attention_bias), o_proj=linear(q, d)),
                mlp=modules(gate_proj=linear(d, c.intermediate_size), up_proj=linear(d, c.intermediate_size),
                            down_proj=linear(c.intermediate_size, d)),
                input_layernorm=RmsNorm(d, c.rms_norm_eps), post_attention_layernorm=RmsNorm(d, c.rms_norm_eps))
                for _ in range(c.num_hidden_layers)))
        self.lm_head = linear(d, c.vocab_size)
        if c.tie_word_embeddings:
            self.lm_head.weight = self.model["embed_tokens"].weight

    def frequencies(self) -> Tensor:
        plain, scaling = plain_frequencies(self.config.rope_theta, self.config.head_dim), self.config.rope_scaling or {}
        if scaling.get("rope_type") == "llama3":
            return llama3_frequencies(plain, scaling["factor"], scaling["low_freq_factor"], scaling["high_freq_factor"],
                                      scaling["original_max_position_embeddings"])
        return plain / scaling.get("factor", 1.0)

    def forward(self, ids: Tensor) -> Tensor:
        net, c = self.model, self.config
        angles = angles_of(self.frequencies(), ids.shape[1])
        x = net["embed_tokens"](ids)
        for block in net["layers"]:
            attn, mlp, y = block["self_attn"], block["mlp"], block["input_layernorm"](x)
            y = attend(*(attn[f"{p}_proj"](y) for p in "qkv"), c.num_attention_heads, c.num_key_value_heads, True,
                       angles)
            x = x + attn["o_proj"](y)
            y = block["post_attention_layernorm"](x)
            x = x + mlp["down_proj"](ACTIVATIONS[c.hidden_act](mlp["gate_proj"](y)) * mlp["up_proj"](y))
        return self.lm_head(net["norm"](x))


class Vit(nn.Module):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        c = self.config = Settings(**{**dict(
            model_type="vit", hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
            hidden_act="gelu", layer_norm_eps=1e-12, image_size=12, patch_size=4, num_channels=3, qkv_bias=True),
            **changes})
        d, self.patches = c.hidden_size, (c.image_size // c.patch_size) ** 2

        def block() -> nn.Module:
            parts = {part: nn.Linear(d, d, bias=c.qkv_bias) for part in ("query", "key", "value")}
            return modules(attention=modules(attention=modules(**parts), output=modules(dense=nn.Linear(d, d))),
                           intermediate=modules(dense=nn.Linear(d, c.intermediate_size)),
                           output=modules(dense=nn.Linear(c.intermediate_size, d)),
                           layernorm_before=nn.LayerNorm(d, c.layer_norm_eps),
                           layernorm_after=nn.LayerNorm(d, c.layer_norm_eps))

        projection = nn.Conv2d(c.num_channels, d, c.patch_size, c.patch_size)
        embeddings = modules(patch_embeddings=modules(projection=projection))
        embeddings.register_parameter("cls_token", nn.Parameter(torch.empty(1, 1, d)))
        embeddings.register_parameter("position_embeddings", nn.Parameter(torch.empty(1, 1 + self.patches, d)))
        self.vit = modules(embeddings=embeddings, layernorm=nn.LayerNorm(d, c.layer_norm_eps),
                           encoder=modules(layer=nn.ModuleList(block() for _ in range(c.num_hidden_layers))))
        self.classifier = nn.Linear(d, 5)

    def forward(self, images: Tensor) -> Tensor:
        embeddings, c = self.vit["embeddings"], self.config
        x = embeddings["patch_embeddings"]["projection"](images).flatten(2).transpose(1, 2)
        x = torch.cat([embeddings.cls_token.expand(len(x), -1, -1), x], 1) + embeddings.position_embeddings
        for block in self.vit["encoder"]["layer"]:
            attn, y = block["attention"], block["layernorm_before"](x)
            y = attend(*(attn["attention"][part](y) for part in ("query", "key", "value")), c.num_attention_heads,
                       c.num_attention_heads, False)
            x = x + attn["output"]["dense"](y)
            y = ACTIVATIONS[c.hidden_act](block["intermediate"]["dense"](block["layernorm_after"](x)))
            x = x + block["output"]["dense"](y)
        return self.classifier(self.vit["layernorm"](x)[:, 0])


LLAMA3_SCALING = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                  "original_max_position_embeddings": 64}

LANGUAGE_MODELS: dict[str, Callable[[], nn.Module]] = {
    "gpt2": Gpt2,
    "gpt2 scaled by block": lambda: Gpt2(scale_attn_by_inverse_layer_idx=True),
    "opt": Opt,
    "opt without biases": lambda: Opt(enable_bias=False, activation_function="gelu"),
    "opt with norms after": lambda: Opt(do_layer_norm_before=False, word_embed_proj_dim=16),
    "gpt_neox": GptNeoX,
    "gpt_neox, one after the other": lambda: GptNeoX(use_parallel_residual=False, rotary_pct=0.5),
    "llama": Llama,
    "llama, linear scaling": lambda: Llama(rope_scaling={"type": "linear", "factor": 4.0}, tie_word_embeddings=False),
    "llama3": lambda: Llama(rope_scaling=LLAMA3_SCALING, rope_theta=500.0),
    "qwen2": lambda: Llama(model_type="qwen2", attention_bias=True, num_key_value_heads=4, head_dim=6),
}


def with_random_weights(model: nn.Module) -> nn.Module:
    """Large enough that every part of the network shows in its logits."""
    torch.manual_seed(SEED)
    with torch.no_grad():
        for name, p in model.named_parameters():
            torch.nn.init.normal_(p, 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0, 0.3)
    return model.eval()
