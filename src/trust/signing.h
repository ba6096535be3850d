// Signs a lockfile: a private key and the file in, a Sigstore bundle out. Sans-IO, like
// SignatureCheck.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trust/crypto_ask.h"
#include "trust/lockfile_statement.h"
#include "trust/private_key.h"
#include "trust/signature_check.h"

namespace leafsum::trust {

class Signing {
 public:
  struct Given {
    ByteVector pkcs8;  // in DER, decrypted
    std::string key_name;
    NamedBytes lockfile;
    LockfileClaims claims;
  };
  explicit Signing(Given given);
  Signing(const Signing&) = delete;
  Signing& operator=(const Signing&) = delete;

  std::vector<CryptoAsk> Poll() { return queue_.Poll(); }
  void Feed(uint32_t id, Bytes answer);
  void Fail(uint32_t id, CryptoFailure failure, std::string_view why);
  bool done() const { return done_; }

  // When done: why there is no bundle, or the bundle and the public key's id in hex.
  const std::optional<Refusal>& refusal() const { return refusal_; }
  const std::string& bundle() const { return bundle_; }
  const std::string& key_id() const { return key_id_; }

 private:
  void Refuse(Refusal refusal);
  void AskToSign();

  Given given_;
  std::optional<PrivateKey> key_;
  CryptoQueue queue_;
  Envelope envelope_;
  ByteVector message_;
  hash::Digest sha256_{};
  uint32_t import_ask_ = 0, digest_ask_ = 0, sign_ask_ = 0;
  bool done_ = false;
  std::optional<Refusal> refusal_;
  std::string bundle_, key_id_;
};

}  // namespace leafsum::trust
