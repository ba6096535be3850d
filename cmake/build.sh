#!/usr/bin/env bash
# Configures and builds presets of CMakePresets.json into build/<preset>.
#   cmake/build.sh [native|asan|wasm]... [-- <options of cmake --build, such as --target core>]
# Without a preset: wasm, the product.
set -euo pipefail
cd "$(dirname "$0")/.."
. cmake/env.sh

# Emscripten's compiler goes through ccache too: CMake's launcher would wrap em++, which ccache does not know.
# By its path: newer releases do not look for it.
if wrapper=$(command -v ccache); then export EM_COMPILER_WRAPPER=$wrapper; fi
# Else it would not look up what includes a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros

presets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do presets+=("$1"); shift; done
[ $# -eq 0 ] || shift
[ ${#presets[@]} -gt 0 ] || presets=(wasm)

mkdir -p build
for preset in "${presets[@]}"; do
  (
    flock 9 # ninja has no lock of its own: two builds of one folder corrupt it
    cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || { cat "build/$preset.configure.log" >&2; exit 1; }
    sed -n 's/^-- \(sanitizers: \)/\1/p' "build/$preset.configure.log"
    nice cmake --build "build/$preset" -j "$(nproc)" "$@"
  ) 9>"build/.$preset.lock"
done
