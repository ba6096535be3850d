#include "ocdbt/walk_branch.h"

#include <algorithm>

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"
#include "kvstore/key_text.h"

namespace leafsum::ocdbt {

using kvstore::KeyText;

std::string Branch::Bound(uint32_t i) const {
  return i < children.size() ? prefix + std::string(key(i)) : upper_bound;
}

void Branch::Take(const BtreeNode& node) {
  KeyCursor cursor("");
  children.reserve(node.interior_entries.size());
  for (const auto& e : node.interior_entries) {
    children.push_back({keys.size(), static_cast<uint32_t>(e.key.size()),
                        e.subtree_common_prefix_length, e.location, e.statistics});
    keys += cursor.Next(e.key);
  }
}

Status CheckNode(const Branch& parent, uint32_t index, const BtreeNode& node,
                 std::string_view node_prefix) {
  if (node.height != parent.height - 1)
    return Error{ErrorCode::kInvalid, "b-tree node: height is not that of the reference",
                 std::nullopt, Text(parent.height - 1), Text(node.height)};
  const std::string_view lower =
      parent.key(index).substr(parent.children[index].common_prefix_length);
  if (node.first_key < lower)
    return Error{ErrorCode::kInvalid, "b-tree node: first key is before the key of the reference",
                 std::nullopt, "at least " + KeyText(lower), KeyText(node.first_key)};
  size_t longest = 0;
  for (const auto& e : node.leaf_entries) longest = std::max(longest, e.key.size());
  for (const auto& e : node.interior_entries) longest = std::max(longest, e.key.size());
  if (node_prefix.size() + longest > kMaxKeyLength)
    return Error{ErrorCode::kInvalid, "b-tree node: key with its implicit prefix is too long",
                 std::nullopt, AtMostBytes(kMaxKeyLength), ByteCount(node_prefix.size() + longest)};
  const std::string upper = parent.Bound(index + 1);
  if (const std::string last = Text(node_prefix, node.last_key); !upper.empty() && last >= upper)
    return Error{ErrorCode::kInvalid, "b-tree node: last key is not before the next node's",
                 std::nullopt, "before " + KeyText(upper), KeyText(last)};
  return std::nullopt;
}

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return CheckedAdd(a, b).value_or(~uint64_t{0}); }

void Accumulate(BtreeNodeStatistics& sum, const BtreeNodeStatistics& more) {
  sum.num_keys = SaturatingAdd(sum.num_keys, more.num_keys);
  sum.num_tree_bytes = SaturatingAdd(sum.num_tree_bytes, more.num_tree_bytes);
  sum.num_indirect_value_bytes =
      SaturatingAdd(sum.num_indirect_value_bytes, more.num_indirect_value_bytes);
}

}  // namespace leafsum::ocdbt
