#!/usr/bin/env bash
# Everything that is measured, from the set-up to the tables beside this file: bench/all.sh [results|scale|page|javascript|keys|start]...
# Without names all of them: most of an hour on two cores, 4 GB of disk. On a quiet machine, or the figures say little.
set -euo pipefail
cd "$(dirname "$0")/.."

tables=("$@")
[ ${#tables[@]} -gt 0 ] || tables=(results scale page javascript keys start)
wants() { [[ " ${tables[*]} " == *" $1 "* ]]; }
for table in "${tables[@]}"; do
  case $table in
    results | scale | page | javascript | keys | start) ;;
    *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
  esac
done

setup=()
if wants page; then setup+=(--browser); fi
cmake/setup.sh "${setup[@]}"
. cmake/env.sh
cmake/build.sh wasm -- --target core

environment=build/bench_python
tools/python_environment.sh bench/requirements.txt $environment
python=$PWD/$environment/bin/python

data=$PWD/build/bench_data
made() { # <name> <script> <options>...: the checkpoint's path; made anew where an earlier run was interrupted
  local out=$data/$1
  if [ ! -e "$out.made" ]; then
    rm -rf "$out"
    mkdir -p "$data"
    "$python" "bench/$2" "$out" "${@:3}" >&2
    touch "$out.made"
  fi
  echo "$out"
}

if wants results; then
  cmake --preset native -B build/bench -DCMAKE_BUILD_TYPE=Release -DLEAFSUM_TESTS=OFF -DLEAFSUM_WERROR=OFF -DLEAFSUM_BLAKE3_SSE41=ON
  cmake --build build/bench --target leafsum_native
  node bench/run.mjs "$(made weights_1gb make_checkpoint.py --size-gb 1)" --python "$python" --out bench/RESULTS.md
fi
if wants scale; then
  node bench/scale.mjs "$(made flat_1gb make_flat.py --size-gb 1)" "$(made flat_20gb make_flat.py --size-gb 20)" --out bench/SCALE.md
fi
if wants page; then
  node bench/page.mjs "$(made weights_1gb make_checkpoint.py --size-gb 1)" --python "$python" --out bench/PAGE.md
fi
if wants javascript; then
  npm ci --silent --prefix bench
  node bench/javascript.mjs "$(made plain make_checkpoint.py --size-gb 0.3 --plain)" --out bench/JAVASCRIPT.md
fi
if wants keys; then
  node bench/keys.mjs "$(made keys_1k make_keys.py --keys 1000)" "$(made keys_1m make_keys.py --keys 1000000)" \
    "$(made leaves_100k make_keys.py --leaves 100000)" --python "$python" --out bench/KEYS.md
fi
if wants start; then
  leaves=$data/leaves_20k
  [ -e "$leaves/_METADATA" ] || node bench/make_leaves.mjs "$leaves"
  node bench/start.mjs "$leaves" --out bench/START.md
fi
