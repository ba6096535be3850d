// Files that people and tools keep beside a checkpoint and no reader opens (contract §11.3). Pure:
// decided from the path alone.
#pragma once

#include <string_view>

namespace leafsum::readers {

// `path` is relative to the source. `is_regular`: it is a regular file, not a link or a directory.
// Names are companions only as regular files, while everything below a companion directory
// (`.git/`) is a companion.
bool IsCompanion(std::string_view path, bool is_regular);

// The companion directory that holds `path`, with a final "/": `.git/`; "" if none does.
std::string_view CompanionDirectory(std::string_view path);

}  // namespace leafsum::readers
