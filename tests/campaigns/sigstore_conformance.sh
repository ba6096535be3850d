#!/usr/bin/env bash
# Sigstore's conformance suite against leafsum: tests/campaigns/sigstore_conformance.sh CHECKOUT TRUSTED_ROOT
#   CHECKOUT      of sigstore/sigstore-conformance
#   TRUSTED_ROOT  trusted_root.json of the public instance
# Its own tests run with its own requirements, those that verify; a stand-in takes the place of the token that they
# would fetch and only signing needs.
set -euo pipefail
checkout=$(realpath "$1")
export LEAFSUM_TRUSTED_ROOT=$(realpath "$2")
cd "$(dirname "$0")/../.."
cmake/setup.sh
. cmake/env.sh
tools/python_environment.sh "$checkout/requirements.txt" build/sigstore-conformance
plugin=build/sigstore-conformance/leafsum_offline.py
cat >$plugin <<'END'
import base64, json, types, urllib3
claims = base64.b64encode(json.dumps({"email": "nobody", "iss": "nowhere", "exp": 2**33}).encode()).rstrip(b"=")
urllib3.request = lambda *_, **__: types.SimpleNamespace(data=b"." + claims + b".")
END
client=$PWD/tests/campaigns/sigstore_client.mjs
python=$PWD/build/sigstore-conformance/bin/python
export PYTHONPATH=$PWD/build/sigstore-conformance PYTHONDONTWRITEBYTECODE=1
cd "$checkout"
"$python" -m pytest test -p leafsum_offline -p no:cacheprovider --entrypoint="$client" --skip-signing -q "${@:3}"
