// One entry of a source's listing. There may be a million entries, so the path is a view: whoever
// keeps the listing keeps the texts (base/text_arena.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leafsum {

struct FileEntry {
  enum class Kind : uint8_t { kFile, kDirectory, kSymlink };
  std::string_view path;  // relative to the source's root, "/" between components, no leading "/"
  uint64_t size = 0;
  Kind kind = Kind::kFile;
  bool to_directory = false;  // kSymlink: its target is a directory
  bool linked = false;        // kFile: a link that was followed leads to it
  bool foreign = false;       // kFile: belongs to another program, whatever its name
  bool not_flax = false;      // kFile: Flax restores nothing from it, whatever its name
};

// A symbolic link of the source, as the host found it. A followed link to a file is a file of the
// listing and is not among these.
struct Link {
  std::string path;
  std::string target;  // relative to the source's root; "" if outside it, or dangling
  bool to_directory = false;
  bool followed = false;  // leads to a directory whose files are listed below `path`
};

}  // namespace leafsum
