# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a transformer as Hugging Face keeps it into an HDF5 dump that AxeScope opens.

    python3 axescope_export_transformers.py FOLDER --tokens ids.npy --eval eval.npy --out model.h5

or, with a module or a mapping from names to tensors (which are asked for one at a time) and its config:

    from axescope_export_transformers import export_transformer
    export_transformer(model, "model.h5", calibration=ids, eval=other_ids)

Known by their structure are GPT-2, OPT, GPT-NeoX (Pythia), Llama (SmolLM2, Mistral, Qwen2) and ViT
(axescope_export_architectures.py, axescope_export_vit.py). Needs torch, numpy and h5py; the package `transformers` is
not needed. Anything unexpected is a ValueError of one line that says what was expected and found.
"""
from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy as np
from torch import nn

from axescope_export_architectures import gpt2, gpt_neox, llama, opt
from axescope_export_checkpoint import Checkpoint, Config
from axescope_export_data import Normalize, check_normalize, input_array, label_array, token_array
from axescope_export_folder import open_tensors, read_json
from axescope_export_graph import Activation
from axescope_export_transformer_graph import TransformerGraph
from axescope_export_vit import vit
from axescope_export_writer import write_dump

REFUSED = 3  # exit status for inputs that cannot be exported, as in axescope-cli


@dataclass(frozen=True)
class Family:
    """Models of one structure: they have the tensor `mark`; `types` are the names that their configs may give.

    Others have that tensor too and differ in what no tensor shows, so a config that names them is refused.
    """
    name: str
    base: str
    mark: str
    types: tuple[str, ...]
    write_graph: Callable[[TransformerGraph], Activation]


FAMILIES = (
    Family("GPT-2", "transformer.", "transformer.h.0.attn.c_attn.weight", ("gpt2",), gpt2),
    Family("OPT", "model.", "model.decoder.layers.0.fc1.weight", ("opt",), opt),
    Family("GPT-NeoX", "gpt_neox.", "gpt_neox.layers.0.attention.query_key_value.weight", ("gpt_neox",), gpt_neox),
    Family("Llama", "model.", "model.layers.0.mlp.gate_proj.weight", ("llama", "mistral", "qwen2"), llama),
    Family("ViT", "vit.", "vit.encoder.layer.0.attention.attention.query.weight", ("vit",), vit),
)


def export_transformer(
    model: Union[nn.Module, Mapping[str, Any]],
    path: Union[str, os.PathLike],
    config: Any = None,
    calibration: Any = None,
    eval: Any = None,
    *,
    labels: Any = None,
    normalize: Optional[Normalize] = None,
    model_name: Optional[str] = None,
    license: Optional[str] = None,
    source: Optional[str] = None,
    created: Optional[str] = None,
) -> None:
    """Write a transformer and its data to the HDF5 file `path`; on failure nothing is left behind.

    model        a module, or a mapping from names to tensors (PyTorch's or numpy's), which is asked for each once
    config       its settings as an object with attributes or a mapping; by default model.config
    calibration  token ids [N, L]; some hundred sequences are enough. ViT: images [N, C, H, W], float or uint8
    eval         token ids [M, L'] whose perplexity is measured; ViT: images, whose answers should be `labels` [M]
    normalize    (mean, std, divisor) for uint8 images: the network is fed (x / divisor - mean) / std

    float16 weights stay float16, others are stored as float32.
    """
    tensors = model.state_dict() if isinstance(model, nn.Module) else model
    settings = Config(getattr(model, "config", None) if config is None else config)
    family = recognize(tensors, settings)
    graph = TransformerGraph(Checkpoint(tensors, settings, family.base), normalize)
    output = family.write_graph(graph)
    graph.checkpoint.check_all_used(family.name)
    graph.build.output = output.name

    inputs = {"/calibration/inputs": calibration, "/eval/inputs": eval}
    given = {name: values for name, values in inputs.items() if values is not None}
    if graph.image_shape is None:
        if labels is not None or normalize is not None:
            raise ValueError(f"labels and normalize belong to images, found a {family.name} model")
        data = {name: token_array(values, name, graph.vocabulary, graph.positions) for name, values in given.items()}
    else:
        data = _images(given, graph.image_shape, normalize)
        if "/eval/inputs" in data:
            data["/eval/labels"] = label_array(labels, data["/eval/inputs"], output.shape)
    attributes = {"producer": "axescope_export_transformers",
                  "task": "language-modeling" if graph.image_shape is None else "classification",
                  "model": model_name or Path(settings.get("_name_or_path", "")).name or family.name,
                  "license": license, "source": source, "created": created}
    write_dump(Path(path), attributes, graph.build, data)


def recognize(tensors: Mapping[str, Any], config: Config) -> Family:
    """The family whose mark is among the tensors, with or without the prefix that its class gives."""
    stated = config.get("model_type")
    for family in FAMILIES:
        if family.mark in tensors or family.mark[len(family.base):] in tensors:
            if stated is not None and stated not in family.types:
                raise ValueError(f"config: expected model_type {' or '.join(family.types)} for tensors named as those "
                                 f"of {family.name}, found '{stated}'")
            return family
    found = f"model_type '{stated}'" if stated else f"tensors such as '{next(iter(tensors), 'none')}'"
    raise ValueError(f"expected a model built like {', '.join(family.name for family in FAMILIES)}, found {found}")


def _images(given: dict[str, Any], shape: tuple[int, ...], normalize: Optional[Normalize]) -> dict[str, np.ndarray]:
    data = {name: input_array(values, name) for name, values in given.items()}
    for name, values in data.items():
        if values.shape[1:] != shape:
            raise ValueError(f"{name}: expected images {list(shape)}, found {list(values.shape[1:])}")
    if data:
        check_normalize(list(data.values()), normalize)
    return data


def _normalize_of(folder: Path) -> Optional[Normalize]:
    """What the folder says about how images are prepared."""
    path = folder / "preprocessor_config.json"
    if not path.exists():
        return None
    settings = read_json(path)
    return settings["image_mean"], settings["image_std"], 1 / settings.get("rescale_factor", 1 / 255)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="Write a transformer in a Hugging Face folder into a dump.",
                                     epilog="The .npy files hold integer ids [N, L]; for ViT, images [N, C, H, W] as "
                                     "float or uint8 and, in --labels, integers [N].")
    parser.add_argument("folder", type=Path, help="with config.json and *.safetensors or pytorch_model.bin")
    parser.add_argument("--tokens", "--images", dest="calibration", metavar="NPY", help="calibration inputs")
    parser.add_argument("--eval", metavar="NPY", help="evaluation inputs")
    parser.add_argument("--labels", metavar="NPY", help="the classes of evaluation images")
    parser.add_argument("--out", required=True, metavar="H5")
    parser.add_argument("--name", help="the model's name in the dump; by default the folder's")
    parser.add_argument("--license", help="the licence of weights and data, stored in the dump")
    parser.add_argument("--source", help="where weights and data come from, stored in the dump")
    options = parser.parse_args(arguments)
    try:
        data = {key: np.load(name, mmap_mode="r") for key in ("calibration", "eval", "labels")
                if (name := getattr(options, key)) is not None}
        is_uint8 = any(values.dtype == np.uint8 and values.ndim == 4 for values in data.values())
        export_transformer(open_tensors(options.folder), options.out, read_json(options.folder / "config.json"), **data,
                           normalize=_normalize_of(options.folder) if is_uint8 else None, source=options.source,
                           model_name=options.name or options.folder.resolve().name, license=options.license)
    except (ValueError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
