#!/usr/bin/env bash
# Fuzzes a target for so many seconds, or each of them in turn:
#   tests/fuzz/run.sh TARGET|all SECONDS [options of libFuzzer]
# What it found worth keeping stays in build/fuzz/corpus/TARGET and is where the next run begins; what fails is written to
# build/fuzz/artifacts. Executions and seconds of the processor are added up in docs/reliability.md. Before: cmake/setup.sh --fuzz
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -ge 2 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
. cmake/env.sh
target=$1 seconds=$2
shift 2

targets() { sed -n 's/^leafsum_fuzz_target(\([a-z0-9_]*\).*/\1/p' tests/fuzz/CMakeLists.txt | sort; }
if [ "$target" = all ]; then
  failed=0
  for one in $(targets); do tests/fuzz/run.sh "$one" "$seconds" "$@" || failed=1; done
  exit $failed
fi
targets | grep -qx "$target" || { echo "no target $target; there are: $(targets | tr '\n' ' ')" >&2; exit 2; }

cmake/build.sh fuzz -- --target "fuzz_$target"
corpus=build/fuzz/corpus/$target log=build/fuzz/$target.log
mkdir -p "$corpus" build/fuzz/artifacts
# Seconds of the processor that the shell's children have had.
processor() {
  times >"$log.times"
  awk 'NR == 2 { split($1, own, /[ms]/); split($2, kernel, /[ms]/); printf "%.0f\n", (own[1] + kernel[1]) * 60 + own[2] + kernel[2] }' \
    "$log.times" >"$log.seconds"
  read -r spent <"$log.seconds"
}

failed=0
processor; before=$spent
ASAN_OPTIONS=malloc_context_size=2:detect_leaks=1:${ASAN_OPTIONS:-} \
  "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
  -print_final_stats=1 -artifact_prefix="build/fuzz/artifacts/$target-" "$@" \
  "$corpus" "tests/fuzz/corpus/$target" >"$log" 2>&1 || failed=$?
executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
processor
node tests/fuzz/record.mjs "$target" "${executions:-0}" $((spent - before))
echo "$target: ${executions:-0} executions, $(ls "$corpus" | wc -l) inputs kept"
[ $failed = 0 ] || { tail -n 40 "$log"; exit $failed; }
