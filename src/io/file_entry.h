// One entry of the listing that a source gives. There may be a million, so the path is a view:
// whoever keeps the listing keeps the texts (base/text_arena.h).
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
  bool to_directory = false;  // kSymlink: what it leads to is a directory
  bool foreign = false;       // kFile: another program's, whatever its name says
  bool not_flax = false;      // kFile: Flax restores nothing of it, whatever its name says
};

// A symbolic link of the source, as the host found it. One to a file that is followed is a file of
// the listing and not among these.
struct Link {
  std::string path;
  std::string target;  // relative to the source's root; "" where it leads out of it, or nowhere
  bool to_directory = false;
  bool followed = false;  // to a directory, whose files are in the listing below `path`
};

}  // namespace leafsum
