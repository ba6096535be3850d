#include "trust/refusal.h"

#include <iterator>

namespace leafsum::trust {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
};

constexpr Row kRows[] = {
    {Reason::kNotJson, "not-json"},
    {Reason::kDuplicateMember, "duplicate-member"},
    {Reason::kTooLarge, "too-large"},
    {Reason::kMalformedBundle, "malformed-bundle"},
    {Reason::kUnknownMediaType, "unknown-media-type"},
    {Reason::kMalformedBase64, "malformed-base64"},
    {Reason::kNoSignature, "no-signature"},
    {Reason::kSeveralSignatures, "several-signatures"},
    {Reason::kMalformedSignature, "malformed-signature"},
    {Reason::kWrongPayloadType, "wrong-payload-type"},
    {Reason::kMalformedStatement, "malformed-statement"},
    {Reason::kUnknownStatement, "unknown-statement"},
    {Reason::kMalformedPolicy, "malformed-policy"},
    {Reason::kMalformedKey, "malformed-key"},
    {Reason::kUnsupportedKey, "unsupported-key"},
    {Reason::kUnsupportedAlgorithm, "unsupported-algorithm"},
    {Reason::kNoPassphrase, "no-passphrase"},
    {Reason::kWrongPassphrase, "wrong-passphrase"},
    {Reason::kNoKey, "no-key"},
    {Reason::kHostFailed, "host-failed"},
    {Reason::kBadSignature, "bad-signature"},
    {Reason::kWrongSubject, "wrong-subject"},
    {Reason::kWrongPredicate, "wrong-predicate"},
    {Reason::kMissing, "missing-signature"},
    {Reason::kUnknownSigner, "unknown-signer"},
    {Reason::kRevoked, "revoked"},
    {Reason::kOutsideValidity, "outside-validity"},
    {Reason::kNotAllowed, "not-allowed"},
};

constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].reason != static_cast<Reason>(i)) return false;
  return std::size(kRows) == static_cast<size_t>(Reason::kNotAllowed) + 1;
}
static_assert(InOrder(), "a row for each Reason, in its order");

}  // namespace

std::string_view ReasonName(Reason reason) { return kRows[static_cast<size_t>(reason)].name; }

}  // namespace leafsum::trust
