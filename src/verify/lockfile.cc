// The strict reader. Evidence that can be read in two ways is no evidence, so whatever is not
// exactly as design.md §4 and §10.16-10.19 have it is refused, each rule with its own message.
#include "verify/lockfile.h"

#include <algorithm>
#include <initializer_list>

#include "base/checked.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "base/text.h"
#include "hash/blake3.h"
#include "orbax/tree_metadata.h"
#include "report/printable.h"
#include "verify/digest_json.h"
#include "verify/fingerprint.h"
#include "zarr/data_type.h"

namespace leafsum::verify {
namespace {

using report::Clipped;
constexpr uint64_t kVersion = 1;

std::string Quoted(std::string_view text) { return JsonString(Clipped(text)); }

// dtypes whose content is a row of bytes without shape (design.md §2).
bool IsShapeless(std::string_view dtype) {
  return dtype == "string" || dtype == "json" || dtype == "proto" || dtype == "bytes";
}

// One object of the document. The first failure sticks, like ByteReader's: readers read straight
// down.
class Reader {
 public:
  bool ok() const { return !error_; }
  Error TakeError() { return std::move(*error_); }
  // "item "state"", "leaf state:/params/w": where the next messages are; "" for the document
  // itself.
  void SetPlace(std::string place) { place_ = std::move(place); }

  void Fail(const std::string& message, std::string expected = {}, std::string actual = {},
            ErrorCode code = ErrorCode::kInvalid) {
    if (error_) return;
    error_ = Error{code, "lockfile: " + (place_.empty() ? "" : place_ + ": ") + message,
                   std::nullopt, std::move(expected), std::move(actual)};
  }

  // An object with no member but these, each at most once.
  bool Object(const JsonValue& value, std::string_view what,
              std::initializer_list<std::string_view> names) {
    const JsonValue::Object* object = value.AsObject();
    if (!object) {
      Fail(Phrase(what) + " must be an object", "object", std::string(value.TypeName()));
      return false;
    }
    uint32_t seen = 0;
    for (const auto& [name, member] : *object) {
      const auto* known = std::find(names.begin(), names.end(), name);
      if (known == names.end()) {
        Fail("unknown member " + Quoted(name));
        return false;
      }
      const uint32_t bit = 1u << (known - names.begin());
      if (seen & bit) {
        Fail("duplicate member " + Quoted(name));
        return false;
      }
      seen |= bit;
    }
    return ok();
  }

  const JsonValue* Need(const JsonValue& object, std::string_view name) {
    const JsonValue* member = object.Find(name);
    if (!member) Fail("member " + Quoted(name) + " is missing");
    return member;
  }

  std::string Text(const JsonValue& value, std::string_view name) {
    if (const std::string* text = value.AsString()) return *text;
    Fail(Quoted(name) + " must be a string", "string", std::string(value.TypeName()));
    return {};
  }
  std::string NeedText(const JsonValue& object, std::string_view name) {
    const JsonValue* member = Need(object, name);
    return member ? Text(*member, name) : std::string();
  }

  uint64_t Integer(const JsonValue& value, std::string_view name) {
    if (auto n = value.AsUint(); n && *n < kMaxSafeInteger) return *n;
    if (auto d = value.AsDouble(); d && *d >= static_cast<double>(kMaxSafeInteger))
      Fail(Quoted(name) + " has an integer of 2^53 or more", "below 9007199254740992", {},
           ErrorCode::kLimit);
    else
      Fail(Quoted(name) + " must hold integers of at least 0", "integer",
           d ? "another number" : std::string(value.TypeName()));
    return 0;
  }
  std::vector<uint64_t> Integers(const JsonValue& value, std::string_view name) {
    std::vector<uint64_t> out;
    const JsonValue::Array* array = value.AsArray();
    if (!array) {
      Fail(Quoted(name) + " must be an array", "array", std::string(value.TypeName()));
      return out;
    }
    for (const JsonValue& element : *array) {
      out.push_back(Integer(element, name));
      if (!ok()) break;
    }
    return out;
  }

  hash::Digest Digest(const JsonValue& value, std::string_view name,
                      std::optional<hash::Digest> (*parse)(std::string_view), const char* form) {
    const std::string text = Text(value, name);
    if (!ok()) return {};
    if (auto digest = parse(text)) return *digest;
    Fail(Quoted(name) + " must be " + form, form, Clipped(text));
    return {};
  }
  ByteVector Base64Bytes(const JsonValue& value, std::string_view name) {
    const std::string text = Text(value, name);
    if (!ok()) return {};
    if (auto bytes = ParseBase64(text)) return std::move(*bytes);
    Fail(Quoted(name) + " is not base64 (RFC 4648, section 4, padded)", "base64",
         Clipped(text, 40));
    return {};
  }

