// Is this model signature (OMS) good, and what is it over? A bundle and keys: in; who signed it,
// what is wrong with that, and the manifest: out, as the core's option `bundle` and its file
// manifest.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trust/oms_manifest.h"
#include "trust/policy.h"
#include "trust/signature_check.h"

namespace leafsum::trust {

class ModelCheck {
 public:
  struct Given {
    ByteVector bundle;
    std::vector<NamedBytes> keys;
    std::vector<std::string> require_signers;  // as NotASigner has them; none: any
    std::optional<ByteVector> policy;          // who may sign the name of the statement's subject
    std::string now;                           // for the policy's windows
    // Whom another verifier (certificates, identities) found to have signed the bundle's payload.
    std::optional<Signer> signer;
    std::optional<ByteVector> payload;  // which it saw signed
    std::optional<Refusal> refusal;     // or why it found nobody
  };
  explicit ModelCheck(Given given);

  // What the user gave and cannot be used, "" if nothing: misuse, no finding.
  const std::string& error() const { return error_; }

  std::vector<CryptoAsk> Poll() { return check_ ? check_->Poll() : std::vector<CryptoAsk>(); }
  void Feed(uint32_t id, Bytes answer);
  void Fail(uint32_t id, CryptoFailure failure, std::string_view why);
  bool done() const { return !check_ || check_->done(); }

  // When done. Why the bundle is no evidence at all: it cannot be read, or contradicts itself.
  std::optional<Refusal> Refused();
  // Why its signature is not acceptable: the files are compared all the same.
  const std::optional<Refusal>& problem() const { return problem_; }
  // As NameOf has it, of a good signature, allowed or not.
  std::optional<std::string> signed_by() const;
  // Fingerprints that the policy has revoked.
  std::vector<std::string> revoked() const;
  // If it is evidence.
  const OmsManifest& manifest() const { return *manifest_; }

 private:
  void ParseGiven(Given& given);
  std::optional<Refusal> Judge();
  std::optional<Refusal> ReadOther(std::optional<Statement>& statement);
  void JudgeAllowed(const std::string& name);

  std::optional<Signer> signer_;
  std::optional<ByteVector> payload_;
  std::optional<Refusal> problem_;
  ByteVector bundle_;
  std::vector<std::string> require_signers_;
  std::optional<Policy> policy_;
  std::string now_;
  std::string error_;
  std::unique_ptr<SignatureCheck> check_;
  std::optional<OmsManifest> manifest_;
};

}  // namespace leafsum::trust
