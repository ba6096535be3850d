#include "kvstore/directory.h"

#include "kvstore/safe_path.h"

namespace leafsum::kvstore {

Status Directory(std::span<const FileEntry> listing, std::string_view directory, FileTable& files,
                 KvStore& store) {
  if (directory.ends_with('/')) directory.remove_suffix(1);
  store.Reserve(listing.size(), 0, 0);
  for (const FileEntry& entry : listing) {
    if (entry.kind != FileEntry::Kind::kFile || !IsSafePath(entry.path)) continue;
    std::string_view key = entry.path;
    if (!directory.empty()) {
      if (!key.starts_with(directory) || key.size() <= directory.size() ||
          key[directory.size()] != '/')
        continue;
      key.remove_prefix(directory.size() + 1);
    }
    const uint32_t file = files.InternKept(entry.path);
    files.SetSize(file, entry.size);
    store.AddKept(key, {file, 0, entry.size});
  }
  return store.Seal();
}

}  // namespace leafsum::kvstore
