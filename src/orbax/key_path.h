// A path in the PyTree, element by element, as `_METADATA` spells its keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leafsum::orbax {

using KeyPath = std::vector<std::string>;

// Compares element by element as UTF-8 bytes; a prefix comes first (contract §3).
bool KeyPathLess(const KeyPath& a, const KeyPath& b);
// The elements joined with ".", unescaped: the name with which store keys begin (formats §3.4).
std::string ParamName(const KeyPath& path);
// The prefix of the keys of a parameter's array: TensorStore adds a "/" to the name unless it ends
// in one.
std::string KeyPrefix(std::string_view param_name);
// The text form of RFC 6901, "/params/Dense_0/kernel"; "" for the empty path.
std::string JsonPointer(const KeyPath& path);
// ["params","Dense_0","kernel"], as RFC 8785.
std::string ToJson(const KeyPath& path);

// One pattern of --include/--exclude: a JSON Pointer whose elements may hold `*` and `?`; `**`
// crosses elements; the dotted parameter name is accepted too. An item prefix "state:" restricts
// the pattern to that item.
bool Matches(std::string_view pattern, std::string_view item, const KeyPath& path);

}  // namespace leafsum::orbax
