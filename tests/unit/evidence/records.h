// Records of tests/vectors/digest.json, and small ones of our own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evidence/fingerprint.h"
#include "evidence/leaf_record.h"
#include "hash/blake3.h"
#include "support/hex.h"
#include "support/vectors.h"

namespace leafsum::test {

inline hash::Digest DigestOf(const std::string& hex) {
  auto digest = evidence::ParseDigestHex(hex);
  if (!digest) std::abort();
  return *digest;
}

// An entry of `leaves`, or of an item's `leaves`.
inline evidence::LeafRecord RecordOf(const nlohmann::json& v) {
  evidence::LeafRecord leaf;
  leaf.key_path = v.at("key_path").get<std::vector<std::string>>();
  leaf.dtype = v.at("dtype");
  leaf.value_type = v.value("value_type", leaf.dtype);
  if (!v.at("shape").is_null()) leaf.shape = v.at("shape").get<std::vector<uint64_t>>();
  leaf.nbytes = v.value("nbytes", 0);
  leaf.has_content = v.contains("digest");
  if (leaf.has_content) {
    leaf.blake3 = DigestOf(v.at("digest").at("blake3"));
    leaf.sha256 = DigestOf(v.at("digest").at("sha256"));
  }
  if (v.contains("store")) {
    leaf.stored = evidence::ParseBlake3Text(v.at("store").at("stored").get<std::string>());
    if (!leaf.stored) std::abort();
    leaf.chunks = *ParseBase64(v.at("store").at("chunks").get<std::string>());
    leaf.has_chunks = true;
  }
  if (leaf.nbytes > hash::kBlockSize) {
    hash::BlockHasher hasher(leaf.nbytes);
    hasher.Update(Pattern(leaf.nbytes));
    hasher.Finish();
    leaf.blocks = hasher.blocks();
  }
  return leaf;
}

// An array of `shape` of float32 whose content is `fill` in every byte.
inline evidence::LeafRecord Array(std::vector<std::string> path, std::vector<uint64_t> shape,
                                  uint8_t fill) {
  evidence::LeafRecord leaf;
  leaf.key_path = std::move(path);
  leaf.value_type = "jax.Array";
  leaf.dtype = "float32";
  leaf.nbytes = 4;
  for (uint64_t n : shape) leaf.nbytes *= n;
  leaf.shape = std::move(shape);
  hash::BlockHasher hasher(leaf.nbytes);
  hasher.Update(ByteVector(leaf.nbytes, fill));
  leaf.blake3 = hasher.Finish();
  leaf.blocks = hasher.blocks();
  return leaf;
}

inline evidence::LeafRecord Empty(std::vector<std::string> path, std::string kind) {
  evidence::LeafRecord leaf;
  leaf.key_path = std::move(path);
  leaf.value_type = leaf.dtype = std::move(kind);
  leaf.has_content = false;
  return leaf;
}

}  // namespace leafsum::test
