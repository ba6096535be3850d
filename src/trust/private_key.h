// Private keys as PKCS#8 (RFC 5958), and what the host needs to decrypt one (PBES2 of RFC 8018, as
// openssl writes it). Secrets: nothing of these goes into a message.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "trust/public_key.h"
#include "trust/refusal.h"

namespace leafsum::trust {

struct PrivateKey {
  Algorithm algorithm = Algorithm::kP256;
  ByteVector pkcs8;
};

// PBKDF2, then AES in CBC mode: what Web Crypto does in two calls.
struct Encryption {
  std::string_view hash;  // of PBKDF2, by Web Crypto's name
  ByteVector salt;
  uint64_t iterations = 0;
  uint32_t key_bits = 0;  // 128, 192, 256
  ByteVector iv;
  ByteVector ciphertext;
};

// One of the two.
struct PrivateKeyFile {
  std::optional<PrivateKey> key;
  std::optional<Encryption> encrypted;
};

OrRefusal<PrivateKey> ParsePkcs8(Bytes der, std::string_view what);
// A PEM block "PRIVATE KEY" or "ENCRYPTED PRIVATE KEY".
OrRefusal<PrivateKeyFile> ParsePrivateKeyPem(Bytes text, std::string_view what);
// EncryptedPrivateKeyInfo with PBKDF2 (HMAC-SHA-256) and AES-256-CBC: what `keygen` writes, and
// openssl reads.
ByteVector WriteEncryptedKey(const Encryption& encryption);

}  // namespace leafsum::trust
