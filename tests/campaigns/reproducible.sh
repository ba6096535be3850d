#!/usr/bin/env bash
# Two clean builds of HEAD by one Emscripten, in two directories, must give the same modules and the same tarball, byte
# for byte: tests/campaigns/reproducible.sh [--beside-this]  With --beside-this one build is made, and held against
# build/wasm of this clone. Needs cmake/setup.sh; ten minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=$PWD
place=$(mktemp -d "${TMPDIR:-/tmp}/leafsum-XXXXXX")
trap 'rm -rf "$place"' EXIT

packed() { # <clone>: packs what is built there; the hashes of modules and tarball
  (
    cd "$1"
    . cmake/env.sh
    rm -f node/*.tgz
    (cd node && npm pack --silent >/dev/null)
    (cd build/wasm && sha256sum core.mjs core.wasm codecs.mjs codecs.wasm trust.mjs trust.wasm)
    (cd node && sha256sum leafsum-*.tgz && rm -f leafsum-*.tgz)
  )
}

clean_build() { # <folder>: what git has, the sources that setup.sh unpacked, and nothing that was ever compiled
  mkdir -p "$1/build" "$1/tests"
  git archive HEAD | tar -x -C "$1"
  cp -a build/deps build/tools "$1/build/"
  cp -a tests/node_modules "$1/tests/"
  CCACHE_DISABLE=1 "$1/cmake/build.sh" wasm -- --target core >"$1/build.log" 2>&1 || { tail -n 20 "$1/build.log" >&2; return 1; }
}

if [ "${1:-}" = --beside-this ]; then
  cmake/build.sh wasm -- --target core >/dev/null
  packed "$here" >"$place/one"
else
  clean_build "$place/first"
  packed "$place/first" >"$place/one"
fi
clean_build "$place/second/of-another-length"
packed "$place/second/of-another-length" >"$place/other"

cat "$place/other"
diff "$place/one" "$place/other" || { echo "the builds differ" >&2; exit 1; }
echo "both builds gave these"
