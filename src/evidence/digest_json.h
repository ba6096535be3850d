// The output of `digest` (contract §5, §10.20). Leaves that could not be hashed are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/leaf_record.h"

namespace leafsum::evidence {

// `digest --json`: one line, LF at the end. Items by name, leaves by key path; empty nodes without
// digest.
std::string DigestJson(const std::vector<ItemRecord>& items);

// A line per leaf as b3sum writes it, `<hex>  state:/params/w`, then the fingerprint, or `null`.
// So the last line is never a leaf's.
std::string DigestText(const std::vector<ItemRecord>& items);

// `state:/params/w`; in the item "", `/params/w`.
std::string LeafName(std::string_view item, const orbax::KeyPath& path);

// `"key_path":[…],"value_type":…,"dtype":…,"shape":…,"nbytes":…` and, if the leaf has a digest,
// `,"digest":{…}`: the bytes that `digest --json` and the lockfile have in common.
void AppendLeafMembers(std::string& out, const LeafRecord& leaf);

// The leaf as one object of a list, with `item` before its members; false for one that
// `digest --json` leaves out.
bool AppendDigestRow(std::string& out, std::string_view item, const LeafRecord& leaf);

}  // namespace leafsum::evidence
