# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one fuzzer on its corpus for a time and says what came of it.

usage: run_fuzzer.py FUZZER [--seconds N] [--corpus FOLDER] [--findings FOLDER]

A run that crashes is kept in the folder of findings. It fails this program, unless the crash lies in the HDF5 library
itself, which is not ours to mend: those are counted, and isolated reading protects from them.
"""
from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seed_corpus import write_seeds

# Frames that a sanitizer puts on top of whoever called them.
INTERCEPTED = re.compile(r" in (__interceptor|__asan|__sanitizer|__GI_|_?mem|_?str|operator new|operator delete|free|malloc|realloc)")
LIBRARY = re.compile(r"lib(hdf5|z|aec|sz)[^/ ]*\.so")
FRAME = re.compile(r"^\s+#\d+ 0x")


def is_of_the_library(log: str) -> bool:
    """Whether the first frame that is nobody's helper lies in the HDF5 library or one that it calls."""
    frames = [line for line in log.splitlines() if FRAME.match(line)]
    for frame in frames:
        if LIBRARY.search(frame):
            return True
        if not INTERCEPTED.search(frame) and "libc.so" not in frame:
            return False
    return False


def executions(log: str) -> int:
    counts = [int(n) for n in re.findall(r"^#(\d+)", log, re.MULTILINE)]
    done = re.search(r"Done (\d+) runs", log)
    return int(done.group(1)) if done else max(counts, default=0)


class Run:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.executed = 0
        self.library_crashes: list[Path] = []
        self.findings: list[Path] = []

    def once(self, corpus: Path, seconds: float, seed: int) -> None:
        """One process; libFuzzer ends with its first crash."""
        found = Path(tempfile.mkdtemp(prefix="run", dir=self.options.findings))
        command = [str(self.options.fuzzer), str(corpus), f"-max_total_time={max(1, round(seconds))}", f"-seed={seed}",
                   f"-artifact_prefix={found}/", "-timeout=25", "-rss_limit_mb=4096", "-print_final_stats=1",
                   "-max_len=16384",
                   # Weighing inputs by rare features took a quarter of the time.
                   "-entropic=0"]
        run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        self.executed += executions(run.stderr)
        crashes = sorted(found.iterdir())
        for crash in crashes:
            (self.library_crashes if is_of_the_library(run.stderr) else self.findings).append(crash)
        (found / "log.txt").write_text(run.stderr)
        if run.returncode != 0 and not crashes:
            self.findings.append(found / "log.txt")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("fuzzer", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--findings", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        options.findings = options.findings or Path(scratch) / "findings"
        options.findings.mkdir(parents=True, exist_ok=True)
        corpus = options.corpus or Path(scratch) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        write_seeds(options.fuzzer.name, corpus)
        return fuzz(options, corpus)


def fuzz(options: argparse.Namespace, corpus: Path) -> int:
    run = Run(options)
    end = time.monotonic() + options.seconds
    seed = 1
    while (left := end - time.monotonic()) > 0.5 and not run.findings:
        run.once(corpus, left, seed)
        seed += 1
    print(f"{options.fuzzer.name}: {run.executed} executions in {options.seconds:.0f} s, {len(run.findings)} findings, "
          f"{len(run.library_crashes)} crashes of the HDF5 library")
    for finding in run.findings:
        log = finding if finding.name == "log.txt" else finding.parent / "log.txt"
        print(finding.read_bytes().hex() if finding != log and finding.stat().st_size < 4096 else finding)
        print(log.read_text()[-6000:])
    return 1 if run.findings else 0


if __name__ == "__main__":
    sys.exit(main())
