# SPDX-License-Identifier: GPL-3.0-or-later
"""The house's rules that a compiler does not check."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOORS = ["base", "hdf5", "linalg", "number", "budget", "dump", "datapath", "ptq", "network", "transform", "integer",
          "cost", "study", "bench", "selftest", "command"]
SOURCES = {".h", ".cpp", ".py", ".cmake", ".sh"}


def source_files(folder: str) -> list[pathlib.Path]:
    return sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES)


class Floors(unittest.TestCase):
    def test_a_floor_includes_only_itself_and_floors_below(self):
        for number, floor in enumerate(FLOORS):
            allowed = set(FLOORS[: number + 1])
            for path in source_files(f"core/{floor}"):
                for included in re.findall(r'#include "core/([a-z0-9_]+)/', path.read_text()):
                    self.assertIn(included, allowed, f"{path.relative_to(ROOT)} includes a floor above it")

    def test_every_folder_of_the_core_is_a_known_floor(self):
        folders = {path.name for path in (ROOT / "core").iterdir() if path.is_dir()}
        self.assertEqual(folders, set(FLOORS))

    def test_the_core_never_sees_qt_or_the_window(self):
        for path in source_files("core"):
            self.assertIsNone(re.search(r'#include (<Q[A-Z]|"ui/)', path.read_text()), path.relative_to(ROOT))

    def test_every_source_file_names_its_licence(self):
        for folder in ("app", "core", "ui", "tests", "samples", "scripts", "cmake"):
            for path in source_files(folder):
                head = path.read_text()[:200]
                self.assertIn("SPDX-License-Identifier: GPL-3.0-or-later", head, path.relative_to(ROOT))


if __name__ == "__main__":
    unittest.main()
