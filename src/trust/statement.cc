#include "trust/statement.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "trust/document.h"
#include "trust/limits.h"

namespace leafsum::trust {
namespace {

constexpr std::string_view kStatementV1 = "https://in-toto.io/Statement/v1";

Subject ReadSubject(DocumentReader& r, const JsonValue& value) {
  Subject subject;
  if (!value.AsObject()) return r.Fail("a subject must be an object"), subject;
  // in-toto leaves names out where they mean nothing.
  if (const JsonValue* name = r.Find(&value, "name")) subject.name = r.TextOf(*name, "name");
  const JsonValue* digest = r.NeedObject(&value, "digest");
  if (!digest) return subject;
  for (const auto& [algorithm, hex] : *digest->AsObject()) {
    subject.digests.emplace_back(algorithm, r.HexOf(hex, algorithm));
    if (!r.ok()) return subject;
  }
  if (subject.digests.empty()) r.Fail("a subject has no digest");
  return subject;
}

}  // namespace

const ByteVector* Subject::Find(std::string_view algorithm) const {
  for (const auto& [known, digest] : digests)
    if (known == algorithm) return &digest;
  return nullptr;
}

OrRefusal<Statement> ParseStatement(Bytes payload) {
  constexpr std::string_view kWhat = "the signed statement";
  auto root = ParseDocument(payload, kWhat, kMaxBundleBytes);
  if (!root) {
    Refusal refusal = root.refusal();
    if (refusal.reason == Reason::kNotJson) refusal.reason = Reason::kMalformedStatement;
    return refusal;
  }
  DocumentReader r(kWhat, Reason::kMalformedStatement);
  Statement statement;
  if (!root->AsObject()) r.Fail("it must be an object", "object", root->TypeName());
  const std::string type = r.NeedText(&*root, "_type");
  if (r.ok() && type != kStatementV1)
    r.FailAs(Reason::kUnknownStatement, "it is no in-toto Statement v1", kStatementV1,
             ShortText(type));
  statement.predicate_type = r.NeedText(&*root, "predicateType");
  const JsonValue::Array& subjects = r.NeedArray(&*root, "subject");
  if (subjects.empty()) r.Fail("it is about nothing: \"subject\" is empty");
  if (subjects.size() > kMaxSubjects)
    r.FailAs(Reason::kTooLarge, "too many subjects", Text("at most ", kMaxSubjects),
             Text(subjects.size()));
  for (const JsonValue& one : subjects) {
    if (!r.ok()) break;
    statement.subjects.push_back(ReadSubject(r, one));
  }
  if (r.ok()) {
    std::vector<std::string_view> names;
    names.reserve(statement.subjects.size());
    for (const Subject& s : statement.subjects) names.push_back(s.name);
    StableSort(names, std::less<std::string_view>());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end()) r.Fail(Text("two subjects have the name ", ShortText(*twice)));
  }
  if (const JsonValue* predicate = r.NeedObject(&*root, "predicate"))
    statement.predicate = *predicate;
  if (!r.ok()) return r.TakeRefusal();
  return statement;
}

}  // namespace leafsum::trust
