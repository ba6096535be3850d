#!/usr/bin/env bash
# Damages real checkpoints in memory, asks `verify`, and puts what it let pass to TensorStore, Orbax and Flax:
#   tests/campaigns/damage.sh bit_flips|coarse_faults
# Goes on where the last run ended; build/campaigns/NAME holds how far it is, and `rm -r` of it begins anew. Prints what
# docs/reliability.md says of it. Needs what tests/run.sh native needs, and Python with venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
campaign=${1:-}
case $campaign in bit_flips) sample=200 ;; coarse_faults) sample=0 ;; *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;; esac
cmake/build.sh native -- --target "campaign_$campaign"
environment=build/differential/requirements
requirements=tests/differential/requirements.txt
tools/python_environment.sh $requirements $environment
state=build/campaigns/$campaign
mkdir -p "$state"
nice "build/native/tests/campaigns/campaign_$campaign" "$state/state.ndjson"
nice $environment/bin/python -B tests/campaigns/damage/oracle.py tests/fixtures "$state/state.ndjson" "$state/readers.ndjson" \
  --sample $sample
python3 tests/campaigns/damage/summary.py "$state"
