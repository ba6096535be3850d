#include "evidence/fingerprint.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "hash/blake3.h"
#include "orbax/key_path.h"

namespace leafsum::evidence {
namespace {

constexpr std::string_view kCheckpointPrefix = "leafsum1:";
constexpr std::string_view kBlake3Prefix = "blake3:";

bool HasValidKeyPath(const LeafRecord& leaf) {
  return std::all_of(leaf.key_path.begin(), leaf.key_path.end(),
                     [](const std::string& element) { return IsUtf8(element); });
}

std::optional<hash::Digest> ParsePrefixed(std::string_view prefix, std::string_view text) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return ParseDigestHex(text.substr(prefix.size()));
}

}  // namespace

std::string FingerprintLine(const LeafRecord& leaf) {
  std::string line = Text("[", orbax::ToJson(leaf.key_path), ",");
  AppendJsonString(line, leaf.dtype);
  line += ',';
  if (leaf.shape) {
    line += '[';
    for (size_t i = 0; i < leaf.shape->size(); ++i) {
      if (i) line += ',';
      line += Text((*leaf.shape)[i]);
    }
    line += ']';
  } else {
    line += "null";
  }
  line += Text(",\"", Blake3Text(leaf.blake3.value_or(hash::Digest{})), "\"]\n");
  return line;
}

std::vector<const LeafRecord*> InOrder(const ItemRecord& item) {
  std::vector<const LeafRecord*> leaves;
  leaves.reserve(item.leaves.size());
  for (const LeafRecord& leaf : item.leaves) leaves.push_back(&leaf);
  auto less = [](const LeafRecord* a, const LeafRecord* b) {
    return orbax::KeyPathLess(a->key_path, b->key_path);
  };
  StableSort(leaves, less);
  return leaves;
}

std::vector<const ItemRecord*> InOrder(const std::vector<ItemRecord>& items) {
  std::vector<const ItemRecord*> out;
  out.reserve(items.size());
  for (const ItemRecord& item : items) out.push_back(&item);
  StableSort(out, [](const ItemRecord* a, const ItemRecord* b) { return a->name < b->name; });
  return out;
}

std::optional<hash::Digest> ItemFingerprint(const ItemRecord& item) {
  if (item.no_fingerprint) return std::nullopt;
  hash::Blake3 hasher;
  hasher.Update(AsBytes("leafsum1 item\n"));
  const LeafRecord* previous = nullptr;
  for (const LeafRecord* leaf : InOrder(item)) {
    // Empty nodes have no line, but a key path that occurs twice leaves open which leaf is meant.
    if (previous && previous->key_path == leaf->key_path) return std::nullopt;
    previous = leaf;
    if (!HasValidKeyPath(*leaf)) return std::nullopt;
    if (!leaf->has_content) continue;
    if (!leaf->blake3) return std::nullopt;
    hasher.Update(AsBytes(FingerprintLine(*leaf)));
  }
  return hasher.Finish();
}

hash::Digest CombineItems(std::vector<NamedDigest> items) {
  if (items.size() == 1) items.front().first.clear();
  StableSort(items, [](const NamedDigest& a, const NamedDigest& b) { return a.first < b.first; });
  hash::Blake3 hasher;
  hasher.Update(AsBytes("leafsum1 checkpoint\n"));
  for (const NamedDigest& item : items)
    hasher.Update(
        AsBytes(Text("[", JsonString(item.first), ",\"", Blake3Text(item.second), "\"]\n")));
  return hasher.Finish();
}

std::optional<hash::Digest> CheckpointFingerprint(const std::vector<ItemRecord>& items) {
  std::vector<NamedDigest> digests;
  bool has_content = false;
  const ItemRecord* previous = nullptr;
  for (const ItemRecord* item : InOrder(items)) {
    if (previous && previous->name == item->name) return std::nullopt;
    previous = item;
    if (!IsUtf8(item->name)) return std::nullopt;
    std::optional<hash::Digest> digest = ItemFingerprint(*item);
    if (!digest) return std::nullopt;
    digests.emplace_back(item->name, *digest);
    for (const LeafRecord& leaf : item->leaves) has_content |= leaf.has_content;
  }
  if (!has_content) return std::nullopt;
  return CombineItems(std::move(digests));
}

std::string CheckpointText(const hash::Digest& digest) {
  return Text(kCheckpointPrefix, hash::ToHex(digest));
}

std::string Blake3Text(const hash::Digest& digest) {
  return Text(kBlake3Prefix, hash::ToHex(digest));
}

std::optional<hash::Digest> ParseCheckpointText(std::string_view text) {
  return ParsePrefixed(kCheckpointPrefix, text);
}

std::optional<hash::Digest> ParseBlake3Text(std::string_view text) {
  return ParsePrefixed(kBlake3Prefix, text);
}

std::optional<hash::Digest> ParseDigestHex(std::string_view hex) {
  hash::Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  std::optional<ByteVector> bytes = ParseHex(hex);
  if (!bytes) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

}  // namespace leafsum::evidence
