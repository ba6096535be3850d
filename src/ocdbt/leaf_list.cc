#include "ocdbt/leaf_list.h"

#include <unordered_map>

#include "base/sort.h"

namespace leafsum::ocdbt {

void FillStore(std::vector<Leaf>& leaves, const kvstore::FileTable& paths,
               const std::string& prefix, kvstore::FileTable& files, kvstore::KvStore& store) {
  StableSort(leaves, [](const Leaf& a, const Leaf& b) { return a.first_key < b.first_key; });
  size_t keys = 0, key_bytes = 0, inline_bytes = 0;
  for (const Leaf& leaf : leaves) {
    keys += leaf.node.leaf_entries.size();
    for (const auto& e : leaf.node.leaf_entries) {
      key_bytes += leaf.prefix.size() + e.key.size();
      if (!e.indirect) inline_bytes += static_cast<size_t>(e.length);
    }
  }
  store.Reserve(keys, key_bytes, inline_bytes);
  std::unordered_map<uint32_t, uint32_t> file_ids;  // number in `paths` → in `files`
  for (Leaf& leaf : leaves) {
    KeyCursor cursor(leaf.prefix);
    for (const auto& e : leaf.node.leaf_entries) {
      const std::string& key = cursor.Next(e.key);
      if (!e.indirect) {
        store.AddInline(key,
                        Bytes(leaf.node.body)
                            .subspan(static_cast<size_t>(e.offset), static_cast<size_t>(e.length)));
      } else if (const auto path = leaf.files[e.file]; path && e.length == 0) {
        store.AddInline(key, {});  // an empty value needs no file, and its file may be missing
      } else if (path) {
        auto [id, added] = file_ids.try_emplace(*path, 0);
        if (added) id->second = files.Intern(prefix + std::string(paths.path(*path)));
        store.Add(key, {id->second, e.offset, e.length});
      }
    }
    leaf = Leaf();
  }
  leaves.clear();
}

}  // namespace leafsum::ocdbt
