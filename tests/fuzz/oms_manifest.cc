// Predicates of model signatures: what is taken names files below the model, each once, and the
// core takes it as it is. The subject's digest is made right, so that every other rule is reached.
#include "trust/oms_manifest.h"

#include "evidence/file_manifest.h"
#include "fuzz/fuzz.h"
#include "hash/sha256.h"
#include "trust/document.h"
#include "trust/limits.h"
#include "trust/oms_name.h"

namespace leafsum::fuzz {
namespace {

ByteVector RootOf(const JsonValue& predicate) {
  const auto hash = hash::MakePortableSha256();
  if (const JsonValue* list = predicate.Find("resources"); list && list->AsArray())
    for (const JsonValue& one : *list->AsArray())
      if (const JsonValue* digest = one.Find("digest"); digest && digest->AsString())
        if (const auto bytes = ParseHex(*digest->AsString())) hash->Update(*bytes);
  const hash::Digest root = hash->Finish();
  return {root.begin(), root.end()};
}

}  // namespace

void Run(Bytes input) {
  auto predicate = trust::ParseDocument(input, "the predicate", trust::kMaxBundleBytes);
  if (!predicate) {
    FUZZ_CHECK(!predicate.refusal().message.empty());
    return;
  }
  trust::Statement statement;
  statement.predicate_type = trust::kOmsPredicateType;
  statement.subjects.push_back({"model", {{"sha256", RootOf(*predicate)}}});
  statement.predicate = *predicate;
  const auto manifest = trust::ReadOmsManifest(statement);
  if (!manifest) {
    FUZZ_CHECK(!manifest.refusal().message.empty());
    return;
  }
  FUZZ_CHECK(!manifest->files.empty());
  const auto read = evidence::ParseFileManifest(trust::WriteFileManifest(*manifest));
  FUZZ_CHECK(read);
  FUZZ_CHECK(read->files.size() == manifest->files.size());
  for (size_t i = 0; i < read->files.size(); ++i) {
    const evidence::SignedFile& file = read->files[i];
    FUZZ_CHECK(trust::UnsafePath(file.path).empty() || (file.path == "." && i == 0));
    FUZZ_CHECK(file.digests == manifest->files[i].digests && !file.digests.empty());
    FUZZ_CHECK(file.nbytes == manifest->files[i].nbytes);
    FUZZ_CHECK(i == 0 || read->files[i - 1].path < file.path);
    FUZZ_CHECK(read->Find(file.path) == &file);
    const auto& ignore = manifest->ignore;
    FUZZ_CHECK(std::find(ignore.begin(), ignore.end(), read->IgnoredBy(file.path)) == ignore.end());
  }
}

}  // namespace leafsum::fuzz
