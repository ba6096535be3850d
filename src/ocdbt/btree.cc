#include "ocdbt/btree.h"

#include "base/byte_reader.h"
#include "base/limits.h"
#include "base/text.h"
#include "kvstore/key_text.h"
#include "ocdbt/envelope.h"

namespace leafsum::ocdbt {
namespace {

using kvstore::KeyText;

// The fewest bytes of an entry. Leaf: suffix length, value length, kind. Interior: suffix length,
// common prefix length, three numbers of the location, three statistics. (The first entry has no
// prefix length.)
constexpr uint64_t kMinLeafEntry = 3;
constexpr uint64_t kMinInteriorEntry = 8;

size_t DecodeNumEntries(ByteReader& r, uint64_t min_bytes_each) {
  const uint64_t n = r.Varint32();
  if (n == 0) r.Fail(ErrorCode::kInvalid, "num_entries is zero");
  if (n > kMaxNodeArity)
    r.Fail(ErrorCode::kInvalid, "num_entries is over its limit", Text("at most ", kMaxNodeArity),
           Text(n));
  if (n > r.remaining() / min_bytes_each)
    r.Fail(ErrorCode::kInvalid, "num_entries cannot fit in the bytes that follow",
           Text("at most ", r.remaining() / min_bytes_each), Text(n));
  return r.ok() ? static_cast<size_t>(n) : 0;
}

// Reads the bytes of the keys, after the columns of lengths. Entries already have their
// prefix_length.
template <class Entry>
void DecodeKeys(ByteReader& r, std::vector<Entry>& entries,
                const std::vector<uint16_t>& suffix_length, BtreeNode& node) {
  std::string& key = node.last_key;
  for (size_t i = 0; i < entries.size() && r.ok(); ++i) {
    NodeKey& k = entries[i].key;
    if (k.prefix_length > key.size()) {
      r.Fail(ErrorCode::kInvalid, "key_prefix_length exceeds the previous key",
             Text("at most ", key.size()), Text(k.prefix_length));
      return;
    }
    if (size_t{k.prefix_length} + suffix_length[i] > kMaxKeyLength) {
      r.Fail(ErrorCode::kInvalid, "key is too long", AtMostBytes(kMaxKeyLength),
             ByteCount(size_t{k.prefix_length} + suffix_length[i]));
      return;
    }
    k.suffix = AsText(r.Take(suffix_length[i]));
    if (!r.ok()) return;
    // Both keys have the prefix, so what follows decides. string_view compares unsigned bytes.
    if (i > 0 && k.suffix <= std::string_view(key).substr(k.prefix_length)) {
      const std::string previous = key;
      key.resize(k.prefix_length);
      key += k.suffix;
      r.Fail(ErrorCode::kInvalid, "keys are not strictly increasing", "after " + KeyText(previous),
             KeyText(key));
      return;
    }
    key.resize(k.prefix_length);
    key += k.suffix;
  }
  if (!entries.empty()) node.first_key = entries[0].key.suffix;
}

template <class Entry>
std::vector<uint16_t> DecodeKeyLengths(ByteReader& r, std::vector<Entry>& entries) {
  for (size_t i = 1; i < entries.size(); ++i) entries[i].key.prefix_length = r.Varint16();
  std::vector<uint16_t> suffix_length(entries.size());
  for (auto& length : suffix_length) length = r.Varint16();
  return suffix_length;
}

void DecodeLeafEntries(ByteReader& r, BtreeNode& node) {
  auto& entries = node.leaf_entries;
  entries.resize(DecodeNumEntries(r, kMinLeafEntry));
  if (!r.ok()) return;
  DecodeKeys(r, entries, DecodeKeyLengths(r, entries), node);
  for (auto& e : entries) e.length = r.Varint64();
  for (auto& e : entries) {
    const uint8_t kind = r.U8();
    if (kind > 1) r.Fail(ErrorCode::kInvalid, "unknown value_kind", "0 or 1", Text(kind));
    e.indirect = kind == 1;
  }
  if (!r.ok()) return;
  for (auto& e : entries) {
    if (!e.indirect) continue;
    const uint64_t file = r.Varint64();
    CheckLocation(r, {file, 0, 0}, node.files.count(), MayBeMissing::kNo);
    e.file = static_cast<uint32_t>(file);
  }
  for (auto& e : entries) {
    if (!e.indirect) continue;
    e.offset = r.Varint64();
    CheckLocation(r, {e.file, e.offset, e.length}, node.files.count(), MayBeMissing::kNo);
  }
  for (auto& e : entries) {
    if (e.indirect || !r.ok()) continue;
    if (e.length > kMaxInlineValue)
      r.Fail(ErrorCode::kInvalid, "inline value is too long", AtMostBytes(kMaxInlineValue),
             ByteCount(e.length));
    e.offset = r.offset();
    r.Take(e.length);
  }
}

void DecodeInteriorEntries(ByteReader& r, BtreeNode& node) {
  auto& entries = node.interior_entries;
  entries.resize(DecodeNumEntries(r, kMinInteriorEntry));
  if (!r.ok()) return;
  const auto suffix_length = DecodeKeyLengths(r, entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    auto& e = entries[i];
    e.subtree_common_prefix_length = r.Varint16();
    const size_t length = size_t{e.key.prefix_length} + suffix_length[i];
    if (e.subtree_common_prefix_length > length)
      r.Fail(ErrorCode::kInvalid, "subtree_common_prefix_length exceeds the key",
             Text("at most ", length), Text(e.subtree_common_prefix_length));
  }
  DecodeKeys(r, entries, suffix_length, node);
  if (!r.ok()) return;
  const auto locations = DecodeLocations(r, entries.size(), node.files.count(), MayBeMissing::kNo);
  for (size_t i = 0; i < entries.size(); ++i) entries[i].location = locations[i];
  for (auto& e : entries) e.statistics.num_keys = r.Varint64();
  for (auto& e : entries) e.statistics.num_tree_bytes = r.Varint64();
  for (auto& e : entries) e.statistics.num_indirect_value_bytes = r.Varint64();
}

void Decode(ByteReader& r, size_t transitive_path_length, BtreeNode& node) {
  node.height = r.U8();
  node.files = DecodeDataFileTable(r, transitive_path_length);
  if (!r.ok()) return;
  if (node.height == 0)
    DecodeLeafEntries(r, node);
  else
    DecodeInteriorEntries(r, node);
}

bool EndsEarly(Bytes start) {
  ByteReader r(start);
  BtreeNode node;
  Decode(r, 0, node);
  return r.ok() && r.remaining() > 0;
}

}  // namespace

Result<ByteVector> DecodeBtreeNodeEnvelope(Bytes encoded, uint64_t* work) {
  auto body = DecodeEnvelope(encoded, {kBtreeNodeMagic, kMaxDecodedNode, EndsEarly}, work);
  if (!body) return body.error().Prefixed("b-tree node");
  return body;
}

Result<BtreeNode> DecodeBtreeNodeBody(ByteVector body, size_t transitive_path_length) {
  BtreeNode node;
  node.body = std::move(body);
  node.body
      .shrink_to_fit();  // a leaf is kept until the walk ends, and decompression leaves spare room
  ByteReader r(node.body);
  Decode(r, transitive_path_length, node);
  if (!r.End()) return r.error().Prefixed("b-tree node body");
  return node;
}

Result<BtreeNode> DecodeBtreeNode(Bytes encoded, size_t transitive_path_length) {
  auto body = DecodeBtreeNodeEnvelope(encoded);
  if (!body) return body.error();
  return DecodeBtreeNodeBody(std::move(*body), transitive_path_length);
}

}  // namespace leafsum::ocdbt
