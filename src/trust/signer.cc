#include "trust/signer.h"

#include <algorithm>

#include "base/text.h"
#include "trust/document.h"

namespace leafsum::trust {
namespace {

constexpr std::string_view kIdentity = "identity ", kBy = " by ";

// The issuer is a URL: of several " by " the last one is ours.
std::optional<Signer> ParseIdentity(std::string_view text) {
  if (text.substr(0, kIdentity.size()) != kIdentity) return std::nullopt;
  text.remove_prefix(kIdentity.size());
  const size_t by = text.rfind(kBy);
  if (by == 0 || by == text.npos) return std::nullopt;
  const std::string_view issuer = text.substr(by + kBy.size());
  if (issuer.empty() || issuer.find_first_of(" \t\r\n") != issuer.npos) return std::nullopt;
  return Signer{"identity", std::string(text.substr(0, by)), std::string(issuer)};
}

bool IsKeyId(std::string_view text) {
  const auto bytes = ParseHex(text);
  return bytes && bytes->size() == 32;
}

bool IsOne(std::string_view required, const Signer& signer) {
  if (signer.has_key()) return required == signer.id;
  const auto wanted = ParseIdentity(required);
  return wanted && wanted->id == signer.id && wanted->issuer == signer.issuer;
}

}  // namespace

std::string NameOf(const Signer& signer) {
  if (signer.kind == "key") return "key sha256:" + signer.id;
  return Text(signer.kind, " ", signer.id, signer.issuer.empty() ? "" : kBy, signer.issuer);
}

std::string NotASigner(const std::vector<std::string>& required) {
  for (const std::string& one : required)
    if (!IsKeyId(one) && !ParseIdentity(one))
      return Text("the signer ", ShortText(one),
                  " is neither SHA-256 of a key (of its DER, in hex) nor \"identity I by U\"");
  return "";
}

std::optional<Refusal> JudgeRequired(const std::vector<std::string>& required,
                                     const Signer& signer) {
  if (required.empty() || std::any_of(required.begin(), required.end(),
                                      [&](const auto& one) { return IsOne(one, signer); }))
    return std::nullopt;
  return Refusal{Reason::kUnknownSigner, "a good signature, but by another signer",
                 Text(IsKeyId(required[0]) ? "sha256:" : "", required[0]), NameOf(signer)};
}

std::optional<Refusal> OtherThanSeen(const Bundle& bundle, const std::optional<ByteVector>& seen) {
  if (bundle.envelope ? seen && *seen == bundle.envelope->payload : !seen) return std::nullopt;
  return Refusal{Reason::kMalformedBundle,
                 "two programs that read this bundle see different things signed", "", ""};
}

}  // namespace leafsum::trust
