// The key-value store of a plain, non-OCDBT layout: every file below a directory is a key.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "io/file_entry.h"
#include "kvstore/kv_store.h"

namespace leafsum::kvstore {

// Fills `store` and seals it: key = path below `directory` ("" is the source's root; a "/" at its
// end makes no difference), value = the whole file. The files' sizes go to `files`. Directories and
// symbolic links are no keys; a name that is no safe path is left out, for whoever looks at the
// listing to report. Keys are views of the listing's texts, which outlive both. A file that is
// listed twice (archives do that) is an error.
Status Directory(std::span<const FileEntry> listing, std::string_view directory, FileTable& files,
                 KvStore& store);

}  // namespace leafsum::kvstore
