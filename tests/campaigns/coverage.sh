#!/usr/bin/env bash
# Which branches of the parsers, the readers and the verdict no test takes: tests/campaigns/coverage.sh [--write]
# By Clang's source-based coverage of unit tests, replayed fuzz corpora, the sample of damage, and the runs of the JavaScript tests:
# replay/record.mjs keeps what the core is told in each, and the instrumented core must come to the same report. build/coverage/runs
# holds them; it is made anew if it is not there (`rm -r` it when the tests or the core's asks have changed). coverage/gaps.txt lists
# every gap with its reason; one that is not listed, or that is none any more, is an error. Before: cmake/setup.sh --coverage
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
cmake/build.sh coverage
cmake/build.sh coverage -- --target campaign_replay_runs
runs=$PWD/build/coverage/runs
if [ ! -d "$runs" ]; then
  cmake/build.sh wasm -- --target core codecs
  rm -rf "$runs.new" && mkdir -p "$runs.new"
  # One file after the other: several at once only wait for each other. Not those of the package, the documents and the repository.
  for test in tests/node/*.test.js; do
    case $(basename "$test" .test.js) in
      architecture|bundle|completion|docs|examples|inline|loading|lock_in_python|package) continue ;;
      package_size|readme|release|schema|sections|size|types) continue ;;
    esac
    echo "recording $test"
    LEAFSUM_RECORD="$runs.new" NODE_OPTIONS="--import=$PWD/tests/campaigns/replay/record.mjs" \
      nice node --test --test-reporter=dot "$test" || { echo "$test fails" >&2; exit 1; }
  done
  mv "$runs.new" "$runs"
fi
clang=$(sed -n 's/^LEAFSUM_CLANG:[A-Z]*=//p' build/coverage/CMakeCache.txt)
version=$("$clang" -dumpversion | cut -d. -f1)
profiles=$PWD/build/coverage/profiles
rm -rf "$profiles" && mkdir -p "$profiles"
# %m: one file for each program, merged by the runs themselves.
LLVM_PROFILE_FILE="$profiles/%m.profraw" nice ctest --preset coverage -j "$(nproc)"
LLVM_PROFILE_FILE="$profiles/%m.profraw" nice build/coverage/tests/campaigns/campaign_replay_runs "$runs"
objects=()
for program in build/coverage/tests/unit/unit_* build/coverage/tests/fuzz/fuzz_* build/coverage/tests/campaigns/campaign_*; do
  [ ! -f "$program" ] || [ ! -x "$program" ] || objects+=(-object "$program")
done
"llvm-profdata-$version" merge --sparse -o "$profiles/all.profdata" "$profiles"/*.profraw
"llvm-cov-$version" export --skip-expansions --instr-profile="$profiles/all.profdata" "${objects[@]}" >build/coverage/export.json
python3 tests/campaigns/coverage/report.py build/coverage/export.json "llvm-cxxfilt-$version" "$@"
