#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and runs the main job on FILE.h5, by default samples/digits-cnn.h5: with a display
# the application opens; without one, or with --headless, a study runs on the command line and writes out/.
# usage: run.sh [--headless] [FILE.h5]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

headless=0
file=$root/samples/digits-cnn.h5
for argument in "$@"; do
  case "$argument" in
    --headless) headless=1 ;;
    -*) echo "run.sh: unknown argument $argument; usage: run.sh [--headless] [FILE.h5]" >&2; exit 2 ;;
    *) file=$(realpath -- "$argument") ;;  # names are those of the caller's folder
  esac
done
cd "$root"
[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || headless=1

scripts/install-dependencies.sh --no-tests
cmake --preset release -DAXESCOPE_TESTS=OFF
cmake --build --preset release
program=build/release/axescope

if [ "$headless" -eq 0 ]; then
  exec "$program" "$file"
fi
mkdir -p out
"$program-cli" sweep "$file" --study resources/presets/digits-tradeoff.json --out out/results.h5 --csv out/results.csv
"$program-cli" pareto out/results.h5 --x accumulator_bits --guaranteed-only --csv out/front.csv
for plot in pareto curves heatmap budgets datapath; do
  "$program" --render out/results.h5 --plot "$plot" --model "$file" --out "out/$plot.svg"
  echo "out/$plot.svg"
done
