// The tree that Orbax builds from the entries of `_METADATA`, and where it differs from the leaves
// that are hashed (contract §11.2). Pure.
//
// Every entry point that reads `_METADATA` builds the tree with
// InternalTreeMetadata.as_nested_tree, and all of them answer alike. The experiments are the rows
// `tree.*` and `sequence.*` of tests/vectors/readers/orbax-<version>.json.
//
//   one entry's key path begins another's: the shorter one is dropped
//   the shorter one is an empty node: dropped too; it is a placeholder that partial saves leave
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
  orbax::KeyPath key_path;  // of the entry or the node
  bool all_raise = false;   // no reader restores anything: the tree is broken, not different
  std::string hashed, taken;
  std::string message;
};

// `entries` are as ParseTreeMetadata gives them: sorted, without placeholders. The result is in
// their order. Equal key paths are reported elsewhere (name-collision). Linear in the length of all
// paths.
std::vector<TreeDivergence> CheckTree(std::span<const orbax::TreeEntry> entries);

// Whether Orbax has a type handler for this value type, which has content.
bool HasTypeHandler(std::string_view value_type);

}  // namespace leafsum::readers
