#!/bin/sh
# Checks the signature of a lockfile with OpenSSL alone: verify_signature.sh LOCKFILE PUBLIC_KEY.pem (ECDSA P-256)
set -eu
lockfile=$1 key=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$lockfile.sigstore.json" | openssl base64 -d -A; }
field payload >"$work/payload"
field sig >"$work/signature"
{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <"$work/payload")"; cat "$work/payload"; } >"$work/signed"
openssl dgst -sha256 -verify "$key" -signature "$work/signature" "$work/signed"
grep -q "\"name\":\"$(basename "$lockfile")\"" "$work/payload" || { echo 'signed under another name' >&2; exit 1; }
grep -q "\"sha256\":\"$(openssl dgst -sha256 -r "$lockfile" | cut -d' ' -f1)\"" "$work/payload" ||
  { echo 'the signature is of another lockfile' >&2; exit 1; }
