// Keys and bundles by OpenSSL (tests/campaigns/make_trust_vectors.mjs), and a host that knows which
// signatures are good because they are recorded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "hash/sha256.h"
#include "support/random.h"
#include "support/vectors.h"
#include "trust/bundle.h"
#include "trust/dsse.h"
#include "trust/ecdsa_signature.h"
#include "trust/public_key.h"
#include "trust/signature_check.h"

namespace leafsum::test {

using Json = nlohmann::json;

inline const Json& Signed() {
  static const Json vectors = LoadVectors("trust/signed.json");
  return vectors;
}
inline ByteVector BytesOf(const Json& text) { return ToVector(AsBytes(text.get<std::string>())); }

// Answers as Web Crypto would, for the signatures of the vectors alone.
class RecordedHost {
 public:
  RecordedHost() {
    for (const Json& key : Signed()["keys"]) {
      const auto parsed = trust::ParsePublicKeyPem(BytesOf(key["public"]), "");
      const auto dsse = trust::ParseBundle(AsBytes(key["dsse"].dump()));
      const auto message = trust::ParseBundle(AsBytes(key["message"].dump()));
      Add(*parsed, trust::PreAuthEncoding(trust::kInTotoType, dsse->envelope->payload),
          dsse->envelope->signature);
      Add(*parsed, BytesOf(Signed()["artifact"]), message->message->signature);
    }
  }
  // The algorithm that this host does not have.
  std::optional<trust::Algorithm> lacks;
  uint32_t seed = 0;  // 0 answers in order

  template <class Machine>
  void Drive(Machine& machine) {
    Random random(seed);
    std::vector<trust::CryptoAsk> open;
    while (!machine.done()) {
      for (const auto& ask : machine.Poll()) open.push_back(ask);
      if (open.empty()) std::abort();  // it waits for nothing
      const size_t at = seed ? random.Below(open.size()) : 0;
      const trust::CryptoAsk ask = open[at];
      open.erase(open.begin() + static_cast<ptrdiff_t>(at));
      Answer(machine, ask);
    }
  }

 private:
  struct Good {
    ByteVector spki, message, signature;
    bool operator==(const Good&) const = default;
  };
  void Add(const trust::PublicKey& key, ByteVector message, const ByteVector& signature) {
    good_.push_back({key.spki, std::move(message), *trust::RawSignature(signature, key.algorithm)});
  }
  template <class Machine>
  void Answer(Machine& machine, const trust::CryptoAsk& ask) {
    if (ask.kind == trust::CryptoKind::kDigest)
      return machine.Feed(ask.id, hash::Sha256Of(ask.data));
    if (lacks == ask.algorithm)
      return machine.Fail(ask.id, trust::CryptoFailure::kUnsupported, "Unrecognized name.");
    if (ask.kind == trust::CryptoKind::kImportKey) {
      imported_[ask.id] = ToVector(ask.data);
      return machine.Feed(ask.id, ask.data);
    }
    const Good asked{imported_.at(ask.key), ToVector(ask.data), ToVector(ask.signature)};
    const uint8_t found = std::find(good_.begin(), good_.end(), asked) != good_.end();
    machine.Feed(ask.id, Bytes(&found, 1));
  }
  std::vector<Good> good_;
  std::map<uint32_t, ByteVector> imported_;
};

}  // namespace leafsum::test
