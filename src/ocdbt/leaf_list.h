// The leaf nodes of a walk, kept as they were stored until the last has arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kvstore/kv_store.h"
#include "ocdbt/btree.h"

namespace leafsum::ocdbt {

// A leaf node that is as it must be.
struct Leaf {
  std::string prefix;     // the implicit prefix of its keys
  std::string first_key;  // whole
  BtreeNode node;
  std::vector<std::optional<uint32_t>>
      files;  // of the node's table, in the walk's own; nothing where hostile
};

// Empties `leaves` into `store`, in order of keys, so that the store and the numbers of its files
// are the same whatever arrived first. `paths` is the walk's own table of files; those that values
// lie in are interned in `files` as `prefix` ++ path.
void FillStore(std::vector<Leaf>& leaves, const kvstore::FileTable& paths,
               const std::string& prefix, kvstore::FileTable& files, kvstore::KvStore& store);

}  // namespace leafsum::ocdbt
