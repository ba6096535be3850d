#include "bindings/crypto_host.h"

namespace leafsum::bindings {

using trust::CryptoAsk;
using trust::CryptoFailure;
using trust::CryptoKind;

val CryptoHost::Start(const std::vector<CryptoAsk>& asks) {
  val out = val::array();
  for (size_t i = 0; i < asks.size(); ++i) {
    kinds_[asks[i].id] = asks[i].kind;
    val one = val::object();
    one.set("id", asks[i].id);
    one.set("promise", Promise(asks[i]));
    out.set(i, one);
  }
  return out;
}

// Web Crypto copies its input before it returns, so views are enough.
val CryptoHost::Promise(const CryptoAsk& ask) {
  const std::string algorithm(trust::InfoOf(ask.algorithm).name);
  const auto key = keys_.find(ask.key);
  const val handle = key == keys_.end() ? val::undefined() : key->second;
  switch (ask.kind) {
    case CryptoKind::kDigest:
      return functions_.call<val>("digest", View(ask.data));
    case CryptoKind::kImportKey:
      return functions_.call<val>("importKey", algorithm, ask.is_private, View(ask.data));
    case CryptoKind::kVerify:
      return functions_.call<val>("verify", algorithm, handle, View(ask.signature), View(ask.data));
    case CryptoKind::kSign:
      return functions_.call<val>("sign", algorithm, handle, View(ask.data));
  }
  return val::undefined();
}

ByteVector CryptoHost::Answer(uint32_t id, const val& value) {
  const auto kind = kinds_.find(id);
  if (kind == kinds_.end()) return {};
  switch (kind->second) {
    case CryptoKind::kVerify:
      // Nothing but true itself is a good signature.
      return {static_cast<uint8_t>(value.isTrue() ? 1 : 0)};
    case CryptoKind::kImportKey:
      keys_.insert_or_assign(id, value["key"]);
      return CopyIn(value["spki"]);
    case CryptoKind::kDigest:
    case CryptoKind::kSign:
      break;
  }
  return CopyIn(value);
}

CryptoFailure ParseCryptoFailure(const std::string& kind) {
  if (kind == "unsupported") return CryptoFailure::kUnsupported;
  if (kind == "refused") return CryptoFailure::kRefused;
  return CryptoFailure::kBroken;
}

}  // namespace leafsum::bindings
