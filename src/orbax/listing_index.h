// A listing, sorted once, so that everything below a directory is one range of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_entry.h"

namespace leafsum::orbax {

// Ignores files of other programs (FileEntry::foreign). Directories are given as "" or with a final
// "/". Views point into the listing, which must outlive the index.
class ListingIndex {
 public:
  explicit ListingIndex(const std::vector<FileEntry>& listing);

  bool HasFile(const std::string& path) const;
  // Sorted names of the direct subdirectories, even if the listing names only their contents.
  std::vector<std::string_view> Subdirectories(const std::string& directory) const;
  // Sorted names of the files directly in the directory.
  std::vector<std::string_view> Files(const std::string& directory) const;
  // Sorted names of the links directly in the directory that were not followed.
  std::vector<std::string_view> Links(const std::string& directory) const;

 private:
  std::vector<std::string_view> files_, links_;
  std::vector<std::string_view>
      directories_;  // those that the listing names, without the final "/"
};

}  // namespace leafsum::orbax
