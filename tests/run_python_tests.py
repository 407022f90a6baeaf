# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs unittest modules for CTest: python3 run_python_tests.py FOLDER PATTERN [MODULE…].

Where a module of MODULE… is not installed, says so and ends with the status that CTest takes for a skipped test.
"""
import importlib.util
import subprocess
import sys

SKIPPED = 77

folder, pattern, *modules = sys.argv[1:]
missing = [module for module in modules if importlib.util.find_spec(module) is None]
if missing:
    print(f"Skipped: these tests need the Python modules {', '.join(missing)}, which {sys.executable} does not have.")
    sys.exit(SKIPPED)
sys.exit(subprocess.call([sys.executable, "-m", "unittest", "discover", "-s", folder, "-p", pattern]))
