// Directories, and whether a path lies in one of them: one look-up, however deep the path is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leafsum::readers {

class DirectorySet {
 public:
  // "" (everything) or ending in "/".
  explicit DirectorySet(std::vector<std::string> directories);

  bool Holds(std::string_view path) const;

 private:
  std::vector<std::string> outermost_;  // sorted, none in another
};

}  // namespace leafsum::readers
