#include "evidence/lockfile_leaf.h"

#include "base/checked.h"
#include "base/text.h"
#include "evidence/digest_json.h"
#include "evidence/fingerprint.h"
#include "hash/blake3.h"
#include "orbax/tree_metadata.h"
#include "report/printable.h"
#include "zarr/data_type.h"

namespace leafsum::evidence {
namespace {

using report::Clipped;

constexpr char kHexForm[] = "64 hex digits in lower case";

// The dtypes whose content is bytes without a shape (contract §2).
bool IsShapeless(std::string_view dtype) {
  return dtype == "string" || dtype == "json" || dtype == "proto" || dtype == "bytes";
}

// Checks that dtype, shape, nbytes and value type agree with each other, and that an empty node has
// nothing else.
void CheckKind(StrictReader& r, const LeafRecord& leaf) {
  if (orbax::IsEmptyValueType(leaf.dtype) || orbax::IsEmptyValueType(leaf.value_type)) {
    if (leaf.dtype != leaf.value_type)
      r.Fail("an empty node has its value type as dtype", Quoted(leaf.value_type),
             Quoted(leaf.dtype));
    if (leaf.has_content) r.Fail("an empty node has no digest");
    if (leaf.shape) r.Fail("an empty node has the shape null");
    if (leaf.nbytes != 0) r.Fail("an empty node has no bytes", "0", Text(leaf.nbytes));
    return;
  }
  if (!leaf.has_content) r.Fail("member \"digest\" is missing");
  if (IsShapeless(leaf.dtype)) {
    if (leaf.shape) r.Fail(Text("dtype ", Quoted(leaf.dtype), " has the shape null"));
    return;
  }
  const std::optional<uint32_t> itemsize = zarr::ItemsizeOf(leaf.dtype);
  if (!itemsize) {
    r.Fail("unknown dtype " + Quoted(leaf.dtype), {}, {}, ErrorCode::kUnsupported);
    return;
  }
  if (!leaf.shape) {
    r.Fail(Text("an array of dtype ", Quoted(leaf.dtype), " has a shape"), "array", "null");
    return;
  }
  std::optional<uint64_t> expected = CheckedProduct(*leaf.shape);
  if (expected) expected = CheckedMul(*expected, *itemsize);
  if (!expected)
    r.Fail("product(shape) * itemsize is 2^64 or more", {}, {}, ErrorCode::kLimit);
  else if (*expected != leaf.nbytes)
    r.Fail("\"nbytes\" is not product(shape) * itemsize", Text(*expected), Text(leaf.nbytes));
}

void ReadDigest(StrictReader& r, const JsonValue& value, LeafRecord& leaf) {
  if (!r.Object(value, "\"digest\"", {"blake3", "sha256"})) return;
  if (const JsonValue* blake3 = r.Need(value, "blake3"))
    leaf.blake3 = r.Digest(*blake3, "blake3", ParseDigestHex, kHexForm);
  if (const JsonValue* sha256 = value.Find("sha256"))
    leaf.sha256 = r.Digest(*sha256, "sha256", ParseDigestHex, kHexForm);
}

void ReadBlocks(StrictReader& r, const JsonValue& value, LeafRecord& leaf) {
  const uint64_t count = hash::BlockCount(leaf.nbytes);
  if (count == 0) {
    r.Fail("\"blocks\" on content of 4 MiB or less");
    return;
  }
  leaf.blocks = r.Base64Bytes(value, "blocks");
  if (!r.ok()) return;
  // nbytes is below 2^53, so the product cannot overflow.
  if (leaf.blocks.size() != count * hash::kBlockValueSize)
    r.Fail("\"blocks\" must have 32 bytes for every 4 MiB begun",
           ByteCount(count * hash::kBlockValueSize), ByteCount(leaf.blocks.size()));
  else if (hash::Digest merged = hash::MergeBlocks(leaf.blocks); merged != leaf.blake3)
    r.Fail("\"blocks\" do not merge into the leaf's digest", hash::ToHex(*leaf.blake3),
           hash::ToHex(merged));
}

// Reads the members that only leaves with content have. `leaf` is consistent so far.
void ReadOptional(StrictReader& r, const JsonValue& value, LeafRecord& leaf) {
  const bool is_array = leaf.shape.has_value();
  for (const char* name : {"stored", "chunks"})
    if (value.Find(name) && !is_array) r.Fail(Quoted(name) + " on a leaf that is not an array");
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
             ByteCount(leaf.chunks.size()));
  }
  if (const JsonValue* types = value.Find("key_types")) {
    leaf.key_types = r.Integers(*types, "key_types");
    for (uint64_t type : *leaf.key_types)
      if (type != 1 && type != 2)
        r.Fail("\"key_types\" holds an unknown key type", "1 or 2", Text(type));
    if (leaf.key_types->size() != leaf.key_path.size())
      r.Fail("\"key_types\" must have one number for each element of the key path",
             Text(leaf.key_path.size()), Text(leaf.key_types->size()));
  }
  if (const JsonValue* impl = value.Find("prng_impl")) {
    leaf.prng_impl = r.TextOf(*impl, "prng_impl");
    if (leaf.dtype != "uint32")
      r.Fail("\"prng_impl\" on a leaf that is not uint32", "\"uint32\"", Quoted(leaf.dtype));
  }
}

}  // namespace

std::optional<hash::Digest> ReadBlake3Alone(StrictReader& r, const JsonValue& value) {
  if (!r.Object(value, "\"digest\"", {"blake3"})) return std::nullopt;
  const JsonValue* blake3 = r.Need(value, "blake3");
  if (!blake3) return std::nullopt;
  return r.Digest(*blake3, "blake3", ParseDigestHex, kHexForm);
}

LeafRecord ReadLeaf(StrictReader& r, const JsonValue& value, const std::string& item,
                    size_t index) {
  LeafRecord leaf;
  r.SetPlace(Text("leaf ", index, " of item ", Quoted(item)));
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

}  // namespace leafsum::evidence
