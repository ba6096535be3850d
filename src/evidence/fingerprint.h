// Fingerprints of items and checkpoints (contract §3, §10.12).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evidence/leaf_record.h"
#include "hash/digest.h"

namespace leafsum::evidence {

// The line of a leaf in its item's listing, LF included. The leaf has content and a BLAKE3 digest.
std::string FingerprintLine(const LeafRecord& leaf);
// Nothing where a leaf with content was not hashed, or key paths are equal or invalid.
std::optional<hash::Digest> ItemFingerprint(const ItemRecord& item);
// Nothing where an item's is nothing or no leaf has content. A single item goes in as "".
std::optional<hash::Digest> CheckpointFingerprint(const std::vector<ItemRecord>& items);

// The last step alone, of the items' fingerprints. Names are valid Unicode and differ.
using NamedDigest = std::pair<std::string, hash::Digest>;
hash::Digest CombineItems(std::vector<NamedDigest> items);

// "leafsum1:<hex>": how a checkpoint's fingerprint is written; "blake3:<hex>": every other digest.
std::string CheckpointText(const hash::Digest& digest);
std::string Blake3Text(const hash::Digest& digest);
// The reverse. Nothing for another prefix, another length or hex in upper case.
std::optional<hash::Digest> ParseCheckpointText(std::string_view text);
std::optional<hash::Digest> ParseBlake3Text(std::string_view text);
std::optional<hash::Digest> ParseDigestHex(std::string_view hex);

// The item's leaves in the order of key paths, whatever order they came in.
std::vector<const LeafRecord*> InOrder(const ItemRecord& item);
// Items by the UTF-8 bytes of their names.
std::vector<const ItemRecord*> InOrder(const std::vector<ItemRecord>& items);

}  // namespace leafsum::evidence
