// `value_metadata_tree`: the tree a second time, as JSON in a string, with the names of tuples and
// NamedTuples. Readers with support_rich_types (experimental) build the tree from it and never look
// at `tree_metadata`. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "orbax/tree_metadata.h"

namespace leafsum::readers {

struct RichDifference {
  Error error;                             // `invalid`: the trees differ; `limit`: not read
  std::optional<orbax::KeyPath> key_path;  // of the node, if the difference is at a node
};

// The first difference from `entries`, as given by ParseTreeMetadata: in leaves, kinds of keys or
// value types.
std::optional<RichDifference> CompareRichTree(std::string_view json,
                                              std::span<const orbax::TreeEntry> entries);

}  // namespace leafsum::readers
