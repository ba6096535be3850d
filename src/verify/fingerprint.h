// Fingerprints of items and checkpoints (design.md §3, §10.12).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hash/digest.h"
#include "verify/leaf_record.h"

namespace leafsum::verify {

// The line of a leaf in its item's listing, LF included. The leaf has content and a BLAKE3 digest.
std::string FingerprintLine(const LeafRecord& leaf);
// Nothing where a leaf with content was not hashed, or key paths are equal or invalid.
std::optional<hash::Digest> ItemFingerprint(const ItemRecord& item);
// Nothing where an item's is nothing or no leaf has content. A single item goes in under the name "".
std::optional<hash::Digest> CheckpointFingerprint(const std::vector<ItemRecord>& items);

}  // namespace leafsum::verify