 private:
  std::string place_;
  std::optional<Error> error_;
};

constexpr char kHexForm[] = "64 hex digits in lower case";
constexpr char kBlake3Form[] = "\"blake3:\" and 64 hex digits in lower case";
constexpr char kLeafsumForm[] = "\"leafsum1:\" and 64 hex digits in lower case";

// dtype, shape, nbytes and value type agree with each other; empty nodes have nothing else.
void CheckKind(Reader& r, const LeafRecord& leaf) {
  if (orbax::IsEmptyValueType(leaf.dtype) || orbax::IsEmptyValueType(leaf.value_type)) {
    if (leaf.dtype != leaf.value_type)
      r.Fail("an empty node has its value type as dtype", Quoted(leaf.value_type),
             Quoted(leaf.dtype));
    if (leaf.has_content) r.Fail("an empty node has no digest");
    if (leaf.shape) r.Fail("an empty node has the shape null");
    if (leaf.nbytes != 0) r.Fail("an empty node has no bytes", "0", Phrase(leaf.nbytes));
    return;
  }
  if (!leaf.has_content) r.Fail("member \"digest\" is missing");
  if (IsShapeless(leaf.dtype)) {
    if (leaf.shape) r.Fail("dtype " + Quoted(leaf.dtype) + " has the shape null");
    return;
  }
  const std::optional<uint32_t> itemsize = zarr::ItemsizeOf(leaf.dtype);
  if (!itemsize) {
    r.Fail("unknown dtype " + Quoted(leaf.dtype), {}, {}, ErrorCode::kUnsupported);
    return;
  }
  if (!leaf.shape) {
    r.Fail("an array of dtype " + Quoted(leaf.dtype) + " has a shape", "array", "null");
    return;
  }
  std::optional<uint64_t> expected = CheckedProduct(*leaf.shape);
  if (expected) expected = CheckedMul(*expected, *itemsize);
  if (!expected)
    r.Fail("product(shape) * itemsize is 2^64 or more", {}, {}, ErrorCode::kLimit);
  else if (*expected != leaf.nbytes)
    r.Fail("\"nbytes\" is not product(shape) * itemsize", Phrase(*expected),
           Phrase(leaf.nbytes));
}

void ReadDigest(Reader& r, const JsonValue& value, LeafRecord& leaf) {
  if (!r.Object(value, "\"digest\"", {"blake3", "sha256"})) return;
  if (const JsonValue* blake3 = r.Need(value, "blake3"))
    leaf.blake3 = r.Digest(*blake3, "blake3", ParseDigestHex, kHexForm);
  if (const JsonValue* sha256 = value.Find("sha256"))
    leaf.sha256 = r.Digest(*sha256, "sha256", ParseDigestHex, kHexForm);
}

void ReadBlocks(Reader& r, const JsonValue& value, LeafRecord& leaf) {
  const uint64_t count = hash::BlockCount(leaf.nbytes);
  if (count == 0) {
    r.Fail("\"blocks\" on content of 4 MiB or less");
    return;
  }
  leaf.blocks = r.Base64Bytes(value, "blocks");
  if (!r.ok()) return;
  // nbytes is below 2^53, so this cannot overflow.
  if (leaf.blocks.size() != count * hash::kBlockValueSize)
    r.Fail("\"blocks\" must have 32 bytes for every 4 MiB begun",
           Phrase(count * hash::kBlockValueSize) + " bytes",
           Phrase(leaf.blocks.size()) + " bytes");
  else if (hash::Digest merged = hash::MergeBlocks(leaf.blocks); merged != leaf.blake3)
    r.Fail("\"blocks\" do not merge into the leaf's digest", hash::ToHex(*leaf.blake3),
           hash::ToHex(merged));
}

// What only leaves with content have; `leaf` is known to be consistent so far.
void ReadOptional(Reader& r, const JsonValue& value, LeafRecord& leaf) {
  const bool is_array = leaf.shape.has_value();
  for (const char* name : {"stored", "chunks"})
    if (value.Find(name) && !is_array) r.Fail(Quoted(name) + " on a leaf that is no array");
  for (const char* name : {"blocks", "prng_impl"})
    if (value.Find(name) && !leaf.has_content) r.Fail(Quoted(name) + " on an empty node");
  if (!r.ok()) return;
  if (const JsonValue* stored = value.Find("stored"))
    leaf.stored = r.Digest(*stored, "stored", ParseBlake3Text, kBlake3Form);
  if (const JsonValue* blocks = value.Find("blocks")) ReadBlocks(r, *blocks, leaf);
  if (const JsonValue* chunks = value.Find("chunks")) {
    leaf.has_chunks = true;
    leaf.chunks = r.Base64Bytes(*chunks, "chunks");
    if (leaf.chunks.size() % sizeof(hash::Digest) != 0)
      r.Fail("\"chunks\" must have 32 bytes for every chunk", "a multiple of 32 bytes",
             Phrase(leaf.chunks.size()) + " bytes");
  }
  if (const JsonValue* types = value.Find("key_types")) {
    leaf.key_types = r.Integers(*types, "key_types");
    for (uint64_t type : *leaf.key_types)
      if (type != 1 && type != 2)
        r.Fail("\"key_types\" holds an unknown key type", "1 or 2", Phrase(type));
    if (leaf.key_types->size() != leaf.key_path.size())
      r.Fail("\"key_types\" must have one number for each element of the key path",
             Phrase(leaf.key_path.size()), Phrase(leaf.key_types->size()));
  }
  if (const JsonValue* impl = value.Find("prng_impl")) {
    leaf.prng_impl = r.Text(*impl, "prng_impl");
    if (leaf.dtype != "uint32")
      r.Fail("\"prng_impl\" on a leaf that is not uint32", "\"uint32\"", Quoted(leaf.dtype));
  }
}

LeafRecord ReadLeaf(Reader& r, const JsonValue& value, const std::string& item, size_t index) {
  LeafRecord leaf;
  r.SetPlace("leaf " + Phrase(index) + " of item " + Quoted(item));
  const JsonValue* key_path = value.Find("key_path");
  std::optional<orbax::KeyPath> path = key_path ? key_path->AsStringArray() : std::nullopt;
  if (path) r.SetPlace("leaf " + Clipped(LeafName(item, *path)));
  if (!r.Object(value, "a leaf",
                {"key_path", "value_type", "dtype", "shape", "nbytes", "digest", "stored", "blocks",
                 "chunks", "key_types", "prng_impl"}) ||
      !r.Need(value, "key_path"))
    return leaf;
  if (!path) {
    r.Fail("\"key_path\" must be an array of strings");
    return leaf;
  }
  leaf.key_path = std::move(*path);
  leaf.value_type = r.NeedText(value, "value_type");
  if (r.ok() && leaf.value_type.empty()) r.Fail("\"value_type\" must not be empty");
  leaf.dtype = r.NeedText(value, "dtype");
  if (const JsonValue* shape = r.Need(value, "shape"); shape && !shape->is_null())
    leaf.shape = r.Integers(*shape, "shape");
  if (const JsonValue* nbytes = r.Need(value, "nbytes")) leaf.nbytes = r.Integer(*nbytes, "nbytes");
  const JsonValue* digest = value.Find("digest");
  leaf.has_content = digest != nullptr;
  if (digest) ReadDigest(r, *digest, leaf);
  if (r.ok()) CheckKind(r, leaf);
  if (r.ok()) ReadOptional(r, value, leaf);
  return leaf;
}

ItemRecord ReadItem(Reader& r, const std::string& name, const JsonValue& value) {
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
  const auto follows = ItemFingerprint(item);
  if (!follows || *follows != said)
    r.Fail("\"fingerprint\" does not follow from the item's leaves",
           follows ? Blake3Text(*follows) : "null", Blake3Text(said));
  return item;
}

void ReadSource(Reader& r, const JsonValue& value, Lockfile& lockfile) {
  r.SetPlace("\"source\"");
  if (!r.Object(value, "it", {"step", "commit_timestamp_nsecs"})) return;
  if (const JsonValue* step = value.Find("step")) lockfile.step = r.Integer(*step, "step");
  if (const JsonValue* time = value.Find("commit_timestamp_nsecs")) {
    const std::string text = r.Text(*time, "commit_timestamp_nsecs");
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

void ReadDocument(Reader& r, const JsonValue& root, Lockfile& lockfile) {
  // The version first: a later one may have any other members.
  if (root.AsObject()) {
    const JsonValue* version = r.Need(root, "leafsum");
    if (!version) return;
    const uint64_t number = r.Integer(*version, "leafsum");
    if (r.ok() && number != kVersion)
      r.Fail("unknown version " + Phrase(number), Phrase(kVersion),
             Phrase(number), ErrorCode::kUnsupported);
    if (!r.ok()) return;
  }
  if (!r.Object(root, "the document", {"leafsum", "fingerprint", "items", "source"})) return;
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
  if (const JsonValue* source = root.Find("source"); source && r.ok())
    ReadSource(r, *source, lockfile);
}

}  // namespace

Result<Lockfile> ParseLockfile(Bytes text) {
  Reader r;
  // Legal in no JSON text, but a lenient parser may end at the one and skip the other.
  if (AsText(text).substr(0, 3) == "\xef\xbb\xbf") r.Fail("begins with a byte order mark");
  if (std::find(text.begin(), text.end(), 0) != text.end()) r.Fail("holds a NUL byte");
  if (!r.ok()) return r.TakeError();
  auto document = ParseJson(text, {.any_number_of_values = true});
  if (!document) return document.error().Prefixed("lockfile");
  Lockfile lockfile;
  ReadDocument(r, document->root, lockfile);
  // Every object was looked at above, where the place is known; this one is for what was not
  // foreseen.
  if (!document->duplicate_members.empty())
    r.Fail("duplicate member " + Quoted(document->duplicate_members.front()));
  if (!r.ok()) return r.TakeError();
  return lockfile;
}

}  // namespace leafsum::verify
