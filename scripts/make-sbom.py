#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes resources/sbom.json, a CycloneDX list of what AxeScope is built from and linked with, from the package database
of this machine (Debian). usage: make-sbom.py [--out FILE]

What is listed: every package of install-dependencies.sh, and the libraries that the programs load. No times and no
random numbers, so that the same packages give the same file.
"""
from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Which programs load them; tests compare this with what the linker wrote into the programs.
LOADED = {
    "axescope-cli": ["libc6", "libgcc-s1", "libstdc++6", "libgomp1", "libhdf5-103-1", "libdnnl2", "libhwy1", "libtbb12", "libmuparser2v5",
                     "libfmt9", "libssl3"],
    "axescope": ["libqt6charts6", "libqt6core6", "libqt6gui6", "libqt6svg6", "libqt6widgets6", "libqt6concurrent6"],
}


def declared() -> dict[str, list[str]]:
    """The packages that install-dependencies.sh names, by what they are for."""
    script = (ROOT / "scripts/install-dependencies.sh").read_text()
    return {group: re.search(rf"^{group}=\(([^)]*)\)", script, re.MULTILINE)[1].split()
            for group in ("packages", "gui", "tests")}


def installed(package: str) -> dict[str, str]:
    """Version and source of an installed package."""
    fields = subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n${source:Package}\n${source:Version}\n", package],
                            capture_output=True, text=True, check=True).stdout.split("\n")
    return {"version": fields[0], "source": fields[1], "source_version": fields[2]}


def component(package: str, group: str) -> dict[str, Any]:
    found = installed(package)
    return {
        "type": "library",
        "bom-ref": f"pkg:deb/debian/{package}",
        "name": package,
        "version": found["version"],
        "scope": "excluded" if group == "tests" else "required",
        "purl": f"pkg:deb/debian/{package}@{found['version']}?distro=debian-12".replace("+", "%2B").replace("~", "%7E"),
        "properties": [{"name": "axescope:group", "value": group},
                       {"name": "debian:source", "value": f"{found['source']} {found['source_version']}"}],
    }


def bill() -> dict[str, Any]:
    version = re.search(r"project\(axescope\s+VERSION\s+([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.IGNORECASE)[1]
    components = [component(package, group) for group, packages in declared().items() for package in packages]
    components += [component(package, f"loaded by {program}") for program, packages in LOADED.items()
                   for package in packages]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "axescope", "name": "AxeScope", "version": version,
                                   "licenses": [{"license": {"id": "GPL-3.0-or-later"}}]}},
        "components": sorted(components, key=lambda one: (one["properties"][0]["value"], one["name"])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "resources/sbom.json")
    out = parser.parse_args().out
    out.write_text(json.dumps(bill(), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
