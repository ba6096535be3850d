// The tree that Orbax builds of the entries of `_METADATA`, and where that is not the leaves that
// are hashed. Pure.
//
// Every entry point that reads `_METADATA` builds the tree by InternalTreeMetadata.as_nested_tree,
// and all of these answer alike. The experiments: tests/vectors/readers/orbax-<version>.json, rows
// `tree.*` and `sequence.*`.
//
//   one's key path begins another's: the shorter one is dropped
//   ... and it is an empty node: the same; a placeholder, as partial saves leave
//   index `00`, `+1`, ` 1`, `1_0` (int() takes it): list index 0, 1, 1, 10
//   two entries for one index: the first in the file
//   a negative index: dropped
//   indices 0 and 2: AssertionError
//   index and dict key at one node: TypeError
//   an index that int() refuses: ValueError
//   a value type without a handler: ValueError
//   `skip_deserialize` on an array or a text: ValueError
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orbax/tree_metadata.h"

namespace leafsum::readers {

struct TreeDivergence {
  orbax::KeyPath key_path;  // of the entry, or of the node
  bool all_raise = false;   // no reader restores anything: the tree is broken, not another one
  std::string hashed, taken;
  std::string message;
};

// `entries` as ParseTreeMetadata gives them: sorted, placeholders dropped. In order of the entries;
// equal key paths are told elsewhere (name-collision). Linear in the length of all paths.
std::vector<TreeDivergence> CheckTree(std::span<const orbax::TreeEntry> entries);

// Whether Orbax has a type handler of its own for a value type that has content.
bool HasTypeHandler(std::string_view value_type);

}  // namespace leafsum::readers
