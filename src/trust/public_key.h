// Public keys as SubjectPublicKeyInfo (RFC 5280, RFC 5480, RFC 8410): ECDSA on the NIST curves, and
// Ed25519.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "hash/digest.h"
#include "trust/der.h"
#include "trust/refusal.h"

namespace leafsum::trust {

enum class Algorithm : uint8_t { kP256, kP384, kP521, kEd25519 };

struct AlgorithmInfo {
  std::string_view name;    // "P-256"; Web Crypto's namedCurve, or its name for Ed25519
  std::string_view hash;    // what ECDSA signs: Web Crypto's name; "" for Ed25519
  size_t scalar_bytes = 0;  // of r, s and each coordinate; of Ed25519 half a signature
};
const AlgorithmInfo& InfoOf(Algorithm algorithm);

struct PublicKey {
  Algorithm algorithm = Algorithm::kP256;
  ByteVector spki;    // DER; one form for each key
  hash::Digest id{};  // SHA-256 of `spki`: what --require-signer and reports name a key by
};

// `what` names the key in messages: "key pub.pem".
OrRefusal<PublicKey> ParseSpki(Bytes der, std::string_view what);
// A PEM block "PUBLIC KEY". A private key or a certificate says so and what to do.
OrRefusal<PublicKey> ParsePublicKeyPem(Bytes text, std::string_view what);

// The AlgorithmIdentifier inside `sequence` (RFC 5480 §2.1.1, RFC 8410 §3); nothing if it is
// another one. Fails `sequence` if it is none at all.
std::optional<Algorithm> TakeAlgorithm(DerReader& sequence);

}  // namespace leafsum::trust
