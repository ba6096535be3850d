#include "base/text_arena.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace leafsum {

TEST_CASE("texts stay where they are, whatever comes after and when the arena moves") {
  TextArena arena;
  std::vector<std::string_view> kept;
  std::vector<std::string> texts;
  for (size_t n = 0; n < 3000; ++n)
    texts.push_back(std::string(n % 97 == 0 ? n * 40 : n % 61, static_cast<char>('a' + n % 26)));
  for (const std::string& text : texts) kept.push_back(arena.Keep(text));
  TextArena other = std::move(arena);
  CHECK(arena.Keep("anew") == "anew");  // NOLINT: moved from, and empty
  CHECK(other.Keep("more") == "more");
  for (size_t n = 0; n < texts.size(); ++n) CHECK(kept[n] == texts[n]);
}

TEST_CASE("an arena takes what its texts take") {
  TextArena arena;
  size_t bytes = 0;
  while (bytes < 1 << 20) bytes += arena.Keep("params.layer_0.kernel/12345").size();
  CHECK(arena.bytes() < bytes + bytes / 8);
  TextArena exact;
  exact.Reserve(bytes);
  CHECK(exact.bytes() == bytes);
}

}  // namespace leafsum
