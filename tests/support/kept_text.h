// Texts for a listing's paths, which are views: kept until the end of the tests.
#pragma once

#include <string_view>

#include "base/text_arena.h"

namespace leafsum::test {

inline std::string_view KeptText(std::string_view text) {
  static TextArena arena;
  return arena.Keep(text);
}

}  // namespace leafsum::test
