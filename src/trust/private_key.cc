#include "trust/private_key.h"

#include <algorithm>

#include "base/text.h"
#include "trust/document.h"
#include "trust/limits.h"
#include "trust/pem.h"

namespace leafsum::trust {
namespace {

using namespace std::string_view_literals;

// The contents of object identifiers.
constexpr auto kPbes2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"sv;   // 1.2.840.113549.1.5.13
constexpr auto kPbkdf2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"sv;  // 1.2.840.113549.1.5.12
constexpr auto kScrypt = "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b"sv;  // 1.3.6.1.4.1.11591.4.11

struct NamedHash {
  std::string_view oid, name;
};
constexpr NamedHash kPrfs[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x07"sv, "SHA-1"},  // hmacWithSHA1, the default
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x09"sv, "SHA-256"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x0a"sv, "SHA-384"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x0b"sv, "SHA-512"},
};
struct Cipher {
  std::string_view oid;
  uint32_t key_bits;
};
constexpr Cipher kCiphers[] = {
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x02"sv, 128},  // aes128-CBC-PAD
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x16"sv, 192},
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x2a"sv, 256},
};

Refusal Unsupported(std::string_view what, std::string_view why) {
  return {Reason::kUnsupportedKey,
          Text(what, ": ", why, "; convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc -in KEY"),
          "PKCS#8, plain or encrypted by PBKDF2 and AES-CBC", ""};
}
Refusal Malformed(std::string_view what) {
  return {Reason::kMalformedKey, Text(what, ": not a private key in DER (PKCS#8)"), "", ""};
}

// AlgorithmIdentifier of PBKDF2 (RFC 8018 A.2). Sets `wrong` to why it is not read.
void ReadKdf(DerReader& parameters, Encryption& out, uint64_t& key_bytes, std::string_view& wrong) {
  DerReader kdf = parameters.Enter();
  const std::string_view oid = AsText(kdf.Take(DerTag::kOid));
  if (oid == kScrypt)
    wrong = "encrypted by scrypt, which browsers do not have";
  else if (kdf.ok() && oid != kPbkdf2)
    wrong = "a key derivation that is not read";
  if (!wrong.empty()) return;
  DerReader inner = kdf.Enter();
  if (!kdf.End()) parameters.Fail();
  out.salt = ToVector(inner.Take(DerTag::kOctetString));
  out.iterations = inner.Number();
  if (inner.Next(DerTag::kInteger)) key_bytes = inner.Number();
  out.hash = kPrfs[0].name;
  if (inner.Next(DerTag::kSequence)) {
    DerReader prf = inner.Enter();
    const std::string_view prf_oid = AsText(prf.Take(DerTag::kOid));
    if (prf.Next(DerTag::kNull)) prf.Take(DerTag::kNull);
    if (!prf.End()) parameters.Fail();
    const auto* found = std::find_if(std::begin(kPrfs), std::end(kPrfs),
                                     [&](const NamedHash& h) { return h.oid == prf_oid; });
    if (found == std::end(kPrfs))
      wrong = "a key derivation that is not read";
    else
      out.hash = found->name;
  }
  if (!inner.End()) parameters.Fail();
}

OrRefusal<Encryption> ParseEncrypted(Bytes der, std::string_view what) {
  DerReader outer(der);
  DerReader info = outer.Enter();
  DerReader scheme = info.Enter();
  Encryption out;
  out.ciphertext = ToVector(info.Take(DerTag::kOctetString));
  const std::string_view oid = AsText(scheme.Take(DerTag::kOid));
  if (!outer.End() || !info.End() || !scheme.ok()) return Malformed(what);
  if (oid != kPbes2) return Unsupported(what, "encrypted by a scheme that is not read");
  DerReader parameters = scheme.Enter();
  if (!scheme.End()) return Malformed(what);

  std::string_view wrong;
  uint64_t key_bytes = 0;
  ReadKdf(parameters, out, key_bytes, wrong);
  if (!parameters.ok()) return Malformed(what);
  if (!wrong.empty()) return Unsupported(what, wrong);
  DerReader cipher = parameters.Enter();
  const std::string_view cipher_oid = AsText(cipher.Take(DerTag::kOid));
  if (!parameters.End() || !cipher.ok()) return Malformed(what);
  for (const Cipher& c : kCiphers)
    if (c.oid == cipher_oid) out.key_bits = c.key_bits;
  if (out.key_bits == 0) return Unsupported(what, "encrypted by a cipher that is not AES-CBC");
  out.iv = ToVector(cipher.Take(DerTag::kOctetString));
  if (!cipher.End() || out.iv.size() != 16 || out.salt.empty() || out.iterations == 0 ||
      (key_bytes != 0 && key_bytes * 8 != out.key_bits) || out.ciphertext.empty() ||
      out.ciphertext.size() % 16 != 0)
    return Malformed(what);
  if (out.iterations > kMaxKdfIterations)
    return Refusal{Reason::kTooLarge, Text(what, ": too many rounds to derive its key"),
                   Text("at most ", kMaxKdfIterations), Text(out.iterations)};
  return out;
}

}  // namespace

OrRefusal<PrivateKey> ParsePkcs8(Bytes der, std::string_view what) {
  DerReader outer(der);
  DerReader info = outer.Enter();
  const uint64_t version = info.Number();
  const auto algorithm = TakeAlgorithm(info);
  DerReader secret(info.Take(DerTag::kOctetString));
  if (info.Next(DerTag::kContext0)) info.Take(DerTag::kContext0);
  if (info.Next(DerTag::kContext1Primitive)) info.Take(DerTag::kContext1Primitive);
  if (!outer.End() || !info.End() || version > 1) return Malformed(what);
  if (!algorithm)
    return Refusal{Reason::kUnsupportedKey, Text(what, ": a kind of key or curve that is not read"),
                   "ECDSA P-256, P-384, P-521 or Ed25519", ""};
  const size_t n = InfoOf(*algorithm).scalar_bytes;
  // CurvePrivateKey of RFC 8410 §7; ECPrivateKey of RFC 5915 §3.
  const bool is_ed25519 = *algorithm == Algorithm::kEd25519;
  DerReader ec = is_ed25519 ? secret : secret.Enter();
  if (!is_ed25519 && ec.Number() != 1) return Malformed(what);
  if (ec.Take(DerTag::kOctetString).size() != n) return Malformed(what);
  if (!is_ed25519 && ec.Next(DerTag::kContext0)) ec.Take(DerTag::kContext0);
  if (!is_ed25519 && ec.Next(DerTag::kContext1)) ec.Take(DerTag::kContext1);
  if (!ec.End() || (!is_ed25519 && !secret.End())) return Malformed(what);
  return PrivateKey{*algorithm, ToVector(der)};
}

OrRefusal<PrivateKeyFile> ParsePrivateKeyPem(Bytes text, std::string_view what) {
  const auto block = ParsePem(text, what);
  if (!block) return block.refusal();
  if (block->label == "PRIVATE KEY") {
    auto key = ParsePkcs8(block->der, what);
    if (!key) return key.refusal();
    return PrivateKeyFile{std::move(*key), std::nullopt};
  }
  if (block->label == "ENCRYPTED PRIVATE KEY") {
    auto encrypted = ParseEncrypted(block->der, what);
    if (!encrypted) return encrypted.refusal();
    return PrivateKeyFile{std::nullopt, std::move(*encrypted)};
  }
  if (block->label.find("PRIVATE KEY") != std::string::npos)
    return Unsupported(what, Text("a key of the form ", ShortText(block->label)));
  return Refusal{Reason::kMalformedKey, Text(what, ": not a private key"), "PRIVATE KEY",
                 ShortText(block->label)};
}

ByteVector WriteEncryptedKey(const Encryption& e) {
  const auto oid = [](std::string_view content) { return Der(DerTag::kOid, AsBytes(content)); };
  const uint64_t n = e.iterations;
  ByteVector rounds;
  for (int shift = 56; shift >= 0; shift -= 8) rounds.push_back(static_cast<uint8_t>(n >> shift));
  const auto sequence = [](std::initializer_list<Bytes> parts) {
    return Der(DerTag::kSequence, Joined(parts));
  };
  const ByteVector prf = sequence({oid(kPrfs[1].oid), Der(DerTag::kNull, {})});
  const ByteVector kdf = sequence(
      {oid(kPbkdf2), sequence({Der(DerTag::kOctetString, e.salt), DerUnsigned(rounds), prf})});
  const ByteVector cipher = sequence({oid(kCiphers[2].oid), Der(DerTag::kOctetString, e.iv)});
  return sequence(
      {sequence({oid(kPbes2), sequence({kdf, cipher})}), Der(DerTag::kOctetString, e.ciphertext)});
}

}  // namespace leafsum::trust
