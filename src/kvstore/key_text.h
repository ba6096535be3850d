// Makes a key or path from a checkpoint fit for a message: valid UTF-8, no control characters,
// short.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leafsum::kvstore {

// The key as a JSON string, or `hex:` and its bytes if it is not UTF-8. A key that is too long is
// cut and ends in "...".
std::string KeyText(std::string_view key);

// `3 keys, the first is "w/0"`.
std::string CountOfKeys(uint64_t n, std::string_view first);

}  // namespace leafsum::kvstore
