#!/usr/bin/env bash
# From a fresh clone to a verdict: builds Leafsum, locks a real Orbax checkpoint, and finds what was changed in another.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake/setup.sh
cmake/build.sh wasm -- --target core
. cmake/env.sh

checkpoints=tests/fixtures/seed000/artifacts
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Prints a command, runs it, and insists on its exit code: 0 is VERIFIED, 1 is MISMATCH.
expect() {
  local expected=$1 code=0
  shift
  printf '\n$ %s\n' "$*"
  "$@" || code=$?
  if [ $code -ne $expected ]; then echo "exit code $code, expected $expected" >&2; exit 1; fi
}
leafsum=(node node/bin/leafsum.js)

expect 0 "${leafsum[@]}" lock $checkpoints/baseline_ckpt -o "$scratch/baseline.leafsum.json"
expect 0 "${leafsum[@]}" verify $checkpoints/baseline_ckpt --lock "$scratch/baseline.leafsum.json"
expect 1 "${leafsum[@]}" verify $checkpoints/tampered_ckpt --lock "$scratch/baseline.leafsum.json"
expect 1 "${leafsum[@]}" diff --values $checkpoints/baseline_ckpt $checkpoints/tampered_ckpt
