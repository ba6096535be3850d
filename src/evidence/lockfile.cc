// The strict reader. Evidence that can be read in two ways is no evidence, so whatever differs from
// contract §4 and §10.16-10.19 is refused, each rule with its own message.
#include "evidence/lockfile.h"

#include <algorithm>

#include "base/json.h"
#include "base/sort.h"
#include "base/text.h"
#include "evidence/fingerprint.h"
#include "evidence/lockfile_leaf.h"
#include "kvstore/safe_path.h"
#include "report/printable.h"

namespace leafsum::evidence {
namespace {

using report::Clipped;

constexpr uint64_t kVersion = 1;
constexpr char kLeafsumForm[] = "\"leafsum1:\" and 64 hex digits in lower case";

ItemRecord ReadItem(StrictReader& r, const std::string& name, const JsonValue& value) {
  ItemRecord item{name, {}, false};
  const std::string place = "item " + Quoted(name);
  r.SetPlace(place);
  if (!r.Object(value, "an item", {"fingerprint", "leaves"})) return item;
  const JsonValue* fingerprint = r.Need(value, "fingerprint");
  const JsonValue* leaves = r.Need(value, "leaves");
  if (!fingerprint || !leaves) return item;
  const hash::Digest said = r.Digest(*fingerprint, "fingerprint", ParseBlake3Text, kBlake3Form);
  const JsonValue::Array* array = leaves->AsArray();
  if (!array)
    r.Fail("\"leaves\" must be an array", "array", std::string(leaves->TypeName()));
  else
    for (const JsonValue& leaf : *array) {
      if (!r.ok()) return item;
      item.leaves.push_back(ReadLeaf(r, leaf, name, item.leaves.size()));
    }
  if (!r.ok()) return item;

  r.SetPlace(place);
  auto less = [](const LeafRecord& a, const LeafRecord& b) {
    return orbax::KeyPathLess(a.key_path, b.key_path);
  };
  StableSort(item.leaves, less);
  for (size_t i = 1; i < item.leaves.size(); ++i)
    if (item.leaves[i - 1].key_path == item.leaves[i].key_path)
      r.Fail("duplicate leaf " + Clipped(orbax::ToJson(item.leaves[i].key_path)));
  if (!r.ok()) return item;
  // Key types are written for every item with `_METADATA` (contract §10.17).
  item.has_tree_metadata =
      std::any_of(item.leaves.begin(), item.leaves.end(),
                  [](const LeafRecord& leaf) { return leaf.key_types.has_value(); });
  const auto follows = ItemFingerprint(item);
  if (!follows || *follows != said)
    r.Fail("\"fingerprint\" does not follow from the item's leaves",
           follows ? Blake3Text(*follows) : "null", Blake3Text(said));
  return item;
}

void ReadFiles(StrictReader& r, const JsonValue& value, Lockfile& lockfile) {
  r.SetPlace("\"files\"");
  const JsonValue::Array* array = value.AsArray();
  if (!array) return r.Fail("\"files\" must be an array", "array", std::string(value.TypeName()));
  std::vector<FileRecord>& files = lockfile.files.emplace();
  files.reserve(array->size());
  for (const JsonValue& one : *array) {
    FileRecord& file = files.emplace_back();
    r.SetPlace(Text("file ", files.size() - 1, " of \"files\""));
    if (!r.Object(one, "a file", {"path", "nbytes", "digest"})) return;
    file.path = r.NeedText(one, "path");
    if (!r.ok()) return;
    r.SetPlace("file " + Clipped(Quoted(file.path)));
    if (!kvstore::IsSafePath(file.path))
      r.Fail(
          "\"path\" must be a path below the source: without \"..\", a root, a drive or a "
          "backslash");
    if (const JsonValue* nbytes = r.Need(one, "nbytes")) file.nbytes = r.Integer(*nbytes, "nbytes");
    const JsonValue* digest = r.Need(one, "digest");
    if (!r.ok()) return;
    file.blake3 = ReadBlake3Alone(r, *digest);
    if (!r.ok()) return;
  }
  SortByPath(files);
  for (size_t i = 1; i < files.size(); ++i)
    if (files[i - 1].path == files[i].path)
      return r.Fail("duplicate file " + Clipped(Quoted(files[i].path)));
  r.SetPlace("");
}

void ReadSource(StrictReader& r, const JsonValue& value, Lockfile& lockfile) {
  r.SetPlace("\"source\"");
  if (!r.Object(value, "it", {"step", "commit_timestamp_nsecs"})) return;
  if (const JsonValue* step = value.Find("step")) lockfile.step = r.Integer(*step, "step");
  if (const JsonValue* time = value.Find("commit_timestamp_nsecs")) {
    const std::string text = r.TextOf(*time, "commit_timestamp_nsecs");
    const bool is_decimal = !text.empty() && text.size() <= 20 &&
                            text.find_first_not_of("0123456789") == text.npos &&
                            (text[0] != '0' || text.size() == 1);
    if (!is_decimal)
      r.Fail("\"commit_timestamp_nsecs\" must be a decimal number in a string", "up to 20 digits",
             Clipped(text, 40));
    lockfile.commit_timestamp_nsecs = text;
  }
  r.SetPlace("");
}

void ReadDocument(StrictReader& r, const JsonValue& root, Lockfile& lockfile) {
  // The version comes first: a later version may have any members.
  if (root.AsObject()) {
    const JsonValue* version = r.Need(root, "leafsum");
    if (!version) return;
    const uint64_t number = r.Integer(*version, "leafsum");
    if (r.ok() && number != kVersion)
      r.Fail(Text("unknown version ", number), Text(kVersion), Text(number),
             ErrorCode::kUnsupported);
    if (!r.ok()) return;
  }
  if (!r.Object(root, "the document", {"leafsum", "fingerprint", "items", "files", "source"}))
    return;
  const JsonValue* fingerprint = r.Need(root, "fingerprint");
  const JsonValue* items = r.Need(root, "items");
  if (!fingerprint || !items) return;
  const hash::Digest said =
      r.Digest(*fingerprint, "fingerprint", ParseCheckpointText, kLeafsumForm);
  lockfile.fingerprint = said;
  const JsonValue::Object* object = items->AsObject();
  if (!object) {
    r.Fail("\"items\" must be an object", "object", std::string(items->TypeName()));
    return;
  }
  for (const auto& [name, item] : *object) {
    if (!r.ok()) return;
    lockfile.items.push_back(ReadItem(r, name, item));
  }
  if (!r.ok()) return;

  r.SetPlace("");
  StableSort(lockfile.items,
             [](const ItemRecord& a, const ItemRecord& b) { return a.name < b.name; });
  bool has_content = false;
  for (size_t i = 0; i < lockfile.items.size(); ++i) {
    if (i > 0 && lockfile.items[i - 1].name == lockfile.items[i].name)
      r.Fail("duplicate item " + Quoted(lockfile.items[i].name));
    for (const LeafRecord& leaf : lockfile.items[i].leaves) has_content |= leaf.has_content;
  }
  if (!has_content) r.Fail("no leaf has content, so there is nothing to compare with");
  if (!r.ok()) return;
  const auto follows = CheckpointFingerprint(lockfile.items);
  if (!follows || *follows != said)
    r.Fail("\"fingerprint\" does not follow from the items'",
           follows ? CheckpointText(*follows) : "null", CheckpointText(said));
  if (const JsonValue* files = root.Find("files"); files && r.ok()) ReadFiles(r, *files, lockfile);
  if (const JsonValue* source = root.Find("source"); source && r.ok())
    ReadSource(r, *source, lockfile);
}

}  // namespace

void SortByPath(std::vector<FileRecord>& files) {
  StableSort(files, [](const FileRecord& a, const FileRecord& b) { return a.path < b.path; });
}

Result<Lockfile> ParseLockfile(Bytes text) {
  StrictReader r("lockfile");
  // Neither a NUL nor a byte order mark is legal JSON, but a lenient parser may stop at the one and
  // skip the other.
  if (AsText(text).substr(0, 3) == "\xef\xbb\xbf") r.Fail("begins with a byte order mark");
  if (std::find(text.begin(), text.end(), 0) != text.end()) r.Fail("holds a NUL byte");
  if (!r.ok()) return r.TakeError();
  auto document = ParseJson(text, {.any_number_of_values = true});
  if (!document) return document.error().Prefixed("lockfile");
  Lockfile lockfile;
  ReadDocument(r, document->root, lockfile);
  // Every object was checked above, where the place is known. This check is for objects that were
  // not foreseen.
  if (!document->duplicate_members.empty())
    r.Fail("duplicate member " + Quoted(document->duplicate_members.front()));
  if (!r.ok()) return r.TakeError();
  return lockfile;
}

}  // namespace leafsum::evidence
