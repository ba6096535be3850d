#include "evidence/lock_signature.h"

#include <algorithm>

#include "base/text.h"
#include "evidence/fingerprint.h"

namespace leafsum::evidence {
namespace {

std::string TextOf(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.Find(name);
  return member && member->AsString() ? *member->AsString() : std::string();
}

report::Finding Found(std::string_view reason, std::string_view message,
                      const std::string& expected, const std::string& actual) {
  report::Finding f(report::Code::kSignature);
  f.message = Text(reason, ": ", message);
  if (!expected.empty()) f.expected = expected;
  if (!actual.empty()) f.actual = actual;
  return f;
}

}  // namespace

Result<LockSignature> ParseLockSignature(const JsonValue& value) {
  const Error bad{
      ErrorCode::kInvalid, "option \"signature\": not the form of lock_signature.h", {}, "", ""};
  const JsonValue *findings = value.Find("findings"), *revoked = value.Find("revoked");
  if (!findings || !findings->AsArray() || !revoked || !revoked->AsStringArray()) return bad;
  LockSignature out;
  out.signed_by = TextOf(value, "signed_by");
  out.revoked = *revoked->AsStringArray();
  if (const JsonValue* claims = value.Find("claims")) {
    const JsonValue *leaves = claims->Find("leaves"), *nbytes = claims->Find("nbytes");
    if (!leaves || !leaves->AsUint() || !nbytes || !nbytes->AsUint()) return bad;
    out.fingerprint = TextOf(*claims, "fingerprint");
    out.leaves = *leaves->AsUint();
    out.nbytes = *nbytes->AsUint();
    out.signed_at = TextOf(*claims, "signed_at");
  }
  for (const JsonValue& one : *findings->AsArray()) {
    const std::string reason = TextOf(one, "reason");
    if (reason.empty()) return bad;
    out.findings.push_back(
        Found(reason, TextOf(one, "message"), TextOf(one, "expected"), TextOf(one, "actual")));
  }
  return out;
}

bool IsSigned(LockSignature& signature, const Lockfile& lockfile) {
  const std::string fingerprint =
      lockfile.fingerprint ? CheckpointText(*lockfile.fingerprint) : std::string("none");
  uint64_t leaves = 0, nbytes = 0;
  for (const ItemRecord& item : lockfile.items)
    for (const LeafRecord& leaf : item.leaves) {
      leaves += leaf.has_content;
      nbytes += leaf.nbytes;
    }
  const auto differs = [&](std::string_view what, const std::string& said,
                           const std::string& actual) {
    if (said != actual)
      signature.findings.push_back(Found(
          "wrong-predicate",
          Text("the signed statement has another ", what, " than the lockfile that it is about"),
          said, actual));
  };
  if (signature.fingerprint) {
    differs("fingerprint", *signature.fingerprint, fingerprint);
    differs("number of leaves", Text(signature.leaves), Text(leaves));
    differs("number of bytes", Text(signature.nbytes), Text(nbytes));
  }
  const auto& revoked = signature.revoked;
  if (std::find(revoked.begin(), revoked.end(), fingerprint) != revoked.end())
    signature.findings.push_back(
        Found("revoked", "the policy has revoked this fingerprint", "", fingerprint));
  return !signature.signed_by.empty() && signature.findings.empty();
}

}  // namespace leafsum::evidence
