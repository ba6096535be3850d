"""Checks the signature of a lockfile without Leafsum: python verify_signature.py LOCKFILE PUBLIC_KEY.pem"""

import base64, hashlib, json, pathlib, sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

lockfile = pathlib.Path(sys.argv[1])
key = serialization.load_pem_public_key(pathlib.Path(sys.argv[2]).read_bytes())
envelope = json.loads(pathlib.Path(f"{lockfile}.sigstore.json").read_text())["dsseEnvelope"]
payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"]
signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
(signature,) = [base64.b64decode(one["sig"]) for one in envelope["signatures"]]
if isinstance(key, ec.EllipticCurvePublicKey):
    hashed = {256: hashes.SHA256, 384: hashes.SHA384, 521: hashes.SHA512}[key.curve.key_size]
    key.verify(signature, signed, ec.ECDSA(hashed()))
else:
    key.verify(signature, signed)  # Ed25519; both raise InvalidSignature
(subject,) = json.loads(payload)["subject"]
assert subject["name"] == lockfile.name, "signed under another name"
assert subject["digest"]["sha256"] == hashlib.sha256(lockfile.read_bytes()).hexdigest(), "another lockfile"
print("signed:", json.loads(payload)["predicate"])
