// `_METADATA`: the PyTree as Orbax records it (formats §3.3). It has the names and value types of
// the leaves; shapes and dtypes are in the metadata of the arrays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "orbax/key_path.h"

namespace leafsum::orbax {

// Whether a value type has no content.
bool IsEmptyValueType(std::string_view value_type);  // None, Dict, List, Tuple, NamedTuple

struct TreeEntry {
  KeyPath key_path;
  std::vector<uint64_t> key_types;  // 1 sequence index, 2 dict key or attribute
  std::string value_type;           // "jax.Array", "np.ndarray", "scalar", "string", "None", …
  bool skip_deserialize = false;
  std::optional<std::vector<uint64_t>> write_shape;
};

// A problem of one entry. The rest of the tree can be used.
struct EntryProblem {
  std::string member;  // name of the member in tree_metadata
  Error error;
};

struct TreeMetadata {
  std::vector<TreeEntry>
      entries;  // sorted by KeyPathLess, without placeholders of containers that have children
  std::optional<bool> use_ocdbt;  // absent in older versions
  bool use_zarr3 = false;
  bool store_array_data_equal_to_fill_value = false;
  bool has_custom_metadata = false;
  bool has_equal_key_paths = false;
  std::optional<std::string>
      value_metadata_tree;  // with rich types: the tree a second time, as JSON in a string
  std::vector<EntryProblem> problems;
  std::vector<std::string> duplicate_members;
};

Result<TreeMetadata> ParseTreeMetadata(Bytes text);

}  // namespace leafsum::orbax
