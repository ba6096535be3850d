#include "orbax/key_path.h"

#include <algorithm>

#include "support/catch.h"

using namespace leafsum::orbax;

TEST_CASE("key paths sort element by element as bytes, a prefix first") {
  const std::vector<KeyPath> sorted{
      {},     {""},    {"", ""}, {"a"}, {"a", "b"}, {"a", "b", "c"},  {"a", "é"},
      {"a."}, {"a.b"}, {"b"},    {"z"}, {"é"},      {"\xef\xbf\xbd"}, {"\xf0\x9f\x9a\x80"}};
  for (size_t i = 0; i < sorted.size(); ++i)
    for (size_t j = 0; j < sorted.size(); ++j) CHECK(KeyPathLess(sorted[i], sorted[j]) == (i < j));
}

TEST_CASE("text forms of a key path") {
  struct Row {
    KeyPath path;
    const char* param;
    const char* pointer;
    const char* json;
  };
  const Row rows[] = {
      {{}, "", "", "[]"},
      {{""}, "", "/", "[\"\"]"},
      {{"params", "Dense_0", "kernel"},
       "params.Dense_0.kernel",
       "/params/Dense_0/kernel",
       "[\"params\",\"Dense_0\",\"kernel\"]"},
      {{"a.b"}, "a.b", "/a.b", "[\"a.b\"]"},
      {{"a", "b"}, "a.b", "/a/b", "[\"a\",\"b\"]"},
      {{"a/b", "m~n", "~1"}, "a/b.m~n.~1", "/a~1b/m~0n/~01", "[\"a/b\",\"m~n\",\"~1\"]"},
      {{"q\"\\\n\x7f"}, "q\"\\\n\x7f", "/q\"\\\n\x7f", "[\"q\\\"\\\\\\n\x7f\"]"},
  };
  for (const Row& row : rows) {
    CHECK(ParamName(row.path) == row.param);
    CHECK(JsonPointer(row.path) == row.pointer);
    CHECK(ToJson(row.path) == row.json);
  }
}

TEST_CASE("patterns") {
  struct Row {
    const char* pattern;
    const char* item;
    KeyPath path;
    bool matches;
  };
  const Row rows[] = {
      {"/params/w", "state", {"params", "w"}, true},
      {"/params/w", "state", {"params", "w", "x"}, false},
      {"/params", "state", {"params", "w"}, false},
      {"/params/*", "state", {"params", "w"}, true},
      {"/params/*", "state", {"params", "a", "b"}, false},
      {"/*/w", "state", {"params", "w"}, true},
      {"/params/Dense_*/ker?el", "", {"params", "Dense_12", "kernel"}, true},
      {"/params/Dense_*/ker?el", "", {"params", "Dense_12", "keel"}, false},
      {"/**", "", {}, true},
      {"/**", "", {"a", "b"}, true},
      {"/params/**", "", {"params"}, true},
      {"/params/**", "", {"params", "a", "b"}, true},
      {"/**/kernel", "", {"params", "a", "kernel"}, true},
      {"/**/kernel", "", {"kernel"}, true},
      {"/**/kernel", "", {"params", "kernel", "x"}, false},
      {"/**/a/**/b", "", {"x", "a", "a", "y", "b"}, true},
      {"/**/a/**/b", "", {"x", "a", "y"}, false},
      {"/a**c", "", {"abbc"}, true},
      {"/a**c", "", {"ab", "bc"}, false},  // only an element that is `**` crosses
      {"", "", {}, true},
      {"", "", {"a"}, false},
      {"/", "", {""}, true},
      {"/", "", {}, false},
      {"/a~1b/m~0n", "", {"a/b", "m~n"}, true},
      {"/a/b", "", {"a/b"}, false},
      {"/a~", "", {"a~"}, true},  // no escape, so it stands for itself
      {"/a~2", "", {"a~2"}, true},
      {"/~01", "", {"~1"}, true},
      {"/ab**", "", {"ab"}, true},
      {"/?", "", {"é"}, true},  // one character, two bytes
      {"/??", "", {"é"}, false},
      {"/?", "", {"\xff"}, true},  // and whatever else, one byte
      {"params.w", "state", {"params", "w"}, true},
      {"params.*", "state", {"params", "w"}, true},
      {"params.*", "state", {"params", "a", "b"}, false},
      {"params.**", "state", {"params", "a", "b"}, true},
      {"a.b", "", {"a.b"}, true},
      {"a.b", "", {"a", "b"}, true},
      {"w", "", {"params", "w"}, false},
      {"state:/params/*", "state", {"params", "w"}, true},
      {"state:/params/*", "ema", {"params", "w"}, false},
      {"5/state:/params/*", "5/state", {"params", "w"}, true},
      {"state:params.w", "state", {"params", "w"}, true},
      {"state:", "state", {}, true},
      {":/a", "", {"a"}, true},
      {"stat:/a", "state", {"a"}, false},
      {"colon:key", "", {"colon:key"}, true},
      {"colon:key", "colon", {"key"}, true},
      {"*", "", {"a"}, true},
      {"*", "", {"a", "b"}, false},
  };
  for (const Row& row : rows) {
    INFO(row.pattern << " on " << row.item << ":" << JsonPointer(row.path));
    CHECK(Matches(row.pattern, row.item, row.path) == row.matches);
  }
}

TEST_CASE("a pattern of stars costs no more than its length times the text's") {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "a*";
  CHECK_FALSE(Matches("/" + stars + "b", "", {std::string(20000, 'a')}));
  std::string crossing;
  for (int i = 0; i < 500; ++i) crossing += "/**/a";
  CHECK_FALSE(Matches(crossing + "/b", "", KeyPath(3000, "a")));
}

TEST_CASE("what an array's keys begin with") {
  const std::pair<const char*, const char*> rows[] = {{"", ""},     {"a", "a/"},    {"a.b", "a.b/"},
                                                      {"a/", "a/"}, {"a//", "a//"}, {"/", "/"}};
  for (const auto& [name, prefix] : rows) CHECK(KeyPrefix(name) == prefix);
}
