#include "evidence/digest_json.h"

#include <algorithm>

#include "base/text.h"
#include "evidence/fingerprint.h"
#include "orbax/key_path.h"

namespace leafsum::evidence {
namespace {

// Whether the leaf was hashed or has nothing to hash, and has a name that JSON can hold.
bool IsListed(const LeafRecord& leaf) {
  return (!leaf.has_content || leaf.blake3) &&
         std::all_of(leaf.key_path.begin(), leaf.key_path.end(),
                     [](const std::string& element) { return IsUtf8(element); });
}

// As b3sum does: a path with a backslash or a line break is escaped, and its line begins with a
// backslash.
void AppendB3sumLine(std::string& out, const hash::Digest& digest, std::string_view path) {
  if (path.find_first_of("\\\n") != path.npos) out += '\\';
  out += hash::ToHex(digest) + "  ";
  for (char c : path) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  out += '\n';
}

std::string FingerprintOrNull(const std::optional<std::string>& text) {
  return text ? JsonString(*text) : "null";
}

std::optional<std::string> CheckpointFingerprintText(const std::vector<ItemRecord>& items) {
  auto digest = CheckpointFingerprint(items);
  if (!digest) return std::nullopt;
  return CheckpointText(*digest);
}

}  // namespace

std::string LeafName(std::string_view item, const orbax::KeyPath& path) {
  std::string name(item);
  if (!name.empty()) name += ':';
  return name + orbax::JsonPointer(path);
}

void AppendLeafMembers(std::string& out, const LeafRecord& leaf) {
  out += Text("\"key_path\":", orbax::ToJson(leaf.key_path), ",\"value_type\":");
  AppendJsonString(out, leaf.value_type);
  out += ",\"dtype\":";
  AppendJsonString(out, leaf.dtype);
  out += ",\"shape\":";
  if (leaf.shape) {
    out += '[';
    for (size_t i = 0; i < leaf.shape->size(); ++i) {
      if (i) out += ',';
      out += Text((*leaf.shape)[i]);
    }
    out += ']';
  } else {
    out += "null";
  }
  out += Text(",\"nbytes\":", leaf.nbytes);
  if (!leaf.has_content || !leaf.blake3) return;
  out += Text(",\"digest\":{\"blake3\":\"", hash::ToHex(*leaf.blake3), '"');
  if (leaf.sha256) out += Text(",\"sha256\":\"", hash::ToHex(*leaf.sha256), '"');
  out += '}';
}

bool AppendDigestRow(std::string& out, std::string_view item, const LeafRecord& leaf) {
  if (!IsUtf8(item) || !IsListed(leaf)) return false;
  out += "{\"item\":";
  AppendJsonString(out, item);
  out += ',';
  AppendLeafMembers(out, leaf);
  out += '}';
  return true;
}

std::string DigestJson(const std::vector<ItemRecord>& items) {
  std::string out = Text("{\"fingerprint\":", FingerprintOrNull(CheckpointFingerprintText(items)),
                         ",\"items\":{");
  bool first_item = true;
  for (const ItemRecord* item : InOrder(items)) {
    if (!IsUtf8(item->name)) continue;
    if (!first_item) out += ',';
    first_item = false;
    AppendJsonString(out, item->name);
    auto digest = ItemFingerprint(*item);
    out += Text(":{\"fingerprint\":", digest ? JsonString(Blake3Text(*digest)) : "null",
                ",\"leaves\":[");
    bool first_leaf = true;
    for (const LeafRecord* leaf : InOrder(*item)) {
      if (!IsListed(*leaf)) continue;
      if (!first_leaf) out += ',';
      first_leaf = false;
      out += '{';
      AppendLeafMembers(out, *leaf);
      out += '}';
    }
    out += "]}";
  }
  return out += "}}\n";
}

std::string DigestText(const std::vector<ItemRecord>& items) {
  std::string out;
  for (const ItemRecord* item : InOrder(items)) {
    if (!IsUtf8(item->name)) continue;
    for (const LeafRecord* leaf : InOrder(*item))
      if (leaf->has_content && IsListed(*leaf))
        AppendB3sumLine(out, *leaf->blake3, LeafName(item->name, leaf->key_path));
  }
  return out += CheckpointFingerprintText(items).value_or("null") + "\n";
}

}  // namespace leafsum::evidence
