#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what building and testing need and this machine lacks (Debian 12, Ubuntu 22.04 or later).
# usage: install-dependencies.sh [--no-gui] [--no-tests] [--fuzz]
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache pkg-config
  libeigen3-dev libhdf5-dev libdnnl-dev libhwy-dev ocl-icd-opencl-dev libtbb-dev libfmt-dev
  nlohmann-json3-dev libexpected-dev libcli11-dev libssl-dev libmuparser-dev
)
gui=(qt6-base-dev qt6-charts-dev libqt6opengl6-dev qt6-svg-dev libgl-dev fonts-dejavu-core)
tests=(libgtest-dev libgmock-dev libbenchmark-dev python3-h5py python3-numpy python3-sklearn python3-torch
       python3-torchvision)
fuzz=()

for argument in "$@"; do
  case "$argument" in
    --no-gui) gui=() ;;
    --no-tests) tests=() ;;
    --fuzz) fuzz=(clang libclang-rt-dev libomp-dev) ;;
    *) echo "install-dependencies.sh: unknown argument $argument" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}" "${gui[@]}" "${tests[@]}" "${fuzz[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing: ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
