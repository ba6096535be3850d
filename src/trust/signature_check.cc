#include "trust/signature_check.h"

#include <algorithm>

#include "base/text.h"
#include "trust/document.h"
#include "trust/dsse.h"
#include "trust/ecdsa_signature.h"
#include "trust/limits.h"

namespace leafsum::trust {

SignatureCheck::SignatureCheck(Given given) : given_(std::move(given)) {
  if (ParseGiven()) Ask();
}

void SignatureCheck::Refuse(Refusal refusal) {
  outcome_.refusal = std::move(refusal);
  done_ = true;
}

// Keys first: that the user gave a wrong file is said whatever the bundle is.
bool SignatureCheck::ParseGiven() {
  if (given_.keys.size() > kMaxKeys)
    return Refuse({Reason::kTooLarge, "too many keys for one signature", Text("at most ", kMaxKeys),
                   Text(given_.keys.size())}),
           false;
  for (const NamedBytes& file : given_.keys) {
    auto key = ParsePublicKeyPem(file.bytes, file.name);
    if (!key) return Refuse(key.refusal()), false;
    trials_.push_back({std::move(*key), file.name, {}, 0, 0, false, std::nullopt});
  }
  auto bundle = ParseBundle(given_.bundle);
  if (!bundle) return Refuse(bundle.refusal()), false;
  outcome_.bundle = std::move(*bundle);
  if (trials_.empty())
    return Refuse({Reason::kNoKey, "no key was given to check the signature with", "", ""}), false;
  if (outcome_.bundle->message && !given_.artifact)
    return Refuse({Reason::kWrongSubject, "the bundle signs the bytes of one file, not a statement",
                   "dsseEnvelope", "messageSignature"}),
           false;
  return true;
}

void SignatureCheck::Ask() {
  const Bundle& bundle = *outcome_.bundle;
  const ByteVector& signature =
      bundle.envelope ? bundle.envelope->signature : bundle.message->signature;
  // The largest curve takes what any curve takes.
  if (!RawSignature(signature, Algorithm::kP521) && !RawSignature(signature, Algorithm::kEd25519))
    return Refuse({Reason::kMalformedSignature,
                   "the signature is neither r and s in DER, in the one form that DER has for "
                   "them, nor the 64 bytes of Ed25519",
                   "", Text(signature.size(), " bytes")});
  if (bundle.envelope)
    message_ = PreAuthEncoding(bundle.envelope->payload_type, bundle.envelope->payload);
  for (Trial& t : trials_) {
    auto raw = RawSignature(signature, t.key.algorithm);
    if (!raw) continue;  // of another kind of key
    t.signature = std::move(*raw);
    CryptoAsk ask;
    ask.kind = CryptoKind::kImportKey;
    ask.algorithm = t.key.algorithm;
    ask.data = t.key.spki;
    t.import_ask = queue_.Add(ask);
  }
  if (given_.artifact) {
    CryptoAsk ask;
    ask.data = *given_.artifact;
    digest_ask_ = queue_.Add(ask);
  }
  Advance();
}

SignatureCheck::Trial* SignatureCheck::TrialOf(uint32_t id) {
  for (Trial& t : trials_)
    if (t.import_ask == id || t.verify_ask == id) return &t;
  return nullptr;
}

void SignatureCheck::Feed(uint32_t id, Bytes answer) {
  if (!queue_.Close(id)) return;
  if (id == digest_ask_) {
    if (answer.size() != outcome_.artifact_sha256.size())
      outcome_.refusal = {Reason::kHostFailed, "SHA-256 of another length", "", ""};
    else
      std::copy(answer.begin(), answer.end(), outcome_.artifact_sha256.begin());
  } else if (Trial* t = TrialOf(id); t && t->verify_ask == id) {
    t->good = answer.size() == 1 && answer[0] == 1;
  } else if (t) {
    CryptoAsk ask;
    ask.kind = CryptoKind::kVerify;
    ask.algorithm = t->key.algorithm;
    ask.key = id;
    ask.data = outcome_.bundle->envelope ? message_ : *given_.artifact;
    ask.signature = t->signature;
    t->verify_ask = queue_.Add(ask);
  }
  Advance();
}

void SignatureCheck::Fail(uint32_t id, CryptoFailure failure, std::string_view why) {
  if (!queue_.Close(id)) return;
  const Trial* t = TrialOf(id);
  const std::string what = t ? t->name : "SHA-256";
  Refusal refusal{Reason::kHostFailed, Text(what, ": Web Crypto failed: ", why), "", ""};
  if (failure == CryptoFailure::kUnsupported)
    refusal = {Reason::kUnsupportedAlgorithm,
               Text(what, ": this browser or runtime cannot check ",
                    t ? InfoOf(t->key.algorithm).name : "SHA-256",
                    " (Web Crypto lacks it); use a newer one, or Node"),
               std::string(t ? InfoOf(t->key.algorithm).name : "SHA-256"), "not supported"};
  else if (t && failure == CryptoFailure::kRefused && id == t->import_ask)
    refusal = {Reason::kMalformedKey, Text(what, ": Web Crypto does not take this key: ", why), "",
               ""};
  if (t)
    TrialOf(id)->problem = std::move(refusal);
  else
    outcome_.refusal = std::move(refusal);
  Advance();
}

void SignatureCheck::Advance() {
  if (queue_.empty() && !done_) Conclude();
}

// Why no key made the signature.
Refusal SignatureCheck::NotGood() const {
  // A key that could not be tried may be the one.
  for (const Trial& t : trials_)
    if (t.problem) return *t.problem;
  const Material& material = outcome_.bundle->material;
  const bool by_certificate = material.kind != Material::Kind::kPublicKey;
  const std::string keys =
      trials_.size() == 1 ? trials_[0].name : Text("any of ", trials_.size(), " keys");
  return {
      Reason::kBadSignature,
      Text("the signature is not by ", keys, " over these bytes",
           by_certificate ? "; the bundle names a certificate, so a root or an identity is "
                            "needed to check it, not a key"
                          : ""),
      Text("a signature by ", trials_[0].key.algorithm == Algorithm::kEd25519 ? "" : "ECDSA ",
           InfoOf(trials_[0].key.algorithm).name, " key sha256:", hash::ToHex(trials_[0].key.id)),
      ""};
}

void SignatureCheck::Conclude() {
  done_ = true;
  if (outcome_.refusal) return;
  const auto good =
      std::find_if(trials_.begin(), trials_.end(), [](const Trial& t) { return t.good; });
  if (good == trials_.end()) return Refuse(NotGood());
  outcome_.signer = Signer{"key", hash::ToHex(good->key.id), ""};
  const Bundle& bundle = *outcome_.bundle;
  if (bundle.envelope) {
    auto statement = ParseStatement(bundle.envelope->payload);
    if (!statement) return Refuse(statement.refusal());
    outcome_.statement = std::move(*statement);
    return;
  }
  // The claim beside the signature, which others may rely on.
  const MessageSignature& message = *bundle.message;
  const hash::Digest& actual = outcome_.artifact_sha256;
  if (message.digest_algorithm == "SHA2_256" &&
      !std::equal(actual.begin(), actual.end(), message.digest.begin(), message.digest.end()))
    Refuse({Reason::kMalformedBundle, "\"messageDigest\" is not that of the signed bytes",
            hash::ToHex(actual), Hex(message.digest)});
}

}  // namespace leafsum::trust
