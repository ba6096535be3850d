// Is this lockfile signed as the user demands? A bundle beside it, keys, a policy: in; who signed
// it and what is wrong with that: out, as the core's option `signature`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trust/lockfile_statement.h"
#include "trust/policy.h"
#include "trust/signature_check.h"

namespace leafsum::trust {

class LockfileCheck {
 public:
  struct Given {
    NamedBytes lockfile;  // its name is "" where it has none (stdin)
    std::optional<ByteVector> bundle;
    std::vector<NamedBytes> keys;
    std::optional<ByteVector> policy;
    std::vector<std::string> require_signers;  // as NotASigner has them
    std::string now;                           // for the policy's windows
    // Whom another verifier (certificates, identities) found to have signed the bundle's payload.
    std::optional<Signer> signer;
    std::optional<ByteVector> payload;  // which it saw signed; none of a message
    std::optional<Refusal> refusal;     // or why it found nobody
  };
  explicit LockfileCheck(Given given);

  // What the user gave and cannot be used, "" if nothing: misuse, no finding.
  const std::string& error() const { return error_; }

  std::vector<CryptoAsk> Poll() { return check_ ? check_->Poll() : std::vector<CryptoAsk>(); }
  void Feed(uint32_t id, Bytes answer) { check_->Feed(id, answer); }
  void Fail(uint32_t id, CryptoFailure failure, std::string_view why) {
    check_->Fail(id, failure, why);
  }
  bool done() const { return !check_ || check_->done(); }

  // {"signed_by":"key sha256:…"?,"claims":{…}?,"revoked":["leafsum1:…"],
  //  "findings":[{"reason","message","expected","actual"}]}
  std::string Result();

 private:
  void ParseGiven();
  SignatureOutcome Outcome() const;
  SignatureOutcome ByOther() const;
  void Judge(const SignatureOutcome& outcome);
  void JudgeStatement(const Statement& statement, const hash::Digest& actual);
  void JudgeAllowed(const Signer& signer);

  Given given_;
  std::string error_;
  std::optional<Policy> policy_;
  std::unique_ptr<SignatureCheck> check_;
  std::optional<LockfileClaims> claims_;
  std::string signed_name_;
  std::vector<Refusal> findings_;
};

}  // namespace leafsum::trust
