// Cuts a path or key at its last "/".
#pragma once

#include <string_view>
#include <utility>

namespace leafsum {

// "a/b/" of "a/b/c", "" of "c".
std::string_view DirectoryOf(std::string_view path);
// "c" of "a/b/c".
std::string_view NameOf(std::string_view path);
// "a" of "a/b/c".
std::string_view TopOf(std::string_view path);
// The parts before and after the last "/"; without one, the whole key is the second part.
std::pair<std::string_view, std::string_view> SplitKey(std::string_view key);

}  // namespace leafsum
