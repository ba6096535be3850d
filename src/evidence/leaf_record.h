// What is known of one leaf once it was read. Digests, lockfiles and comparisons are made from
// these records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hash/digest.h"
#include "orbax/key_path.h"

namespace leafsum::evidence {

struct LeafRecord {
  orbax::KeyPath key_path;
  std::string value_type;
  std::string dtype;  // for an empty node, its value type
  std::optional<std::vector<uint64_t>>
      shape;  // none for string, json, proto, bytes and empty nodes
  uint64_t nbytes = 0;
  bool has_content = true;             // false for empty nodes: no digest
  std::optional<hash::Digest> blake3;  // none if it was not hashed or has no content
  std::optional<hash::Digest> sha256;
  std::optional<hash::Digest> stored;
  ByteVector blocks;  // values of 32 bytes, empty up to 4 MiB
  ByteVector chunks;  // BLAKE3 of each chunk present, 32 bytes each; with --chunks
  bool has_chunks = false;
  std::optional<std::vector<uint64_t>> key_types;
  bool key_types_inferred = false;       // from a msgpack tree: compared, but never written
  std::optional<std::string> prng_impl;  // the PRNG whose key this is; none: not a key
  bool prng_known = true;                // if false, a finding says why
};

struct ItemRecord {
  std::string name;
  std::vector<LeafRecord> leaves;  // sorted by KeyPathLess
  bool no_fingerprint = false;     // equal or invalid key paths (contract §10.12)
  // Whether `_METADATA` names the leaves. If so, every empty node is among them; msgpack trees and
  // bare stores drop some or all.
  bool has_tree_metadata = true;
};

}  // namespace leafsum::evidence
