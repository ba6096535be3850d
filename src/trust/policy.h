// A policy file: who may sign which names and when, and what is no longer trusted
// (node/schema/policy.schema.json). It is the user's own word, so whatever is not understood in it
// is refused.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "trust/public_key.h"
#include "trust/refusal.h"
#include "trust/signature_check.h"

namespace leafsum::trust {

struct PolicySigner {
  std::string name;                   // for people
  std::optional<PublicKey> key;       // this, or an identity
  std::string identity, issuer;       // of a certificate
  std::vector<std::string> may_sign;  // patterns of names: * is any run of characters, ? is one
  std::string not_before, not_after;  // "": open
};

struct Policy {
  std::vector<PolicySigner> signers;
  std::vector<std::string> revoked_keys, revoked_lockfiles;  // SHA-256 of the SPKI, of the file
  std::vector<std::string> revoked_fingerprints;             // "leafsum1:…"
};

OrRefusal<Policy> ParsePolicy(Bytes text);

// Whether `signer` may have signed what is called `name`. `signed_at` is "" where the signature
// does not say; `now` is when it is looked at. Nothing: it may.
std::optional<Refusal> JudgeSigner(const Policy& policy, const Signer& signer,
                                   std::string_view name, std::string_view signed_at,
                                   std::string_view now);

// The public keys of its signers, named as they are.
std::vector<NamedBytes> KeysOf(const Policy& policy);

bool MatchesPattern(std::string_view pattern, std::string_view name);

}  // namespace leafsum::trust
