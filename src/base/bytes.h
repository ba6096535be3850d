// Views of bytes. Nothing here owns memory: the holder of the buffer outlives the view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leafsum {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;
using ByteVector = std::vector<uint8_t>;

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline ByteVector ToVector(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace leafsum
