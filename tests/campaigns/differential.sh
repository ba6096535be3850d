#!/usr/bin/env bash
# 1,000 random cases with many damages and the hostile ones, with the newest readers where Python is 3.12 or later:
# tests/campaigns/differential.sh Takes hours on two cores. Options are those of tests/differential/run.sh, --first 10000 for others.
set -euo pipefail
cd "$(dirname "$0")/../differential"
newest=()
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 12))'; then newest=(--requirements "$PWD/requirements-newest.txt"); fi
exec nice ./run.sh --trees 500 --zarrs 500 --structure 0 --hostile 6 --damages 8 --first 1000 "${newest[@]}" "$@"
