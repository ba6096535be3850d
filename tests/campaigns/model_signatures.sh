#!/usr/bin/env bash
# Model signatures, by the reference tool and by Leafsum side by side: tests/campaigns/model_signatures.sh [--count 100] [--first SEED]
# Needs the wasm build (`cmake/build.sh wasm -- --target core trust`).
set -euo pipefail
cd "$(dirname "$0")/../.."
. cmake/env.sh
environment=build/differential/model-signing
mkdir -p build/differential
tools/python_environment.sh tests/campaigns/requirements-model-signing.txt $environment
exec node tests/campaigns/model_signatures.mjs --python $environment/bin/python "$@"
