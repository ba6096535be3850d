#!/usr/bin/env bash
# Lets the n-th read, or the n-th allocation, of real runs fail, for every n:
#   tests/campaigns/faults.sh failing_reads
# Goes on where the last run ended; build/campaigns/NAME holds how far it is, and `rm -r` of it begins anew. Prints what
# docs/reliability.md says of it. Needs what tests/run.sh native needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
campaign=${1:-}
state=build/campaigns/$campaign
case $campaign in
  failing_reads)
    cmake/build.sh native -- --target "campaign_$campaign"
    mkdir -p "$state"
    nice "build/native/tests/campaigns/campaign_$campaign" "$state/state.ndjson"
    ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
python3 tests/campaigns/faults/summary.py "$state/state.ndjson"
