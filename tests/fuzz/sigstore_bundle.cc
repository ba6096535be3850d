// Bundles: what is taken has one signature and is written again to the same meaning; whatever is
// signed is then read as a statement.
#include "fuzz/fuzz.h"
#include "trust/bundle.h"
#include "trust/ecdsa_signature.h"
#include "trust/lockfile_statement.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto bundle = trust::ParseBundle(input);
  if (!bundle) {
    FUZZ_CHECK(!bundle.refusal().message.empty());
    return;
  }
  FUZZ_CHECK(bundle->envelope.has_value() != bundle->message.has_value());
  const ByteVector& signature =
      bundle->envelope ? bundle->envelope->signature : bundle->message->signature;
  for (const auto algorithm : {trust::Algorithm::kP256, trust::Algorithm::kP384,
                               trust::Algorithm::kP521, trust::Algorithm::kEd25519}) {
    const auto raw = trust::RawSignature(signature, algorithm);
    if (raw) FUZZ_CHECK(trust::StoredSignature(*raw, algorithm) == signature);
  }
  if (!bundle->envelope) return;
  const std::string written = trust::WriteBundle(*bundle->envelope, bundle->material.hint);
  const auto again = trust::ParseBundle(AsBytes(written));
  FUZZ_CHECK(again);
  FUZZ_CHECK(again->envelope->payload == bundle->envelope->payload);
  FUZZ_CHECK(again->envelope->signature == signature);
  FUZZ_CHECK(again->material.hint == bundle->material.hint);
}

}  // namespace leafsum::fuzz
