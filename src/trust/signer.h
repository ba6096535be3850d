// Who signed, in the words of reports and users.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trust/bundle.h"
#include "trust/refusal.h"

namespace leafsum::trust {

// What a verdict and a report know a signer by.
struct Signer {
  std::string kind;    // "key"; others verify "certificate" and "identity"
  std::string id;      // of a key, also a certificate's: SHA-256 of its SPKI, hex
  std::string issuer;  // of an identity

  bool has_key() const { return kind != "identity"; }
};

// "key sha256:…", "certificate …", "identity I by U".
std::string NameOf(const Signer& signer);

// What `required` has that names no signer, "" if nothing. A signer is SHA-256 of a key in hex, or
// "identity I by U".
std::string NotASigner(const std::vector<std::string>& required);

// Nothing if it is one of `required`, or if there are none.
std::optional<Refusal> JudgeRequired(const std::vector<std::string>& required,
                                     const Signer& signer);

// Whether the bundle, as it is read here, has what another verifier saw signed: this payload of an
// envelope, or a message.
std::optional<Refusal> OtherThanSeen(const Bundle& bundle, const std::optional<ByteVector>& seen);

}  // namespace leafsum::trust
