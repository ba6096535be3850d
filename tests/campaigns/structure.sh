#!/usr/bin/env bash
# 10,000 changes of structure, read by every reader: tests/campaigns/structure.sh [--minutes 55] [options of
# tests/differential/structure/run.py] Goes on where the last piece ended, until seed 20,000; build/differential/structure/campaign.json
# holds how far it is, and `rm` of it begins anew. A piece of 55 minutes is the default. Needs the wasm build (`cmake/build.sh wasm --
# --target core`).
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
where=build/differential
environment=$where/requirements
requirements=tests/differential/requirements.txt
tools/python_environment.sh $requirements $environment
mkdir -p $where/structure
exec nice $environment/bin/python -B tests/differential/structure/run.py $where/structure --seeds 10000 20000 --minutes 55 \
  --state $where/structure/campaign.json --classes $where/structure/classes.md "$@"
