#!/usr/bin/env bash
# Mutation testing of what judges: tests/campaigns/mutation.sh [--files PART...] [--list] [--fresh] [--sample N]
# Thousands of small changes of the verdict, the comparison and the readers, each of which a unit test has to notice. Goes on where the
# last run ended (mutation/run.py says more); `rm -r build/mutation` begins anew. Before: cmake/setup.sh --fuzz
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
exec nice python3 -B tests/campaigns/mutation/run.py "$@"
