// Policies: what is taken judges the same a second time, and never allows a key that it has
// revoked.
#include "trust/policy.h"

#include "fuzz/fuzz.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto policy = trust::ParsePolicy(input);
  if (!policy) {
    FUZZ_CHECK(!policy.refusal().message.empty());
    return;
  }
  for (const auto& rule : policy->signers) {
    FUZZ_CHECK(!rule.may_sign.empty());
    FUZZ_CHECK(rule.key.has_value() == (rule.identity.empty() && rule.issuer.empty()) || !rule.key);
    trust::Signer signer{"identity", rule.identity, rule.issuer};
    if (rule.key) signer = {"key", hash::ToHex(rule.key->id), ""};
    for (const std::string& name : rule.may_sign) {
      const auto one = trust::JudgeSigner(*policy, signer, name, "", rule.not_before);
      const auto two = trust::JudgeSigner(*policy, signer, name, "", rule.not_before);
      FUZZ_CHECK(one.has_value() == two.has_value());
      for (const std::string& revoked : policy->revoked_keys)
        if (signer.kind == "key" && revoked == signer.id) FUZZ_CHECK(one);
      FUZZ_CHECK(trust::MatchesPattern("*", name));
    }
  }
}

}  // namespace leafsum::fuzz
