"""model_signing over the checkpoint's directory: signs it once, then times the verification. Prints one JSON line.

python model_signing_verify.py CHECKPOINT      seconds without imports, peak memory of the process
"""

import json
import pathlib
import resource
import sys
import tempfile
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
import model_signing

checkpoint = pathlib.Path(sys.argv[1])
with tempfile.TemporaryDirectory() as scratch:
    private, public, signature = (pathlib.Path(scratch) / name for name in ('key', 'key.pub', 'signature'))
    key = ec.generate_private_key(ec.SECP256R1())
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    model_signing.signing.Config().use_elliptic_key_signer(private_key=private).sign(checkpoint, signature)
    start = time.perf_counter()
    model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public).verify(checkpoint, signature)
    seconds = time.perf_counter() - start
print(json.dumps({'seconds': seconds, 'peak_rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
