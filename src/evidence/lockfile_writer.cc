#include "base/limits.h"
#include "base/text.h"
#include "evidence/digest_json.h"
#include "evidence/fingerprint.h"
#include "evidence/lockfile.h"

namespace leafsum::evidence {
namespace {

// Appends one leaf, its members in the order of contract §4; missing ones are left out.
void AppendLeaf(std::string& out, const LeafRecord& leaf) {
  out += '{';
  AppendLeafMembers(out, leaf);
  if (leaf.stored) out += Text(",\"stored\":\"", Blake3Text(*leaf.stored), '"');
  if (!leaf.blocks.empty()) out += Text(",\"blocks\":\"", Base64(leaf.blocks), '"');
  if (leaf.has_chunks) out += Text(",\"chunks\":\"", Base64(leaf.chunks), '"');
  if (leaf.key_types && !leaf.key_types_inferred) {
    out += ",\"key_types\":[";
    for (size_t i = 0; i < leaf.key_types->size(); ++i) {
      if (i) out += ',';
      out += Text((*leaf.key_types)[i]);
    }
    out += ']';
  }
  if (leaf.prng_impl) out += ",\"prng_impl\":" + JsonString(*leaf.prng_impl);
  out += '}';
}

void AppendFiles(std::string& out, const std::vector<FileRecord>& files) {
  out += ",\"files\":[\n";
  for (size_t i = 0; i < files.size(); ++i) {
    out += "{\"path\":";
    AppendJsonString(out, files[i].path);
    out += Text(",\"nbytes\":", files[i].nbytes, ",\"digest\":{\"blake3\":\"",
                hash::ToHex(*files[i].blake3), i + 1 < files.size() ? "\"}},\n" : "\"}}\n");
  }
  out += ']';
}

void AppendSource(std::string& out, const Lockfile& lockfile) {
  // A directory may be called 9007199254740993, but a JSON number may not, so such a step is left
  // out.
  const bool has_step = lockfile.step && *lockfile.step < kMaxSafeInteger;
  if (!has_step && !lockfile.commit_timestamp_nsecs) return;
  out += ",\"source\":{";
  if (has_step) out += Text("\"step\":", *lockfile.step);
  if (has_step && lockfile.commit_timestamp_nsecs) out += ',';
  if (lockfile.commit_timestamp_nsecs)
    out += "\"commit_timestamp_nsecs\":" + JsonString(*lockfile.commit_timestamp_nsecs);
  out += '}';
}

}  // namespace

// The only white space is the LFs of contract §10.16.
std::string WriteLockfile(const Lockfile& lockfile) {
  std::vector<NamedDigest> fingerprints;
  std::string items;
  bool has_content = false;
  for (const ItemRecord* item : InOrder(lockfile.items)) {
    if (!items.empty()) items += ',';
    AppendJsonString(items, item->name);
    auto fingerprint = ItemFingerprint(*item);
    if (fingerprint) fingerprints.emplace_back(item->name, *fingerprint);
    items += Text(":{\"fingerprint\":",
                  fingerprint ? JsonString(Blake3Text(*fingerprint)) : std::string("null"),
                  ",\"leaves\":[\n");
    bool first = true;
    for (const LeafRecord* leaf : InOrder(*item)) {
      if (!first) items += ",\n";
      first = false;
      AppendLeaf(items, *leaf);
      has_content |= leaf->has_content;
    }
    items += first ? "]}" : "\n]}";
  }
  const bool has_all = has_content && fingerprints.size() == lockfile.items.size();
  std::string out = "{\"leafsum\":1,\"fingerprint\":";
  out += has_all ? JsonString(CheckpointText(CombineItems(fingerprints))) : "null";
  out += Text(",\"items\":{", items, '}');
  items = {};
  if (lockfile.files) AppendFiles(out, *lockfile.files);
  AppendSource(out, lockfile);
  return out += "}\n";
}

}  // namespace leafsum::evidence
