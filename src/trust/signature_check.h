// Who signed this? A bundle, the keys that the user trusts, and for some bundles the signed file.
//
// Sans-IO: Poll gives questions for the host's Web Crypto, Feed and Fail take the answers in any
// order, until `done`. The outcome is the same for every order.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "trust/bundle.h"
#include "trust/crypto_ask.h"
#include "trust/public_key.h"
#include "trust/refusal.h"
#include "trust/signer.h"
#include "trust/statement.h"

namespace leafsum::trust {

// A file that the user gave, and what to call it in messages.
struct NamedBytes {
  std::string name;
  ByteVector bytes;
};

struct SignatureOutcome {
  std::optional<Refusal> refusal;      // nothing is refused: the signature is good
  std::optional<Signer> signer;        // of a good signature, even if what it is over is refused
  std::optional<Bundle> bundle;        // of one that could be read
  std::optional<Statement> statement;  // of a good DSSE signature
  hash::Digest artifact_sha256{};      // if there is an artifact
};

class SignatureCheck {
 public:
  struct Given {
    ByteVector bundle;
    std::vector<NamedBytes> keys;        // public, PEM; the first that made the signature counts
    std::optional<ByteVector> artifact;  // the file beside which the bundle lies
  };
  explicit SignatureCheck(Given given);
  // The asks have views of what this object holds.
  SignatureCheck(const SignatureCheck&) = delete;
  SignatureCheck& operator=(const SignatureCheck&) = delete;

  std::vector<CryptoAsk> Poll() { return queue_.Poll(); }
  void Feed(uint32_t id, Bytes answer);
  void Fail(uint32_t id, CryptoFailure failure, std::string_view why);
  bool done() const { return done_; }
  const SignatureOutcome& outcome() const { return outcome_; }

 private:
  // A key and how far it is tried.
  struct Trial {
    PublicKey key;
    std::string name;
    ByteVector signature;  // as Web Crypto takes it
    uint32_t import_ask = 0, verify_ask = 0;
    bool good = false;
    std::optional<Refusal> problem;  // it could not be tried
  };

  bool ParseGiven();
  void Ask();
  void Advance();
  void Conclude();
  Refusal NotGood() const;
  void Refuse(Refusal refusal);
  Trial* TrialOf(uint32_t id);

  Given given_;
  CryptoQueue queue_;
  std::vector<Trial> trials_;
  ByteVector message_;  // what is signed: the PAE, or the artifact
  uint32_t digest_ask_ = 0;
  bool done_ = false;
  SignatureOutcome outcome_;
};

}  // namespace leafsum::trust
