"""What model_signing says of bundles: lines of JSON in ({"directory", "bundle", "key"}), lines of JSON out ({"error": null or text})."""

import contextlib
import io
import json
import pathlib
import sys

from model_signing import verifying

for line in sys.stdin:
    case = json.loads(line)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            verifier = verifying.Config().use_elliptic_key_verifier(public_key=pathlib.Path(case['key']))
            verifier.verify(pathlib.Path(case['directory']), pathlib.Path(case['bundle']))
        error = None
    except Exception as failure:  # whatever it raises is its answer
        error = f'{type(failure).__name__}: {failure}'[:300]
    print(json.dumps({'error': error}), flush=True)
