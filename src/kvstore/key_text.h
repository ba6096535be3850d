// A key or path from a checkpoint as it may stand in a message: valid UTF-8, no control characters,
// short.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leafsum::kvstore {

// A JSON string, or `hex:` and the bytes where the key is not UTF-8. What is too long ends in
// "...".
std::string KeyText(std::string_view key);

// `3 keys, the first is "w/0"`.
std::string CountOfKeys(uint64_t n, std::string_view first);

}  // namespace leafsum::kvstore
