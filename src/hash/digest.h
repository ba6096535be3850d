// 32 bytes that stand for content.
#pragma once

#include <array>
#include <string>

#include "base/bytes.h"
#include "base/text.h"

namespace leafsum::hash {

using Digest = std::array<uint8_t, 32>;

inline std::string ToHex(const Digest& d) { return Hex(Bytes(d)); }

}  // namespace leafsum::hash
