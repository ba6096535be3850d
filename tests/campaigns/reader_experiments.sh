#!/usr/bin/env bash
# What the older Orbax takes: tests/campaigns/reader_experiments.sh [options of tests/differential/structure/experiments.py]
# Compares with tests/vectors/readers/orbax-0.11.37.json; --write stores the answers again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
requirements=tests/campaigns/requirements-orbax-0.11.37.txt
environment=build/differential/requirements-orbax-0.11.37
tools/python_environment.sh $requirements $environment
exec $environment/bin/python -B tests/differential/structure/experiments.py "$@"
