#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Formatting and static analysis of our own files, on the compile commands of a preset that is built.
# usage: lint.sh [PRESET] (default: dev)
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/${1:-dev}

git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
git ls-files 'core/*.cpp' 'ui/*.cpp' 'app/*.cpp' |
  xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet
