# SPDX-License-Identifier: GPL-3.0-or-later
"""The language models that are known by their structure: which tensors they have, and what is done with them.

One function for each writes its graph with the parts of axescope_export_transformer_graph.py. Layers keep the names
that Hugging Face gives the modules. `recognize` in axescope_export_transformers.py chooses among FAMILIES.
"""
from __future__ import annotations

import math
from typing import Any, Optional

import numpy as np

from axescope_export_checkpoint import Config
from axescope_export_graph import Activation
from axescope_export_transformer_graph import TransformerGraph

OPT_POSITION_OFFSET = 2  # OPT counts positions as its padding token was counted, from 2


def gpt2(graph: TransformerGraph) -> Activation:
    """Linear weights are stored [inputs, outputs] (Conv1D), query, key and value in one."""
    config = graph.checkpoint.config
    width, heads = config.need("n_embd"), config.need("n_head")
    function = config.get("activation_function", "gelu_new")
    eps = config.get("layer_norm_epsilon", 1e-5)
    x, table = graph.embedding("transformer.wte", graph.ids(), config.need("vocab_size"), width)
    x = graph.position_embedding("transformer.wpe", x, config.need("n_positions"))
    for i in range(config.need("n_layer")):
        block = f"transformer.h.{i}"
        y = graph.layer_norm(f"{block}.ln_1", x, eps)
        y = graph.linear(f"{block}.attn.c_attn", y, 3 * width, True, inputs_first=True)
        y = graph.attention(f"{block}.attn", *graph.split(f"{block}.attn", y, ("query", "key", "value")), heads=heads,
                            scale=_gpt2_scale(config, width // heads, i))
        x = graph.add(f"{block}.attn.sum", x, graph.linear(f"{block}.attn.c_proj", y, width, True, inputs_first=True))
        y = graph.layer_norm(f"{block}.ln_2", x, eps)
        y = graph.linear(f"{block}.mlp.c_fc", y, config.get("n_inner", 4 * width), True, inputs_first=True)
        y = graph.activation(f"{block}.mlp.act", y, function)
        x = graph.add(f"{block}.mlp.sum", x, graph.linear(f"{block}.mlp.c_proj", y, width, True, inputs_first=True))
    x = graph.layer_norm("transformer.ln_f", x, eps)
    return graph.head("lm_head", x, table, config.get("tie_word_embeddings", True))


def _gpt2_scale(config: Config, head: int, block: int) -> Optional[float]:
    """None is the usual 1/sqrt(head)."""
    by_block = config.get("scale_attn_by_inverse_layer_idx", False)
    if config.get("scale_attn_weights", True) and not by_block:
        return None
    scale = 1 / math.sqrt(head) if config.get("scale_attn_weights", True) else 1.0
    return scale / (block + 1) if by_block else scale


def opt(graph: TransformerGraph) -> Activation:
    """Norms stand before attention and feed-forward, or, in the 350m model, after them."""
    config = graph.checkpoint.config
    width, heads = config.need("hidden_size"), config.need("num_attention_heads")
    token_width = config.get("word_embed_proj_dim", width)
    bias, norms_first = config.get("enable_bias", True), config.get("do_layer_norm_before", True)
    eps = 1e-5  # is no setting of OPT
    x, table = graph.embedding("model.decoder.embed_tokens", graph.ids(), config.need("vocab_size"), token_width)
    if token_width != width:
        x = graph.linear("model.decoder.project_in", x, width, False)
    x = graph.position_embedding("model.decoder.embed_positions", x, config.need("max_position_embeddings"),
                                 OPT_POSITION_OFFSET)

    def feed_forward(block: str, y: Activation) -> Activation:
        y = graph.linear(f"{block}.fc1", y, config.need("ffn_dim"), bias)
        y = graph.activation(f"{block}.activation_fn", y, config.get("activation_function", "relu"))
        return graph.linear(f"{block}.fc2", y, width, bias)

    def attention(block: str, y: Activation) -> Activation:
        q, k, v = (graph.linear(f"{block}.self_attn.{part}_proj", y, width, bias) for part in "qkv")
        return graph.linear(f"{block}.self_attn.out_proj", graph.attention(f"{block}.self_attn", q, k, v, heads), width,
                            bias)

    for i in range(config.need("num_hidden_layers")):
        block = f"model.decoder.layers.{i}"
        for part, norm in ((attention, "self_attn_layer_norm"), (feed_forward, "final_layer_norm")):
            y = part(block, graph.layer_norm(f"{block}.{norm}", x, eps) if norms_first else x)
            x = graph.add(f"{block}.{part.__name__}.sum", x, y)
            x = x if norms_first else graph.layer_norm(f"{block}.{norm}", x, eps)
    if norms_first and not config.get("_remove_final_layer_norm", False):
        x = graph.layer_norm("model.decoder.final_layer_norm", x, eps)
    if token_width != width:
        x = graph.linear("model.decoder.project_out", x, token_width, False)
    return graph.head("lm_head", x, table, config.get("tie_word_embeddings", True))


def gpt_neox(graph: TransformerGraph) -> Activation:
    """The outputs of query_key_value are stored head by head, (heads, 3, size); here as query, key, value."""
    config = graph.checkpoint.config
    width, heads = config.need("hidden_size"), config.need("num_attention_heads")
    eps, bias = config.get("layer_norm_eps", 1e-5), config.get("attention_bias", True)
    parallel = config.get("use_parallel_residual", True)
    rope = rotation(config, width // heads, config.get("rotary_pct", 0.25), config.get("rotary_emb_base"))

    def by_part(values: np.ndarray) -> np.ndarray:
        return values.reshape(heads, 3, width // heads, -1).swapaxes(0, 1).reshape(values.shape)

    x, table = graph.embedding("gpt_neox.embed_in", graph.ids(), config.need("vocab_size"), width)
    for i in range(config.need("num_hidden_layers")):
        block = f"gpt_neox.layers.{i}"
        y = graph.layer_norm(f"{block}.input_layernorm", x, eps)
        y = graph.linear(f"{block}.attention.query_key_value", y, 3 * width, bias, arrange=by_part)
        y = graph.attention(f"{block}.attention", *graph.split(f"{block}.attention", y, ("query", "key", "value")),
                            heads=heads, rope=rope)
        attended = graph.add(f"{block}.attention.sum", x, graph.linear(f"{block}.attention.dense", y, width, bias))
        y = graph.layer_norm(f"{block}.post_attention_layernorm", x if parallel else attended, eps)
        y = graph.linear(f"{block}.mlp.dense_h_to_4h", y, config.need("intermediate_size"), True)
        y = graph.activation(f"{block}.mlp.act", y, config.get("hidden_act", "gelu"))
        x = graph.add(f"{block}.mlp.sum", attended, graph.linear(f"{block}.mlp.dense_4h_to_h", y, width, True))
    x = graph.layer_norm("gpt_neox.final_layer_norm", x, eps)
    return graph.head("embed_out", x, table, config.get("tie_word_embeddings", False))


def llama(graph: TransformerGraph) -> Activation:
    """Also Mistral and Qwen2, which differ in where they have biases and in a window over the sequence."""
    config = graph.checkpoint.config
    width, heads = config.need("hidden_size"), config.need("num_attention_heads")
    kv_heads, head = config.get("num_key_value_heads", heads), config.get("head_dim", width // heads)
    inner, eps = config.need("intermediate_size"), config.get("rms_norm_eps", 1e-6)
    rope = rotation(config, head)
    if config.get("use_sliding_window", True):
        graph.positions = config.get("sliding_window")  # up to there the window changes nothing

    def linear(name: str, y: Activation, outputs: int) -> Activation:
        return graph.linear(name, y, outputs, graph.checkpoint.has(f"{name}.bias"))

    x, table = graph.embedding("model.embed_tokens", graph.ids(), config.need("vocab_size"), width)
    for i in range(config.need("num_hidden_layers")):
        block = f"model.layers.{i}"
        y = graph.rms_norm(f"{block}.input_layernorm", x, eps)
        q, k, v = (linear(f"{block}.self_attn.{part}_proj", y, head * count)
                   for part, count in (("q", heads), ("k", kv_heads), ("v", kv_heads)))
        y = graph.attention(f"{block}.self_attn", q, k, v, heads, kv_heads, rope=rope)
        x = graph.add(f"{block}.self_attn.sum", x, linear(f"{block}.self_attn.o_proj", y, width))
        y = graph.rms_norm(f"{block}.post_attention_layernorm", x, eps)
        gate = graph.activation(f"{block}.mlp.act_fn", linear(f"{block}.mlp.gate_proj", y, inner),
                                config.get("hidden_act", "silu"))
        y = graph.node("mul", f"{block}.mlp.product", gate.shape, gate, linear(f"{block}.mlp.up_proj", y, inner))
        x = graph.add(f"{block}.mlp.sum", x, linear(f"{block}.mlp.down_proj", y, width))
    x = graph.rms_norm("model.norm", x, eps)
    return graph.head("lm_head", x, table, config.get("tie_word_embeddings", False))


def rotation(config: Config, head: int, share: float = 1.0, base: Optional[float] = None) -> dict[str, Any]:
    """The rope of a head of which the first `share` turns, by pairs (i, i + dims/2).

    Releases of Hugging Face differ in where they write it: rope_theta and rope_scaling, or both in rope_parameters.
    """
    settings = Config(config.get("rope_parameters") or config.get("rope_scaling") or {})
    dims = int(head * settings.get("partial_rotary_factor", share))
    theta = float(settings.get("rope_theta") or config.get("rope_theta") or base or 10000.0)
    kind = settings.get("rope_type") or settings.get("type", "default")
    rope = {"theta": theta, "dims": dims, "interleaved": False}
    if kind == "default":
        return rope
    frequencies = theta ** (-np.arange(0, dims, 2) / dims)
    if kind == "linear":
        frequencies = frequencies / settings.need("factor")
    elif kind == "llama3":
        frequencies = _llama3_frequencies(frequencies, settings)
    else:
        raise ValueError(f"config: expected rope_scaling of type default, linear or llama3, found '{kind}'")
    return {**rope, "frequencies": frequencies.tolist()}


def _llama3_frequencies(frequencies: np.ndarray, settings: Config) -> np.ndarray:
    """Waves that turn often within the original context stay, long ones are slowed, those between are mixed."""
    turns = settings.need("original_max_position_embeddings") * frequencies / (2 * math.pi)
    low, high = settings.need("low_freq_factor"), settings.need("high_freq_factor")
    kept = np.clip((turns - low) / (high - low), 0, 1)
    return kept * frequencies + (1 - kept) * frequencies / settings.need("factor")
