# SPDX-License-Identifier: GPL-3.0-or-later
"""Write two banks of FIR filters and the signal windows they run over, as a dump of layers without a network.

    python3 make_fir_bank.py [OUT.h5]        default: fir-bank.h5 beside this file

A filter bank is a linear layer: each output is the dot product of one filter's taps with the last K samples of
the signal. Accumulators of fixed-point filters overflow for the same reason as those of networks, and successive
windows overlap, so that the inputs are correlated far more strongly than activations usually are.
"""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Callable

import h5py
import numpy as np

SEED = 16
SAMPLE_RATE = 16000.0  # Hz
CONVERTER_STEPS = 32768.0  # a 16-bit converter's codes per full scale
KAISER_BETA = 5.0  # about 50 dB of attenuation outside the band
GAIN_POINTS = 8192  # frequencies, 0 Hz to the sample rate, at which a filter's gain is looked at

# A dump layer: name, taps K, samples from one window to the next, number of windows
FIR_BANK = ("fir_bank", 256, 4, 2048)
FIR_BANK_LONG = ("fir_bank_long", 512, 8, 1536)

Ideal = Callable[[np.ndarray], np.ndarray]  # impulse response over the time t in samples, centre at 0


def _low_pass(edge: float) -> Ideal:
    """Passes 0 Hz to `edge` Hz."""
    cycles = edge / SAMPLE_RATE
    return lambda t: 2 * cycles * np.sinc(2 * cycles * t)


def _band_pass(low: float, high: float) -> Ideal:
    return lambda t: _low_pass(high)(t) - _low_pass(low)(t)


def _high_pass(edge: float) -> Ideal:
    return lambda t: np.sinc(t) - _low_pass(edge)(t)


def _hilbert(low: float, high: float) -> Ideal:
    """Passes `low` to `high` Hz turned by 90 degrees: with the band pass it gives the band's envelope."""
    a, b = (2 * np.pi * edge / SAMPLE_RATE for edge in (low, high))
    return lambda t: (np.cos(a * t) - np.cos(b * t)) / (np.pi * t)


def _differentiator(edge: float) -> Ideal:
    """The slope of what lies below `edge` Hz."""
    w = 2 * np.pi * edge / SAMPLE_RATE
    return lambda t: (w * t * np.cos(w * t) - np.sin(w * t)) / (np.pi * t * t)


def design(ideal: Ideal, taps: int, centred: bool = False) -> np.ndarray:
    """Windowed-sinc design of peak gain 1: taps [K] in float64, in the order of a window (oldest sample first).

    The centre of an even number of taps lies between two samples, where no high pass of linear phase exists;
    `centred` leaves the last tap zero, which puts the centre on a sample.
    """
    length = taps - 1 if centred else taps
    t = np.arange(length) - (length - 1) / 2
    response = ideal(t) * np.kaiser(length, KAISER_BETA)
    gain = np.abs(np.fft.rfft(response, GAIN_POINTS)).max()
    return np.concatenate([np.zeros(taps - length), response[::-1] / gain])


def filter_bank() -> np.ndarray:
    """[64, 256] filters: 16 low passes, 32 bands of equal musical width, 8 high passes, 4 Hilbert, 4 slopes."""
    taps = FIR_BANK[1]
    edges = np.geomspace(200.0, 7200.0, 33)
    bank = [design(_low_pass(edge), taps) for edge in np.geomspace(100.0, 6000.0, 16)]
    bank += [design(_band_pass(low, high), taps) for low, high in zip(edges, edges[1:])]
    bank += [design(_high_pass(edge), taps, centred=True) for edge in np.geomspace(500.0, 6500.0, 8)]
    bank += [design(_hilbert(low, 2 * low), taps) for low in (300.0, 700.0, 1600.0, 3500.0)]
    bank += [design(_differentiator(edge), taps) for edge in (800.0, 1800.0, 3600.0, 7000.0)]
    return np.stack(bank).astype(np.float32)


def decimating_bank() -> np.ndarray:
    """[32, 512] filters: 16 bands below 1 kHz, each in phase and turned by 90 degrees, to run at 2 kHz."""
    taps = FIR_BANK_LONG[1]
    edges = np.linspace(60.0, 1000.0, 17)
    bank = [design(kind(low, high), taps) for low, high in zip(edges, edges[1:]) for kind in (_band_pass, _hilbert)]
    return np.stack(bank).astype(np.float32)


def signal(samples: int, random: np.random.RandomState) -> np.ndarray:
    """[samples] float32 in -1 to 1: swelling notes with overtones, mains hum, hiss, read by a 16-bit converter."""
    t = np.arange(samples) / SAMPLE_RATE
    total = 0.03 * np.sin(2 * np.pi * 50.0 * t) + 0.004 * random.standard_normal(samples)
    for fundamental in (82.4, 220.0, 392.0, 987.8, 2093.0):  # Hz
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * (random.uniform(0.5, 4.0) * t + random.uniform()))
        vibrato = 0.3 * np.sin(2 * np.pi * random.uniform(4.0, 6.0) * t)
        for overtone in range(1, 6):
            if overtone * fundamental < SAMPLE_RATE / 2:
                phase = overtone * (2 * np.pi * fundamental * t + vibrato) + random.uniform(0, 2 * np.pi)
                total = total + 0.25 * swell / overtone ** 1.5 * np.sin(phase)
    return (np.round(total / np.abs(total).max() * (CONVERTER_STEPS - 1)) / CONVERTER_STEPS).astype(np.float32)


def windows(taps: int, hop: int, count: int, random: np.random.RandomState) -> np.ndarray:
    """[count, taps] consecutive windows of one recording, each `hop` samples after the one before."""
    recording = signal(taps + hop * (count - 1), random)
    return np.lib.stride_tricks.sliding_window_view(recording, taps)[::hop]


def main(out: Path) -> None:
    random = np.random.RandomState(SEED)  # its sequence is frozen by numpy; that of newer generators is not
    with h5py.File(out, "w") as file:
        file.attrs.update({"format": "axescope-dump", "version": 1, "model": "fir-bank", "task": "none",
                           "producer": "make_fir_bank", "license": "GPL-3.0-or-later",
                           "source": "computed: windowed-sinc filters over a synthetic signal"})
        for (name, taps, hop, count), weight in ((FIR_BANK, filter_bank()), (FIR_BANK_LONG, decimating_bank())):
            group = file.create_group(f"layers/{name}")
            group.attrs.update({"kind": "linear", "axis_order": "OI"})
            group.create_dataset("weight", data=weight, track_times=False)
            inputs = windows(taps, hop, count, random)
            # In one chunk each row is found again, shifted, in the row before: windows compress to little.
            group.create_dataset("input", data=inputs, chunks=inputs.shape, compression="gzip", track_times=False)
            print(f"{name}: {weight.shape[0]} filters x {taps} taps, {count} windows")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("fir-bank.h5"))
