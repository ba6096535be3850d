// A set of directories that says with one look-up whether a path lies in any of them, however deep.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leafsum::readers {

class DirectorySet {
 public:
  // Each directory is "" (everything) or ends in "/".
  explicit DirectorySet(std::vector<std::string> directories);

  bool Holds(std::string_view path) const;

 private:
  std::vector<std::string> outermost_;  // sorted; none lies in another
};

}  // namespace leafsum::readers
