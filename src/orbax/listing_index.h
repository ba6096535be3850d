// A listing, sorted once, so that what lies below a directory is one range of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_entry.h"

namespace leafsum::orbax {

// Files of other programs (FileEntry::foreign) are as if they were not there. Directories are given
// as "" or with a "/" at the end. Views are into the listing, which must outlive this.
class ListingIndex {
 public:
  explicit ListingIndex(const std::vector<FileEntry>& listing);

  bool HasFile(const std::string& path) const;
  // Names of the direct subdirectories, sorted, whether the listing names them or only what is in
  // them.
  std::vector<std::string_view> Subdirectories(const std::string& directory) const;
  // Names of the files right in it, sorted.
  std::vector<std::string_view> Files(const std::string& directory) const;
  // Names of the links right in it that were not followed, sorted.
  std::vector<std::string_view> Links(const std::string& directory) const;

 private:
  std::vector<std::string_view> files_, links_;
  std::vector<std::string_view>
      directories_;  // those that the listing names, without a "/" at the end
};

}  // namespace leafsum::orbax
