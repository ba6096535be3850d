#include "trust/public_key.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "hash/sha256.h"
#include "trust/document.h"
#include "trust/pem.h"

namespace leafsum::trust {
namespace {

using namespace std::string_view_literals;

constexpr AlgorithmInfo kInfo[] = {
    {"P-256", "SHA-256", 32},
    {"P-384", "SHA-384", 48},
    {"P-521", "SHA-512", 66},
    {"Ed25519", "", 32},
};

// The contents of object identifiers.
constexpr std::string_view kEcPublicKey = "\x2a\x86\x48\xce\x3d\x02\x01";  // 1.2.840.10045.2.1
constexpr std::string_view kEd25519 = "\x2b\x65\x70";                      // 1.3.101.112
constexpr std::string_view kCurves[] = {
    "\x2a\x86\x48\xce\x3d\x03\x01\x07"sv,  // 1.2.840.10045.3.1.7
    "\x2b\x81\x04\x00\x22"sv,              // 1.3.132.0.34
    "\x2b\x81\x04\x00\x23"sv,              // 1.3.132.0.35
};

}  // namespace

const AlgorithmInfo& InfoOf(Algorithm algorithm) { return kInfo[static_cast<size_t>(algorithm)]; }

std::optional<Algorithm> TakeAlgorithm(DerReader& sequence) {
  DerReader identifier = sequence.Enter();
  const std::string_view oid = AsText(identifier.Take(DerTag::kOid));
  if (!identifier.ok()) return sequence.Fail(), std::nullopt;
  if (oid == kEd25519) {
    if (!identifier.End()) sequence.Fail();
    return Algorithm::kEd25519;
  }
  // Curves by their parameters, not by name, are how a key of another curve could look like ours.
  if (oid != kEcPublicKey || !identifier.Next(DerTag::kOid)) return std::nullopt;
  const std::string_view curve = AsText(identifier.Take(DerTag::kOid));
  if (!identifier.End()) return sequence.Fail(), std::nullopt;
  for (size_t i = 0; i < std::size(kCurves); ++i)
    if (curve == kCurves[i]) return static_cast<Algorithm>(i);
  return std::nullopt;
}

OrRefusal<PublicKey> ParseSpki(Bytes der, std::string_view what) {
  const auto malformed = [&] {
    return Refusal{Reason::kMalformedKey,
                   Text(what, ": not a public key in DER (SubjectPublicKeyInfo, RFC 5280)"), "",
                   ""};
  };
  const auto unsupported = [&](std::string_view why) {
    return Refusal{Reason::kUnsupportedKey, Text(what, ": ", why),
                   "ECDSA P-256, P-384, P-521 or Ed25519", ""};
  };
  DerReader outer(der);
  DerReader info = outer.Enter();
  if (!outer.End()) return malformed();
  const auto algorithm = TakeAlgorithm(info);
  const Bytes bits = info.Bits();
  if (!info.End()) return malformed();
  if (!algorithm) return unsupported("a kind of key or curve that is not read");
  const size_t n = InfoOf(*algorithm).scalar_bytes;
  if (*algorithm == Algorithm::kEd25519) {
    if (bits.size() != n) return malformed();
  } else {
    // A compressed point would be a second form, and so a second id, of the same key.
    if (bits.size() == n + 1 && (bits[0] == 2 || bits[0] == 3))
      return unsupported("a compressed point; write it with openssl ec -conv_form uncompressed");
    if (bits.size() != 2 * n + 1 || bits[0] != 4) return malformed();
  }
  return PublicKey{*algorithm, ToVector(der), hash::Sha256Of(der)};
}

OrRefusal<PublicKey> ParsePublicKeyPem(Bytes text, std::string_view what) {
  const auto block = ParsePem(text, what);
  if (!block) return block.refusal();
  if (block->label == "PUBLIC KEY") return ParseSpki(block->der, what);
  const bool is_private = block->label.find("PRIVATE KEY") != std::string::npos;
  const bool is_certificate = block->label == "CERTIFICATE";
  return Refusal{
      is_private || is_certificate ? Reason::kUnsupportedKey : Reason::kMalformedKey,
      Text(what, is_private       ? ": a private key; the public one is wanted (openssl pkey "
                                    "-in KEY -pubout)"
                 : is_certificate ? ": a certificate; its key is wanted (openssl x509 -in CERT "
                                    "-noout -pubkey)"
                                  : ": not a public key"),
      "PUBLIC KEY", ShortText(block->label)};
}

}  // namespace leafsum::trust
