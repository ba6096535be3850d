// Files that people and tools keep beside a checkpoint and that no reader opens (contract §11.3).
// Pure: decided from the path alone.
#pragma once

#include <string_view>

namespace leafsum::readers {

// `path`: relative to the source. `is_regular`: a file as such, neither a link nor a directory:
// names without "/" are companions as that alone, while everything below a companion directory
// (`.git/`) is one.
bool IsCompanion(std::string_view path, bool is_regular);

// The companion directory that `path` lies in, with "/" at its end: `.git/`; "" where it lies in
// none.
std::string_view CompanionDirectory(std::string_view path);

}  // namespace leafsum::readers
