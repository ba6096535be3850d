// The questions that are the host's Web Crypto's to answer (crypto.subtle): asked, answered in any
// order.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "trust/public_key.h"

namespace leafsum::trust {

enum class CryptoKind : uint8_t {
  kDigest,     // SHA-256 of `data`; the answer is the digest
  kImportKey,  // `data` is SPKI, to verify, or PKCS#8, to sign; the answer is the public key's SPKI
  kVerify,     // the answer is one byte, 1 if `signature` over `data` is by `key`, else 0
  kSign,       // the answer is the signature as Web Crypto makes it
};

struct CryptoAsk {
  uint32_t id = 0;
  CryptoKind kind = CryptoKind::kDigest;
  Algorithm algorithm = Algorithm::kP256;  // of the key
  bool is_private = false;                 // kImportKey: PKCS#8
  uint32_t key = 0;                        // kVerify, kSign: the id of an import that was answered
  Bytes data;                              // these two are valid until the ask is answered
  Bytes signature;                         // r and s side by side, or Ed25519's 64 bytes
};

enum class CryptoFailure : uint8_t {
  kUnsupported,  // the host has no such algorithm (NotSupportedError)
  kRefused,      // the host does not take this key (DataError)
  kBroken,       // anything else: no Web Crypto, no memory
};

// What is asked and not answered yet.
class CryptoQueue {
 public:
  // Returns the ask's id: 1, 2, …
  uint32_t Add(CryptoAsk ask);
  // What was added since the last call.
  std::vector<CryptoAsk> Poll();
  // The ask is answered. Nothing if there is none of this id, or it was answered before.
  bool Close(uint32_t id);
  bool empty() const { return open_.empty(); }

 private:
  uint32_t next_ = 1;
  std::vector<CryptoAsk> fresh_;
  std::vector<uint32_t> open_;
};

}  // namespace leafsum::trust
