#!/usr/bin/env bash
# The packed package in Node 20.19, 22 and 24, Deno and Bun, by import and by require(), with two workers:
# tests/campaigns/runtimes.sh. Linux on x64; fetches some 250 MB from npm the first time, into build/runtimes.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake/setup.sh
. cmake/env.sh
cmake/build.sh wasm -- --target core
if ! cmp -s tests/campaigns/runtimes/package-lock.json build/runtimes/.leafsum-lock.json; then
  mkdir -p build/runtimes
  cp tests/campaigns/runtimes/{package.json,package-lock.json,.npmrc} build/runtimes/
  (cd build/runtimes && npm ci --silent --ignore-scripts)
  cp tests/campaigns/runtimes/package-lock.json build/runtimes/.leafsum-lock.json
fi
node --test --test-reporter=spec tests/campaigns/runtimes/runtimes.test.js
