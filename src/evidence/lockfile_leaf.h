// One leaf of a lockfile (contract §4).
#pragma once

#include <string>

#include "evidence/json_strict_reader.h"
#include "evidence/lockfile.h"

namespace leafsum::evidence {

inline constexpr char kBlake3Form[] = "\"blake3:\" and 64 hex digits in lower case";

// Reads {"blake3": hex}, for what has no other digest.
std::optional<hash::Digest> ReadBlake3Alone(StrictReader& r, const JsonValue& value);

// `index` is the leaf's place in the item's list, for messages before its key path is known.
LeafRecord ReadLeaf(StrictReader& r, const JsonValue& value, const std::string& item, size_t index);

}  // namespace leafsum::evidence
