// ECDSA signatures: DER in bundles and files (RFC 3279 §2.2.3), r and s side by side in Web Crypto.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "trust/public_key.h"

namespace leafsum::trust {

// The signature as Web Crypto takes it. Nothing for any but the one DER form of two positive
// numbers that fit the curve, and for Ed25519 any but 64 bytes.
std::optional<ByteVector> RawSignature(Bytes signature, Algorithm algorithm);
// As bundles have it, from what Web Crypto made. Nothing if `raw` has the wrong length.
std::optional<ByteVector> StoredSignature(Bytes raw, Algorithm algorithm);

}  // namespace leafsum::trust
