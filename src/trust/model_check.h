// Is this model signature (OMS) good, and what is it over? A bundle and keys: in; who signed it,
// what is wrong with that, and the manifest: out, as the core's option `bundle` and its file
// manifest.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trust/oms_manifest.h"
#include "trust/signature_check.h"

namespace leafsum::trust {

class ModelCheck {
 public:
  struct Given {
    ByteVector bundle;
    std::vector<NamedBytes> keys;
    std::vector<std::string> require_signers;  // SHA-256 of an SPKI, hex; none: any of the keys
    // Whom another verifier (certificates, identities) found to have signed the bundle's payload.
    std::optional<Signer> signer;
    std::optional<Refusal> refusal;  // or why it found nobody
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
  // "key sha256:…", of a good signature.
  std::optional<std::string> signed_by() const;
  // If it is evidence.
  const OmsManifest& manifest() const { return *manifest_; }

 private:
  std::optional<Refusal> Judge();

  std::optional<Signer> signer_;
  std::optional<Refusal> problem_;
  ByteVector bundle_;
  std::vector<std::string> require_signers_;
  std::string error_;
  std::unique_ptr<SignatureCheck> check_;
  std::optional<OmsManifest> manifest_;
};

}  // namespace leafsum::trust
