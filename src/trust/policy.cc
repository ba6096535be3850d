#include "trust/policy.h"

#include <algorithm>

#include "base/text.h"
#include "trust/document.h"
#include "trust/limits.h"
#include "trust/lockfile_statement.h"
#include "trust/pem.h"

namespace leafsum::trust {
namespace {

constexpr std::string_view kWhat = "the policy";

// The policy is written by its user alone: a member that is not known is a rule that would not be
// kept.
void Only(DocumentReader& r, const JsonValue& value, std::string_view what,
          std::initializer_list<std::string_view> names) {
  const JsonValue::Object* object = value.AsObject();
  if (!object) return r.Fail(Text(what, " must be an object"), "object", value.TypeName());
  for (const auto& [name, member] : *object)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return r.Fail(Text(what, " has no member ", ShortText(name)));
}

std::vector<std::string> Texts(DocumentReader& r, const JsonValue& object, std::string_view name) {
  std::vector<std::string> out;
  for (const JsonValue& one : r.NeedArray(&object, name)) {
    if (!r.ok()) break;
    out.push_back(r.TextOf(one, name));
  }
  return out;
}

std::string TimeOf(DocumentReader& r, const JsonValue& object, std::string_view name) {
  if (!object.Find(name)) return {};
  const std::string text = r.NeedText(&object, name);
  if (r.ok() && !IsTime(text))
    r.Fail(Text(ShortText(name), " must be a time in UTC"), "2026-11-30T12:00:00Z",
           ShortText(text));
  return text;
}

PolicySigner ReadSigner(DocumentReader& r, const JsonValue& value, size_t index) {
  PolicySigner out;
  const std::string what = Text("signer ", index);
  Only(r, value, what,
       {"name", "key", "identity", "issuer", "may_sign", "not_before", "not_after"});
  if (!r.ok()) return out;
  out.name = value.Find("name") ? r.NeedText(&value, "name") : what;
  if (value.Find("key")) {
    if (value.Find("identity") || value.Find("issuer"))
      r.Fail(Text(what, " has both a key and an identity"), "one of the two", "both");
    const std::string pem = r.NeedText(&value, "key");
    auto key = ParsePublicKeyPem(AsBytes(pem), Text(what, "'s key"));
    if (r.ok() && !key)
      r.FailAs(key.refusal().reason, key.refusal().message, key.refusal().expected,
               key.refusal().actual);
    if (key) out.key = std::move(*key);
  } else {
    out.identity = r.NeedText(&value, "identity");
    out.issuer = r.NeedText(&value, "issuer");
  }
  out.may_sign = Texts(r, value, "may_sign");
  if (r.ok() && out.may_sign.empty())
    r.Fail(Text(what, " may sign nothing: \"may_sign\" is empty"), "a name or a pattern", "none");
  out.not_before = TimeOf(r, value, "not_before");
  out.not_after = TimeOf(r, value, "not_after");
  if (!out.not_before.empty() && !out.not_after.empty() && out.not_after < out.not_before)
    r.Fail(Text(what, ": \"not_after\" is before \"not_before\""));
  return out;
}

std::vector<std::string> Digests(DocumentReader& r, const JsonValue& object, std::string_view name,
                                 std::string_view prefix) {
  std::vector<std::string> out;
  if (!object.Find(name)) return out;
  out = Texts(r, object, name);
  for (const std::string& one : out) {
    const bool fits = std::string_view(one).substr(0, prefix.size()) == prefix;
    const auto bytes = fits ? ParseHex(std::string_view(one).substr(prefix.size())) : std::nullopt;
    if (!bytes || bytes->size() != 32)
      r.Fail(Text(ShortText(name), " of \"revoked\" must hold SHA-256 or fingerprints"),
             Text(prefix, "64 hex digits in lower case"), ShortText(one));
  }
  return out;
}

// Why this rule does not let the signer sign; nothing if it does.
std::optional<Refusal> JudgeRule(const PolicySigner& rule, std::string_view name,
                                 std::string_view signed_at, std::string_view now) {
  if (std::none_of(rule.may_sign.begin(), rule.may_sign.end(),
                   [&](const std::string& p) { return MatchesPattern(p, name); }))
    return Refusal{Reason::kNotAllowed,
                   Text("by the policy ", ShortText(rule.name), " may not sign ", ShortText(name)),
                   ShortText(rule.may_sign[0]), ShortText(name)};
  for (const auto& [time, what] :
       {std::pair(signed_at, std::string_view("the signature says that it was made")),
        std::pair(now, std::string_view("the policy is asked"))}) {
    if (time.empty()) continue;
    const bool early = !rule.not_before.empty() && time < rule.not_before;
    const bool late = !rule.not_after.empty() && time > rule.not_after;
    if (!early && !late) continue;
    return Refusal{
        Reason::kOutsideValidity,
        Text(what, early ? " before " : " after ", "the policy trusts ", ShortText(rule.name)),
        early ? "not before " + rule.not_before : "not after " + rule.not_after,
        // No report has a clock in it.
        time == now ? "" : std::string(time)};
  }
  return std::nullopt;
}

}  // namespace

OrRefusal<Policy> ParsePolicy(Bytes text) {
  auto root = ParseDocument(text, kWhat, kMaxPolicyBytes);
  if (!root) return root.refusal();
  DocumentReader r(kWhat, Reason::kMalformedPolicy);
  Policy policy;
  const JsonValue* version = r.Need(&*root, "leafsum_policy");
  if (version && version->AsUint() != 1u)
    r.Fail("\"leafsum_policy\" is of a version that is not known", "1", "another");
  Only(r, *root, kWhat, {"leafsum_policy", "signers", "revoked"});
  const JsonValue::Array& signers = r.NeedArray(&*root, "signers");
  if (signers.size() > kMaxPolicySigners)
    r.FailAs(Reason::kTooLarge, "too many signers", Text("at most ", kMaxPolicySigners),
             Text(signers.size()));
  for (const JsonValue& one : signers) {
    if (!r.ok()) break;
    policy.signers.push_back(ReadSigner(r, one, policy.signers.size()));
  }
  if (const JsonValue* revoked = root->Find("revoked"); revoked && r.ok()) {
    Only(r, *revoked, "\"revoked\"", {"keys", "lockfiles", "fingerprints"});
    policy.revoked_keys = Digests(r, *revoked, "keys", "");
    policy.revoked_lockfiles = Digests(r, *revoked, "lockfiles", "");
    policy.revoked_fingerprints = Digests(r, *revoked, "fingerprints", "leafsum1:");
  }
  if (!r.ok()) return r.TakeRefusal();
  return policy;
}

std::optional<Refusal> JudgeSigner(const Policy& policy, const Signer& signer,
                                   std::string_view name, std::string_view signed_at,
                                   std::string_view now) {
  const auto& revoked = policy.revoked_keys;
  if (signer.has_key() && std::find(revoked.begin(), revoked.end(), signer.id) != revoked.end())
    return Refusal{Reason::kRevoked, "the policy has revoked the key that signed", "",
                   "sha256:" + signer.id};
  std::optional<Refusal> why;
  for (const PolicySigner& rule : policy.signers) {
    const bool is_theirs =
        signer.has_key() ? rule.key && hash::ToHex(rule.key->id) == signer.id
                         : !rule.key && rule.identity == signer.id && rule.issuer == signer.issuer;
    if (!is_theirs) continue;
    auto no = JudgeRule(rule, name, signed_at, now);
    if (!no) return std::nullopt;
    if (!why) why = std::move(no);
  }
  if (why) return why;
  return Refusal{Reason::kUnknownSigner, "the policy knows no such signer", "",
                 signer.has_key() ? "sha256:" + signer.id : ShortText(NameOf(signer))};
}

std::vector<NamedBytes> KeysOf(const Policy& policy) {
  std::vector<NamedBytes> out;
  for (const PolicySigner& signer : policy.signers)
    if (signer.key && out.size() < kMaxKeys)
      out.push_back({signer.name, ToVector(AsBytes(WritePem("PUBLIC KEY", signer.key->spki)))});
  return out;
}

bool MatchesPattern(std::string_view pattern, std::string_view name) {
  // On a mismatch the last star takes one more character: linear in name times pattern at worst.
  size_t p = 0, n = 0, star = pattern.npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace leafsum::trust
