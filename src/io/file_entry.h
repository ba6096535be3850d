// One entry of the listing that a source gives.
#pragma once

#include <cstdint>
#include <string>

namespace leafsum {

struct FileEntry {
  enum class Kind : uint8_t { kFile, kDirectory, kSymlink };
  std::string path;  // relative to the source's root, "/" between components, no leading "/"
  uint64_t size = 0;
  Kind kind = Kind::kFile;
};

}  // namespace leafsum
