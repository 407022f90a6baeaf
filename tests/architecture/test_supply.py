# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said about dependencies is what the scripts install and the programs load."""
from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.parse
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CLI = os.environ.get("AXESCOPE_CLI", "")


def make_sbom() -> Any:
    spec = importlib.util.spec_from_file_location("make_sbom", ROOT / "scripts/make-sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Supply(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.script = make_sbom()
        cls.bill = json.loads((ROOT / "resources/sbom.json").read_text())

    def group(self, name: str) -> dict[str, str]:
        return {one["name"]: one["version"] for one in self.bill["components"]
                if {"name": "axescope:group", "value": name} in one["properties"]}

    def test_the_bill_names_every_package_that_the_script_installs_and_no_other(self) -> None:
        for group, packages in self.script.declared().items():
            self.assertTrue(packages)
            self.assertEqual(set(self.group(group)), set(packages), f"{group}: run scripts/make-sbom.py")

    def test_the_bill_is_cyclonedx_with_versions_and_package_urls(self) -> None:
        self.assertEqual((self.bill["bomFormat"], self.bill["specVersion"]), ("CycloneDX", "1.5"))
        for one in self.bill["components"]:
            self.assertRegex(one["version"], r"^[0-9:][\w.+~:-]*$", one["name"])
            self.assertTrue(urllib.parse.unquote(one["purl"]).startswith(f"pkg:deb/debian/{one['name']}@"), one["purl"])

    def test_the_table_of_versions_is_the_bills(self) -> None:
        rows = re.findall(r"^\| `([\w.+-]+)` \| ([^ |]+) \|", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
        versions = {**self.group("packages"), **self.group("gui"), **self.group("loaded by axescope-cli"),
                    **self.group("loaded by axescope")}
        self.assertGreater(len(rows), 10)
        for package, version in rows:
            self.assertEqual(versions.get(package), version, package)
        self.assertLessEqual(set(self.group("packages")), {package for package, _ in rows})

    @unittest.skipUnless(CLI and shutil.which("readelf") and shutil.which("dpkg-query"),
                         "needs the built program, readelf and Debian's package database")
    def test_the_program_loads_the_libraries_of_the_bill_and_no_other(self) -> None:
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-d", CLI], capture_output=True, text=True,
                                                                  check=True).stdout)
        paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", subprocess.run(["ldd", CLI], capture_output=True, text=True,
                                                                     check=True).stdout, re.MULTILINE))
        packages = set()
        for name in needed:
            if name not in paths:
                continue  # the loader itself
            # Where / and /usr are one, packages may know either name of a file.
            for path in (paths[name], paths[name].removeprefix("/usr"), os.path.realpath(paths[name])):
                owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
                if owner.returncode == 0:
                    packages.add(owner.stdout.split(":")[0])
                    break
            else:
                self.fail(f"{name} belongs to no package")
        self.assertLessEqual(packages, set(self.group("loaded by axescope-cli")))


if __name__ == "__main__":
    unittest.main()
