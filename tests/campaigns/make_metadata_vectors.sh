#!/usr/bin/env bash
# What two Orbax versions say of each other's checkpoints, into tests/vectors/metadata: tests/campaigns/make_metadata_vectors.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
environment() { # <version> <requirements>
  local where=build/campaigns/orbax-$1
  if ! cmp -s "$2" "$where/.requirements"; then
    rm -rf "$where"
    python3 -m venv "$where"
    "$where/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$2"
    cp "$2" "$where/.requirements"
  fi
}
environment 0.11.37 tests/campaigns/requirements-orbax-0.11.37.txt
environment 0.12.8 tests/differential/requirements.txt
for what in write ask; do
  for version in 0.11.37 0.12.8; do
    build/campaigns/orbax-$version/bin/python -B tests/campaigns/make_metadata_vectors.py $what tests/vectors/metadata \
      2>build/campaigns/$what-$version.log
  done
done
