#!/usr/bin/env bash
# Lets the n-th read or allocation of real runs fail, for every n, or gives them every too small amount of memory:
#   tests/campaigns/faults.sh failing_reads|failing_allocations|failing_memory
# Goes on where the last run ended; build/campaigns/NAME holds how far it is, and `rm -r` of it begins anew. Prints what
# docs/reliability.md says of it. Needs what tests/run.sh native needs; failing_memory, what tests/run.sh node needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
campaign=${1:-}
state=build/campaigns/$campaign
case $campaign in
  failing_reads|failing_allocations)
    cmake/build.sh native -- --target "campaign_$campaign"
    mkdir -p "$state"
    nice "build/native/tests/campaigns/campaign_$campaign" "$state/state.ndjson"
    ;;
  failing_memory)
    cmake/build.sh wasm -- --target core
    mkdir -p "$state"
    nice node tests/campaigns/faults/failing_memory.mjs "$state/state.ndjson"
    ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
python3 tests/campaigns/faults/summary.py "$state/state.ndjson"
