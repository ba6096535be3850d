#include "trust/lockfile_statement.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/document.h"

namespace leafsum::trust {
namespace {

uint64_t NeedCount(DocumentReader& r, const JsonValue& predicate, std::string_view name) {
  const JsonValue* member = r.Need(&predicate, name);
  if (!member) return 0;
  if (const auto n = member->AsUint(); n && *n < kMaxSafeInteger) return *n;
  r.Fail(Text(ShortText(name), " must be an integer from 0 to 2^53 - 1"), "integer",
         member->TypeName());
  return 0;
}

}  // namespace

bool IsTime(std::string_view t) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (t.size() != kForm.size()) return false;
  for (size_t i = 0; i < t.size(); ++i)
    if (kForm[i] == '0' ? t[i] < '0' || t[i] > '9' : t[i] != kForm[i]) return false;
  const auto number = [&](size_t at) { return (t[at] - '0') * 10 + (t[at + 1] - '0'); };
  const int year = number(0) * 100 + number(2), month = number(5), day = number(8);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  if (day > kDays[month - 1] + (month == 2 && leap)) return false;
  return number(11) < 24 && number(14) < 60 && number(17) < 60;
}

OrRefusal<LockfileClaims> ReadLockfileClaims(const Statement& statement) {
  DocumentReader r("the signed statement", Reason::kMalformedStatement);
  if (statement.predicate_type != kLockfilePredicate)
    r.FailAs(Reason::kUnknownStatement, "it is about something else than a lockfile",
             kLockfilePredicate, ShortText(statement.predicate_type));
  if (statement.subjects.size() != 1)
    r.Fail("it must be about one lockfile", "one subject", Text(statement.subjects.size()));
  LockfileClaims out;
  const JsonValue& predicate = statement.predicate;
  out.fingerprint = r.NeedText(&predicate, "fingerprint");
  out.leaves = NeedCount(r, predicate, "leaves");
  out.nbytes = NeedCount(r, predicate, "nbytes");
  out.signed_at = r.NeedText(&predicate, "signed_at");
  if (r.ok() && !IsTime(out.signed_at))
    r.Fail("\"signed_at\" must be a time in UTC", "2026-11-30T12:00:00Z", ShortText(out.signed_at));
  if (!r.ok()) return r.TakeRefusal();
  return out;
}

std::string WriteLockfileStatement(std::string_view name, const hash::Digest& sha256,
                                   const LockfileClaims& claims) {
  return Text(R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":)", JsonString(name),
              R"(,"digest":{"sha256":")", hash::ToHex(sha256), R"("}}],"predicateType":")",
              kLockfilePredicate, R"(","predicate":{"fingerprint":)",
              JsonString(claims.fingerprint), ",\"leaves\":", claims.leaves,
              ",\"nbytes\":", claims.nbytes, ",\"signed_at\":", JsonString(claims.signed_at), "}}");
}

}  // namespace leafsum::trust
