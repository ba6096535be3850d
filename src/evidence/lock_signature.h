// Who signed the lockfile, as the host was told by trust.wasm (LockfileCheck of src/trust). Here it
// becomes part of the one verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "evidence/lockfile.h"
#include "report/finding.h"

namespace leafsum::evidence {

struct LockSignature {
  std::string signed_by;  // "key sha256:…"; "" if the signature is not good
  std::string signed_at;  // by the signer's own word; "" if it does not say
  // What the signer says of the lockfile.
  std::optional<std::string> fingerprint;
  uint64_t leaves = 0, nbytes = 0;
  std::vector<std::string> revoked;  // fingerprints that the user trusts no longer
  std::vector<report::Finding> findings;
};

// {"signed_by"?, "claims"?: {"fingerprint", "leaves", "nbytes", "signed_at"}, "revoked": […],
//  "findings": [{"reason", "message", "expected", "actual"}]}
Result<LockSignature> ParseLockSignature(const JsonValue& value);

// Adds to the findings what the lockfile itself says against its signature. Whether it is signed as
// it was demanded: by whom, and nothing was found.
bool IsSigned(LockSignature& signature, const Lockfile& lockfile);

}  // namespace leafsum::evidence
