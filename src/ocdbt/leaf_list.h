// The leaf nodes of a walk, kept in their stored form until the last one has arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kvstore/kv_store.h"
#include "ocdbt/btree.h"

namespace leafsum::ocdbt {

// A leaf node that passed all checks.
struct Leaf {
  std::string prefix;     // the implicit prefix of its keys
  std::string first_key;  // whole
  BtreeNode node;
  std::vector<std::optional<uint32_t>>
      files;  // ids in the walk's table of files; empty for a hostile path
};

// Moves `leaves` into `store` in order of keys, so that the store and the numbers of its files do
// not depend on the order of arrival. `paths` is the walk's own table of files; files that hold
// values are interned in `files` as `prefix` ++ path.
void FillStore(std::vector<Leaf>& leaves, const kvstore::FileTable& paths,
               const std::string& prefix, kvstore::FileTable& files, kvstore::KvStore& store);

}  // namespace leafsum::ocdbt
