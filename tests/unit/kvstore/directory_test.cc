#include "kvstore/directory.h"

#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::kvstore;
using Kind = FileEntry::Kind;

namespace {

const std::vector<FileEntry> kListing = {
    {"state/w/.zarray", 151, Kind::kFile}, {"state/w", 0, Kind::kDirectory},
    {"state", 0, Kind::kDirectory},        {"state/w/0", 8000, Kind::kFile},
    {"stateful/w/0", 1, Kind::kFile},      {"state/link", 0, Kind::kSymlink},
    {"other/w/0", 2, Kind::kFile},         {"top", 3, Kind::kFile},
    {"../state/x", 4, Kind::kFile},        {"state/../state/y", 5, Kind::kFile},
};

std::vector<std::string> KeysBelow(std::string_view directory) {
  FileTable files;
  KvStore store;
  REQUIRE_FALSE(Directory(kListing, directory, files, store));
  std::vector<std::string> out;
  for (const auto& e : store.entries()) out.emplace_back(e.key);
  return out;
}

}  // namespace

TEST_CASE("Keys are the paths of files below the directory") {
  using Keys = std::vector<std::string>;
  CHECK(KeysBelow("state") == Keys{"w/.zarray", "w/0"});
  CHECK(KeysBelow("state/") == Keys{"w/.zarray", "w/0"});
  CHECK(KeysBelow("state/w") == Keys{".zarray", "0"});
  CHECK(KeysBelow("") == Keys{"other/w/0", "state/w/.zarray", "state/w/0", "stateful/w/0", "top"});
  CHECK(KeysBelow("top").empty());
  CHECK(KeysBelow("nowhere").empty());
}

TEST_CASE("A value is the whole file, and its size is known") {
  FileTable files;
  KvStore store;
  REQUIRE_FALSE(Directory(kListing, "state", files, store));
  const auto* entry = store.Find("w/0");
  REQUIRE(entry);
  CHECK(files.path(entry->value.file) == "state/w/0");
  CHECK(files.size(entry->value.file) == 8000);
  CHECK(entry->value.offset == 0);
  CHECK(entry->value.length == 8000);
  CHECK(files.count() == 2);
}

TEST_CASE("A file that is listed twice is an error") {
  FileTable files;
  KvStore store;
  const std::vector<FileEntry> listing = {{"a", 1, Kind::kFile}, {"a", 2, Kind::kFile}};
  const Status error = Directory(listing, "", files, store);
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kInvalid);
  CHECK(store.entries().size() == 1);
}
