#!/usr/bin/env bash
# What the older Orbax takes: tests/campaigns/reader_experiments.sh [options of tests/differential/structure/experiments.py]
# Compares with tests/vectors/readers/orbax-0.11.37.json; --write stores the answers again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
requirements=tests/campaigns/requirements-orbax-0.11.37.txt
environment=build/differential/requirements-orbax-0.11.37
if ! cmp -s $requirements $environment/.requirements; then
  rm -rf $environment
  python3 -m venv $environment
  $environment/bin/pip install --quiet --disable-pip-version-check --only-binary :all: -r $requirements
  cp $requirements $environment/.requirements
fi
exec $environment/bin/python -B tests/differential/structure/experiments.py "$@"
