// The key-value store of a plain, non-OCDBT layout: every file below a directory is a key.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "io/file_entry.h"
#include "kvstore/kv_store.h"

namespace leafsum::kvstore {

// Fills `store` and seals it. A key is the path of a file below `directory` ("" is the source's
// root; a "/" at its end makes no difference), its value the whole file. The sizes of the files go
// to `files`. Directories and symbolic links are not keys. A name that is not a safe path is left
// out; whoever checks the listing reports it. Keys are views of the listing's texts, which must
// outlive both tables. A file that is listed twice (archives do that) is an error.
Status Directory(std::span<const FileEntry> listing, std::string_view directory, FileTable& files,
                 KvStore& store);

}  // namespace leafsum::kvstore
