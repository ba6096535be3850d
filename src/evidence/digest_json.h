// What `digest` prints (contract §5, §10.20). Leaves that could not be hashed are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evidence/leaf_record.h"

namespace leafsum::evidence {

// `digest --json`: one line, LF at the end. Items by name, leaves by key path; empty nodes without
// digest.
std::string DigestJson(const std::vector<ItemRecord>& items);

// A line per leaf as b3sum writes it, `<hex>  state:/params/w`, then the fingerprint, `null`
// without one: the last line is never a leaf's.
std::string DigestText(const std::vector<ItemRecord>& items);

// `state:/params/w`; `/params/w` in the item "".
std::string LeafName(std::string_view item, const orbax::KeyPath& path);

// `"key_path":[…],"value_type":…,"dtype":…,"shape":…,"nbytes":…` and, where the leaf has one,
// `,"digest":{…}`: what `digest --json` and the lockfile say of a leaf in the same bytes.
void AppendLeafMembers(std::string& out, const LeafRecord& leaf);

}  // namespace leafsum::evidence
