#!/usr/bin/env bash
# Holds our zstd decoder against the pinned release as it is, both as wasm, and against our native build: the same frames
# accepted, with the same bytes, whole and damaged.
#   PYTHON=V/bin/python tests/campaigns/zstd_frames.sh [frames [damaged copies of each]]     # V: zstandard, numpy
# Before: cmake/build.sh wasm -- --target zstd_decompress
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
frames=${1:-10000} copies=${2:-10}
stock=${ZSTD_SOURCE_DIR:-build/deps/vendor/zstd-sys/zstd}/lib
ours=build/wasm/patched/zstd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${PYTHON:-python3}" tests/campaigns/make_zstd_frames.py "$work/pack" --frames "$frames"

common='common/debug.c common/entropy_common.c common/error_private.c common/fse_decompress.c common/xxhash.c
  common/zstd_common.c decompress/zstd_ddict.c decompress/zstd_decompress.c decompress/zstd_decompress_block.c'
# build <out> <lib> <other sources> -- <compiler and flags>
build() {
  local out=$1 lib=$2 sources=$3 file
  shift 4
  for file in $common; do sources="$sources $lib/$file"; done
  # shellcheck disable=SC2086
  "$@" -O2 -DNDEBUG -DZSTD_DISABLE_ASM=1 -DZSTD_LEGACY_SUPPORT=0 -DHUF_FORCE_DECOMPRESS_X1=1 -Isrc -I"$lib" $sources \
    tests/campaigns/zstd_frames.c -o "$out"
}
wasm=(emcc -sENVIRONMENT=node -sNODERAWFS=1 -sWASM_ASYNC_COMPILATION=0 -sEXIT_RUNTIME=1 -sALLOW_MEMORY_GROWTH -sTOTAL_STACK=1MB)
huffman='src/codec/huffman_streams.c src/codec/huffman_table.c src/codec/zstd_huffman.c'
build "$work/stock.js" "$stock" "$stock/decompress/huf_decompress.c" -- "${wasm[@]}"
build "$work/ours.js" "$ours" "$huffman" -- "${wasm[@]}"
build "$work/native" "$ours" "$huffman" -- "${CC:-gcc}"

node "$work/stock.js" "$work/pack" "$copies" >"$work/stock.txt"
node "$work/ours.js" "$work/pack" "$copies" >"$work/ours.txt"
"$work/native" "$work/pack" "$copies" >"$work/native.txt"
cmp "$work/stock.txt" "$work/ours.txt"
cmp "$work/stock.txt" "$work/native.txt"
[ "$(wc -l <"$work/ours.txt")" = "$frames" ]
count() { grep -o "$1" "$work/ours.txt" | wc -l; }
echo "$frames frames and $((frames * copies)) damaged ones, $(count 'damaged refused') of those refused: all the same"
