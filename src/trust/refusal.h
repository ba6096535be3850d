// Why a signature, a key or a document about them is not taken: one table of reasons, each with the
// word that reports, tests and scripts know it by.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leafsum::trust {

enum class Reason : uint8_t {
  // Documents.
  kNotJson,           // not JSON, or not UTF-8, or with a byte order mark or a NUL
  kDuplicateMember,   // one name twice in one object: readers differ in which one counts
  kTooLarge,          // more bytes, values or levels than limits.h allows
  kMalformedBundle,   // not the shape of a Sigstore bundle
  kUnknownMediaType,  // of a later or another kind of bundle
  kMalformedBase64,
  kNoSignature,
  kSeveralSignatures,
  kMalformedSignature,  // not the one DER form of r and s, or a wrong length
  kWrongPayloadType,    // of the DSSE envelope
  kMalformedStatement,
  kUnknownStatement,  // another `_type` or `predicateType` than the command is about
  kMalformedPolicy,
  // Keys.
  kMalformedKey,
  kUnsupportedKey,        // a kind of key, curve or encryption that is not read
  kUnsupportedAlgorithm,  // this host's Web Crypto lacks it
  kNoPassphrase,
  kWrongPassphrase,
  kNoKey,  // nothing was given to check the signature with, or another kind of proof is needed
  kHostFailed,
  // Judgements.
  kBadSignature,     // none of the keys made it
  kWrongSubject,     // a good signature over something else
  kWrongPredicate,   // a good signature whose statement contradicts what it is about
  kMissing,          // no signature where one is demanded
  kUnknownSigner,    // a good signature by a key that was not asked for
  kRevoked,          // the key, the lockfile or the fingerprint
  kOutsideValidity,  // the policy trusted this key at another time
  kNotAllowed,       // the policy trusts this key for other names
};

// "bad-signature", …: never changed, only added to.
std::string_view ReasonName(Reason reason);

struct Refusal {
  Reason reason = Reason::kNotJson;
  std::string message;  // what and where, to be followed by what to do next
  std::string expected, actual;
};

// A value, or why there is none.
template <class T>
class [[nodiscard]] OrRefusal {
 public:
  OrRefusal(T value) : value_(std::in_place, std::move(value)) {}  // NOLINT: implicit
  OrRefusal(Refusal refusal) : refusal_(std::move(refusal)) {}     // NOLINT
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() {
    assert(*this);
    return *value_;
  }
  const T& operator*() const {
    assert(*this);
    return *value_;
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Refusal& refusal() const { return refusal_; }

 private:
  std::optional<T> value_;
  Refusal refusal_;
};

}  // namespace leafsum::trust
