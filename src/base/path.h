// Where a path or key is cut: at its last "/".
#pragma once

#include <string_view>
#include <utility>

namespace leafsum {

// "a/b/" of "a/b/c", "" of "c".
std::string_view DirectoryOf(std::string_view path);
// "c" of "a/b/c".
std::string_view NameOf(std::string_view path);
// What lies before the last "/" and what behind it: all of it where there is none.
std::pair<std::string_view, std::string_view> SplitKey(std::string_view key);

}  // namespace leafsum
