#!/usr/bin/env bash
# Runs every test, fast ones first: tests/run.sh [lint|native|wasm|asan|node|browser|differential]...
#   lint     tools/format --check and tools/lint
#   native   C++ unit tests            wasm   the same, as wasm under Node
#   asan     the same, under ASan and UBSan with assertions
#   node     the package and the CLI   browser   the page in Chromium
#   differential   60 random checkpoints and 150 changes of structure against the real readers
# Goes on after a failure, so that one run shows them all; a suite without tests has failed.
set -uo pipefail
cd "$(dirname "$0")/.."

suites=("$@")
[ ${#suites[@]} -gt 0 ] || suites=(lint native wasm asan node browser differential)

unit() { # <preset>
  cmake/build.sh "$1" && ctest --preset "$1" -j "$(nproc)"
}

javascript() { # <folder>
  # Named one by one: what `node --test <folder>` means changed between Node 20 and 22.
  local files
  mapfile -t files < <(find "$1" -name '*.test.js' -o -name '*.test.mjs' | sort)
  if [ ${#files[@]} -eq 0 ]; then echo "no tests (*.test.js) in $1" >&2; return 1; fi
  cmake/build.sh wasm -- --target core && node --test --test-concurrency="$(nproc)" --test-reporter=spec "${files[@]}"
}

run_suite() {
  case $1 in
    lint) tools/format --check && tools/lint ;;
    native | wasm | asan) unit "$1" ;;
    node | browser) javascript "tests/$1" ;;
    differential) cmake/build.sh wasm -- --target core && tests/differential/run.sh ;;
    *) echo "no suite $1; there are lint, native, wasm, asan, node, browser, differential" >&2; return 2 ;;
  esac
}

setup=()
[[ " ${suites[*]} " != *" lint "* ]] || setup+=(--lint)
[[ " ${suites[*]} " != *" asan "* ]] || setup+=(--sanitizers)
[[ " ${suites[*]} " != *" node "* ]] || setup+=(--servers)
[[ " ${suites[*]} " != *" browser "* ]] || setup+=(--browser)
cmake/setup.sh "${setup[@]}" || exit 1
. cmake/env.sh

passed=0 failed=0 summary=""
for suite in "${suites[@]}"; do
  echo "== $suite"
  start=$SECONDS
  if run_suite "$suite"; then result=passed; passed=$((passed + 1)); else result=FAILED; failed=$((failed + 1)); fi
  echo "== $suite: $result after $((SECONDS - start)) s"
  summary+=$(printf '%-12s %-7s %4d s' "$suite" $result $((SECONDS - start)))$'\n'
done

printf '\n%ssuites: %d passed, %d failed\n' "$summary" $passed $failed
[ $failed -eq 0 ]
