// `value_metadata_tree`: the tree once more, as JSON in a string, with the names of tuples and
// NamedTuples. Readers with support_rich_types (experimental) build the tree of it and never look
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
  Error error;                             // `invalid`: another tree; `limit`: it was not read
  std::optional<orbax::KeyPath> key_path;  // of the node, where it is of one
};

// The first difference from `entries`, which are as ParseTreeMetadata gives them: leaves, kinds of
// keys, value types.
std::optional<RichDifference> CompareRichTree(std::string_view json,
                                              std::span<const orbax::TreeEntry> entries);

}  // namespace leafsum::readers
