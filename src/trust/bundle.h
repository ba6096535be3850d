// Sigstore bundles (protobuf-specs, sigstore_bundle.proto, as JSON): one signature and what was
// signed. Nothing in a bundle says whom to trust: its keys, hints and certificates are only claims.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "trust/refusal.h"

namespace leafsum::trust {

enum class MediaType : uint8_t { kV01, kV02, kV03 };

// verificationMaterial.
struct Material {
  enum class Kind : uint8_t { kPublicKey, kCertificate, kCertificateChain };
  Kind kind = Kind::kPublicKey;
  std::string hint;                      // of a public key; any text
  ByteVector raw_key;                    // model-signing 1.0: the key itself. Never to be trusted
  std::vector<ByteVector> certificates;  // DER, the signer's own first
  bool has_log_entries = false, has_timestamps = false;
};

// dsseEnvelope.
struct Envelope {
  std::string payload_type;
  ByteVector payload;
  ByteVector signature;
};

// messageSignature: over the bytes of a file.
struct MessageSignature {
  std::string digest_algorithm;  // "SHA2_256"; "" if the bundle has no digest
  ByteVector digest;             // only a claim: what is verified are the bytes
  ByteVector signature;
};

struct Bundle {
  MediaType media_type = MediaType::kV03;
  Material material;
  std::optional<Envelope> envelope;  // this or `message`
  std::optional<MessageSignature> message;
};

OrRefusal<Bundle> ParseBundle(Bytes text);
// What `sign` writes: v0.3, DSSE, a public key's hint.
std::string WriteBundle(const Envelope& envelope, std::string_view hint);

}  // namespace leafsum::trust
