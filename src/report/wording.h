// What headlines are put together of. Everything is appended to one string: every other string
// would be code to make and to drop, and a page fetches it all.
#pragma once

#include <cstdint>
#include <optional>
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

// ", signed by key sha256:8f43a1c20b7de9f1… at 2026-11-30T12:00:00Z (step 300)": an older lockfile
// with a good signature is told by these.
void Signed(std::string& out, const std::string& by, const std::string& at,
            const std::optional<uint64_t>& step);

}  // namespace leafsum::report
