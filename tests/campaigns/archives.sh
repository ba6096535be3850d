#!/usr/bin/env bash
# Packs checkpoints of tests/fixtures as many programs pack, damages some, and holds what Leafsum reads of each archive
# against the directory that Python, GNU tar or bsdtar unpack:
#   tests/campaigns/archives.sh [COUNT [FIRST]]      300 archives from seed 0; a seed always gives the same archive
# Needs the wasm build and python3; bsdtar, zip and zstd are used where they are installed. What differs stays in
# build/campaigns/archives.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=${1:-300} first=${2:-0}
where=build/campaigns/archives
rm -rf "$where"
mkdir -p "$where"
python3 -B tests/campaigns/archives/make.py tests/fixtures "$where" "$first" "$count"
node tests/campaigns/archives/compare.mjs "$where"
