// What headlines are put together of. Everything is appended to one string: every other string
// would be code to make and to drop, and a page fetches it all.
#pragma once

#include <cstdint>
#include <string>

#include "base/text.h"

namespace leafsum::report {

template <class... Parts>
[[gnu::always_inline]] inline void Put(std::string& out, const Parts&... parts) {
  (AppendPart(out, parts), ...);
}

// One format of numbers, the host's too: 4,196,352.
void Number(std::string& out, uint64_t n);
// "1 file", "2 files"
void Count(std::string& out, uint64_t n, const char* one, const char* many);
void Leaves(std::string& out, uint64_t n);
// 1.4 MiB
void Size(std::string& out, uint64_t bytes);
void Quoted(std::string& out, const std::string& text);
// A name of the user's: in quotes where it could be read as a part of the sentence.
void Name(std::string& out, const std::string& name);

}  // namespace leafsum::report
