#!/usr/bin/env bash
# What two Orbax versions say of each other's checkpoints, into tests/vectors/metadata: tests/campaigns/make_metadata_vectors.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
tools/python_environment.sh tests/campaigns/requirements-orbax-0.11.37.txt build/campaigns/orbax-0.11.37
tools/python_environment.sh tests/differential/requirements.txt build/campaigns/orbax-0.12.8
for what in write ask; do
  for version in 0.11.37 0.12.8; do
    build/campaigns/orbax-$version/bin/python -B tests/campaigns/make_metadata_vectors.py $what tests/vectors/metadata \
      2>build/campaigns/$what-$version.log
  done
done
