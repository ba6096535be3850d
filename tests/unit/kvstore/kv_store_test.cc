#include "kvstore/kv_store.h"

#include <string>

#include "base/text.h"
#include "base/text_arena.h"
#include "io/file_entry.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::kvstore;

namespace {

std::vector<std::string> Keys(const KvStore& store) {
  std::vector<std::string> out;
  for (const auto& e : store.entries()) out.emplace_back(e.key);
  return out;
}

KvStore StoreOf(const std::vector<std::string>& keys) {
  KvStore store;
  for (const auto& key : keys) store.AddInline(key, AsBytes("value of " + key));
  REQUIRE_FALSE(store.Seal());
  return store;
}

}  // namespace

TEST_CASE("Keys are sorted by unsigned bytes, a prefix first") {
  const std::vector<std::string> sorted = {
      "", std::string(1, '\0'), "a", "a/", "a/0", "b", "\x7f", "\x80", "\xff"};
  const std::vector<std::string> reversed(sorted.rbegin(), sorted.rend());
  CHECK(Keys(StoreOf(reversed)) == sorted);
  CHECK(Keys(StoreOf(sorted)) == sorted);
}

TEST_CASE("Find gives the entry of exactly that key") {
  const KvStore store = StoreOf({"w/0", "w/.zarray", "w/1", ""});
  REQUIRE(store.Find("w/0"));
  CHECK(AsText(store.InlineValue(store.Find("w/0")->value)) == "value of w/0");
  REQUIRE(store.Find(""));
  CHECK(AsText(store.InlineValue(store.Find("")->value)) == "value of ");
  CHECK_FALSE(store.Find("w/"));
  CHECK_FALSE(store.Find("w/00"));
  CHECK_FALSE(store.Find("x"));
  CHECK_FALSE(KvStore().Find(""));
}

TEST_CASE("Equal keys are an error, and one of them stays") {
  KvStore store;
  store.Add("b", {7, 1, 2});
  store.Add("a", {7, 3, 4});
  store.Add("b", {8, 5, 6});
  const Status error = store.Seal();
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kInvalid);
  CHECK(error->actual == "\"b\"");
  CHECK(Keys(store) == std::vector<std::string>{"a", "b"});
  CHECK(store.Find("b")->value.file == 7);
}

TEST_CASE("Entries are valid after a store is moved, short keys too") {
  KvStore first = StoreOf({"k"});
  KvStore second = std::move(first);
  KvStore third;
  third = std::move(second);
  REQUIRE(third.entries().size() == 1);
  CHECK(third.entries()[0].key == "k");
  CHECK(AsText(third.InlineValue(third.entries()[0].value)) == "value of k");
}

TEST_CASE("An inline value outside the arena, or of a file, is empty") {
  const KvStore store = StoreOf({"k"});
  CHECK(store.InlineValue({kInlineFile, 0, 10}).size() == 10);
  CHECK(store.InlineValue({kInlineFile, 0, 11}).empty());
  CHECK(store.InlineValue({kInlineFile, ~uint64_t{0}, 2}).empty());
  CHECK(store.InlineValue({0, 0, 1}).empty());
}

TEST_CASE("A value's place comes back as it was given") {
  KvStore store;
  store.Reserve(2, 2, 0);
  store.Add("k", {3, uint64_t{1} << 40, uint64_t{1} << 33});
  REQUIRE_FALSE(store.Seal());
  const ValueRef& value = store.Find("k")->value;
  CHECK_FALSE(value.is_inline());
  CHECK(value.file == 3);
  CHECK(value.offset == uint64_t{1} << 40);
  CHECK(value.length == uint64_t{1} << 33);
}

TEST_CASE("FileTable gives a path one number") {
  FileTable files;
  const uint32_t a = files.Intern("d/a");
  const uint32_t b = files.Intern("d/b");
  CHECK(a != b);
  CHECK(files.Intern("d/a") == a);
  CHECK(files.count() == 2);
  CHECK(files.path(b) == "d/b");
  CHECK(files.Find("d/b") == b);
  CHECK_FALSE(files.Find("d/c"));
  CHECK_FALSE(files.size(a));
  files.SetSize(a, 5);
  CHECK(files.size(a) == 5);
}

// The core's part of the 400 bytes that a listed file may take (README, Limits); the host's is in
// tests/node/listing_pages.
TEST_CASE("a listed file takes the core 120 bytes with its path") {
  constexpr size_t kFiles = 100'000;
  TextArena texts;
  std::vector<FileEntry> listing;
  listing.reserve(kFiles);
  for (size_t n = 0; n < kFiles; ++n)
    listing.push_back(
        {texts.Keep("params.layer_0.kernel/" + std::to_string(n)), n, FileEntry::Kind::kFile});
  FileTable files;
  files.Reserve(kFiles);
  for (const FileEntry& entry : listing) files.SetSize(files.InternKept(entry.path), entry.size);
  CHECK(files.count() == kFiles);
  CHECK(files.path(kFiles - 1).data() == listing.back().path.data());
  CHECK(files.size(7) == 7);
  CHECK(texts.bytes() + listing.capacity() * sizeof(FileEntry) + files.bytes() <= 120 * kFiles);
}

TEST_CASE("a path is interned once, whoever keeps it") {
  FileTable files;
  const std::string kept = "d/a";
  const uint32_t a = files.InternKept(kept);
  CHECK(files.Intern("d/a") == a);
  const uint32_t b = files.Intern(std::string("d/b"));
  for (int n = 0; n < 1000; ++n) files.Intern("d/" + std::to_string(n));
  CHECK(files.path(b) == "d/b");
  CHECK(files.InternKept("d/b") == b);
  CHECK(files.Find("d/999"));
}
