#!/usr/bin/env bash
# Makes a Python environment, anew where its requirements changed: tools/python_environment.sh REQUIREMENTS DIRECTORY [PYTHON]
set -euo pipefail
requirements=$1 environment=$2 python=${3:-python3}
if cmp -s "$requirements" "$environment/.requirements"; then exit; fi
rm -rf "$environment"
"$python" -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$requirements"
cp "$requirements" "$environment/.requirements" # last: what was broken off is made again
