#include "trust/signing.h"

#include <algorithm>

#include "base/text.h"
#include "trust/dsse.h"
#include "trust/ecdsa_signature.h"

namespace leafsum::trust {

Signing::Signing(Given given) : given_(std::move(given)) {
  auto key = ParsePkcs8(given_.pkcs8, given_.key_name);
  if (!key) {
    Refuse(key.refusal());
    return;
  }
  key_ = std::move(*key);
  CryptoAsk import;
  import.kind = CryptoKind::kImportKey;
  import.algorithm = key_->algorithm;
  import.is_private = true;
  import.data = key_->pkcs8;
  import_ask_ = queue_.Add(import);
  CryptoAsk digest;
  digest.data = given_.lockfile.bytes;
  digest_ask_ = queue_.Add(digest);
}

void Signing::Refuse(Refusal refusal) {
  if (!refusal_) refusal_ = std::move(refusal);
  done_ = true;
}

void Signing::AskToSign() {
  if (key_id_.empty() || sign_ask_ != 0 || !queue_.empty() || done_) return;
  envelope_.payload_type = kInTotoType;
  envelope_.payload =
      ToVector(AsBytes(WriteLockfileStatement(given_.lockfile.name, sha256_, given_.claims)));
  message_ = PreAuthEncoding(envelope_.payload_type, envelope_.payload);
  CryptoAsk sign;
  sign.kind = CryptoKind::kSign;
  sign.algorithm = key_->algorithm;
  sign.key = import_ask_;
  sign.data = message_;
  sign_ask_ = queue_.Add(sign);
}

void Signing::Feed(uint32_t id, Bytes answer) {
  if (!queue_.Close(id)) return;
  const auto nonsense = [&] {
    Refuse(
        {Reason::kHostFailed, Text(given_.key_name, ": Web Crypto gave something else"), "", ""});
  };
  if (id == digest_ask_) {
    if (answer.size() != sha256_.size()) return nonsense();
    std::copy(answer.begin(), answer.end(), sha256_.begin());
  } else if (id == import_ask_) {
    const auto key = ParseSpki(answer, given_.key_name);
    if (!key || key->algorithm != key_->algorithm) return nonsense();
    key_id_ = hash::ToHex(key->id);
  } else {
    auto stored = StoredSignature(answer, key_->algorithm);
    if (!stored) return nonsense();
    envelope_.signature = std::move(*stored);
    bundle_ = WriteBundle(envelope_, key_id_);
    done_ = true;
  }
  AskToSign();
}

void Signing::Fail(uint32_t id, CryptoFailure failure, std::string_view why) {
  if (!queue_.Close(id)) return;
  const std::string& name = given_.key_name;
  if (failure == CryptoFailure::kUnsupported)
    return Refuse({Reason::kUnsupportedAlgorithm,
                   Text(name, ": this browser or runtime cannot sign with ",
                        InfoOf(key_->algorithm).name, " (Web Crypto lacks it)"),
                   std::string(InfoOf(key_->algorithm).name), "not supported"});
  if (failure == CryptoFailure::kRefused && id == import_ask_)
    return Refuse(
        {Reason::kMalformedKey, Text(name, ": Web Crypto does not take this key: ", why), "", ""});
  Refuse({Reason::kHostFailed, Text(name, ": Web Crypto failed: ", why), "", ""});
}

}  // namespace leafsum::trust
