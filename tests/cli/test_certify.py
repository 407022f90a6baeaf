# SPDX-License-Identifier: GPL-3.0-or-later
"""`certify` against the same mathematics in Python's own integers."""
from __future__ import annotations

import json
import unittest

import h5py
import numpy as np

from cli_case import CliCase
from quantized_codes import Layer, read_layers
from small_dumps import write_cnn, write_layers

KEYS = ["name", "channels", "tile", "guaranteed", "smallest_inner_bits", "smallest_outer_bits", "bounds"]


def signed_bits(magnitude: int) -> int:
    """Least P ≥ 2 with magnitude ≤ 2^(P−1) − 1."""
    return max(2, magnitude.bit_length() + 1)


def extremes(codes: np.ndarray, layer: Layer) -> tuple[int, int]:
    """Largest and smallest dot product of one tile with any activations, and so of its partial sums."""
    positive, negative = int(codes[codes > 0].sum()), int(codes[codes < 0].sum())
    return layer.high * positive + layer.low * negative, layer.low * positive + layer.high * negative


def expected(layer: Layer) -> dict[str, object]:
    inner, outer, guaranteed, l1 = [], [], True, 0
    for channel, row in enumerate(layer.codes):
        tiles = [extremes(row[tile], layer) for tile in layer.tiles()]
        l1 = max([l1, *(int(np.abs(row[tile]).sum()) for tile in layer.tiles())])
        inner.append(max(signed_bits(max(high, -low)) for high, low in tiles))
        counted = [[layer.multiplier(channel, tile) * end for end in ends] for tile, ends in enumerate(tiles)]
        outer.append(signed_bits(max(sum(high for high, _ in counted), -sum(low for _, low in counted))))
        guaranteed = guaranteed and inner[-1] <= layer.inner_bits and outer[-1] <= layer.outer_bits
    signed = 1 if layer.low < 0 else 0
    n, m = layer.activation_bits, layer.weight_bits
    a2q_plus = max(2, (l1 * (2**n - 1) + 1).bit_length())
    return {"tile": layer.tile, "channels": len(layer.codes), "guaranteed": guaranteed,
            "smallest_inner_bits": max(inner), "smallest_outer_bits": max(outer),
            "channel_smallest_inner_bits": inner, "channel_smallest_outer_bits": outer,
            "bounds": {"data_type": signed_bits(layer.tile * 2**(n + m - 1 - signed)),
                       "a2q": signed_bits(l1 * 2**(n - signed)), "a2q_plus": a2q_plus, "exact": max(inner)}}


class CertifyTest(CliCase):
    def certify(self, *flags: str) -> dict[str, dict[str, object]]:
        self.succeed("quantize", self.path("dump.h5"), *flags, "--out", self.path("q.h5"))
        answer = json.loads(self.succeed("certify", self.path("q.h5"), "--json"))
        self.assertEqual(list(answer), ["layers"])
        for layer in answer["layers"]:
            self.assertEqual(list(layer)[:7], KEYS)
            self.assertEqual(list(layer["bounds"]), ["data_type", "a2q", "a2q_plus", "exact"])
        return {layer["name"]: layer for layer in answer["layers"]}

    def test_agrees_with_an_independent_computation(self) -> None:
        for write in (write_cnn, write_layers):
            write(self.path("dump.h5"))
            for flags in (("--constraint", "axe", "--inner-bits", "13", "--tile", "16"),
                          ("--constraint", "axe", "--inner-bits", "13", "--tile", "8", "--group-scale", "integer"),
                          ("--constraint", "none", "--inner-bits", "12", "--outer-bits", "13", "--tile", "10"),
                          ("--constraint", "none", "--inner-bits", "32"),
                          ("--activation", "centred", "--weight-bits", "8", "--activation-bits", "5"),
                          ("--activation", "signed", "--weight-range", "full", "--tile", "7")):
                with self.subTest(dump=write.__name__, flags=flags):
                    answer = self.certify(*flags)
                    layers = read_layers(self.path("q.h5"))
                    self.assertEqual(set(answer), set(layers))
                    for name, layer in layers.items():
                        wanted = expected(layer)
                        self.assertEqual({key: answer[name][key] for key in wanted}, wanted)

    def test_text_shows_the_bounds_side_by_side(self) -> None:
        write_cnn(self.path("dump.h5"))
        self.certify("--inner-bits", "14")
        text = self.succeed("certify", self.path("q.h5"))
        for title in ("Data type", "A2Q+", "Exact P_I", "Exact P_O", "Guaranteed"):
            self.assertIn(title, text.splitlines()[0])

    def test_a_proof_of_other_codes_is_refused(self) -> None:
        write_layers(self.path("dump.h5"))
        self.certify("--inner-bits", "14")
        with h5py.File(self.path("q.h5"), "r+") as file:
            codes = file["layers/dense/codes"][()]
            codes[0, 0] = 7 if codes[0, 0] != 7 else -7
            file["layers/dense/codes"][...] = codes
        self.refuse(3, "certify", self.path("q.h5"), says=("/layers/dense/certificate",))

    def test_a_dump_is_not_a_quantized_file(self) -> None:
        write_layers(self.path("dump.h5"))
        self.refuse(3, "certify", self.path("dump.h5"), says=("axescope-quantized", "axescope-dump"))


if __name__ == "__main__":
    unittest.main()
