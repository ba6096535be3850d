#include "readers/directory_set.h"

#include <algorithm>

#include "base/sort.h"

namespace leafsum::readers {

DirectorySet::DirectorySet(std::vector<std::string> directories)
    : outermost_(std::move(directories)) {
  StableSort(outermost_, std::less<std::string>());
  size_t kept = 0;
  for (std::string& directory : outermost_) {
    if (kept > 0 && directory.starts_with(outermost_[kept - 1])) continue;
    if (&outermost_[kept] != &directory) outermost_[kept] = std::move(directory);
    ++kept;
  }
  outermost_.resize(kept);
}

bool DirectorySet::Holds(std::string_view path) const {
  // No directory of the set lies in another, so if any holds the path, it is the last one that
  // sorts before the path.
  const auto behind = std::upper_bound(outermost_.begin(), outermost_.end(), path);
  return behind != outermost_.begin() && path.starts_with(*(behind - 1));
}

}  // namespace leafsum::readers
