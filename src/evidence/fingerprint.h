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

// The line of a leaf in its item's listing, LF included. The leaf must have content and a BLAKE3
// digest.
std::string FingerprintLine(const LeafRecord& leaf);
// Nothing if a leaf with content was not hashed, or if key paths are equal or invalid.
std::optional<hash::Digest> ItemFingerprint(const ItemRecord& item);
// Nothing if an item has no fingerprint or no leaf has content. A single item enters as "".
std::optional<hash::Digest> CheckpointFingerprint(const std::vector<ItemRecord>& items);

// Only the last step, from the fingerprints of the items. Names must be valid Unicode and differ.
using NamedDigest = std::pair<std::string, hash::Digest>;
hash::Digest CombineItems(std::vector<NamedDigest> items);

// "leafsum1:<hex>" is the form of a checkpoint's fingerprint, "blake3:<hex>" that of every other
// digest.
std::string CheckpointText(const hash::Digest& digest);
std::string Blake3Text(const hash::Digest& digest);
// The reverse. Nothing for another prefix, another length or upper-case hex.
std::optional<hash::Digest> ParseCheckpointText(std::string_view text);
std::optional<hash::Digest> ParseBlake3Text(std::string_view text);
std::optional<hash::Digest> ParseDigestHex(std::string_view hex);

// The item's leaves sorted by key path.
std::vector<const LeafRecord*> InOrder(const ItemRecord& item);
// Items sorted by the UTF-8 bytes of their names.
std::vector<const ItemRecord*> InOrder(const std::vector<ItemRecord>& items);

}  // namespace leafsum::evidence
