#include "readers/tree.h"

#include <algorithm>

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::readers;
using orbax::TreeEntry;

namespace {

// "s/0/x" as an entry: what is written as a number is a sequence index, "a" and "'0" (without its
// quote) are dict keys.
TreeEntry Entry(std::string_view path, std::string value_type = "jax.Array") {
  TreeEntry entry;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    std::string key(path.substr(begin, end - begin));
    const bool quoted = key.starts_with('\''),
               index = !quoted && key.find_first_of("0123456789") != key.npos;
    entry.key_path.push_back(quoted ? key.substr(1) : key);
    entry.key_types.push_back(index ? 1 : 2);
    begin = end + 1;
  }
  entry.value_type = std::move(value_type);
  return entry;
}

std::string Told(std::vector<TreeEntry> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const TreeEntry& a, const TreeEntry& b) {
    return orbax::KeyPathLess(a.key_path, b.key_path);
  });
  std::string out;
  for (const TreeDivergence& d : CheckTree(entries))
    out += orbax::JsonPointer(d.key_path) + (d.all_raise ? " raises" : " " + d.taken) + "; ";
  return out;
}

}  // namespace

TEST_CASE("the tree that Orbax builds of the entries") {
  struct Row {
    const char* what;
    std::vector<TreeEntry> entries;
    std::string told;
  };
  const std::vector<Row> rows = {
      {"nothing", {}, ""},
      {"one value", {Entry("")}, ""},
      {"a tree",
       {Entry("a"), Entry("b/c"), Entry("b/d"), Entry("s/0"), Entry("s/1/x"), Entry("s/2", "None")},
       ""},
      {"a list of a dozen",
       {Entry("0"), Entry("1"), Entry("2"), Entry("3"), Entry("4"), Entry("5"), Entry("6"),
        Entry("7"), Entry("8"), Entry("9"), Entry("10"), Entry("11")},
       ""},
      {"dict keys that are digits", {Entry("d/'0"), Entry("d/'00"), Entry("d/'5")}, ""},
      {"names that begin alike", {Entry("a"), Entry("a.b"), Entry("ab/c")}, ""},
      {"a leaf below a leaf", {Entry("a"), Entry("a/x")}, "/a a container with /a/x; "},
      {"an empty node below a leaf",
       {Entry("a"), Entry("a/x", "None")},
       "/a a container with /a/x; "},
      {"one far below", {Entry("a"), Entry("a/x/y/z")}, "/a a container with /a/x/y/z; "},
      {"below the root", {Entry(""), Entry("a")}, " a container with /a; "},
      {"a chain",
       {Entry("a"), Entry("a/b"), Entry("a/b/c")},
       "/a a container with /a/b; /a/b a container with /a/b/c; "},
      {"a leaf and a placeholder of one path",
       {Entry("a", "None"), Entry("a"), Entry("a/b")},
       "/a a container with /a/b; "},
      {"a placeholder", {Entry("a", "Dict"), Entry("a/b")}, ""},
      {"a gap", {Entry("s/0"), Entry("s/2")}, "/s raises; "},
      {"no beginning", {Entry("s/1")}, "/s raises; "},
      {"a gap below", {Entry("s/0/0"), Entry("s/1/1"), Entry("t/0")}, "/s/1 raises; "},
      {"a gap at the root", {Entry("0"), Entry("2")}, " raises; "},
      {"an index beyond all", {Entry("s/0"), Entry("s/99999999999999999999999")}, "/s raises; "},
      {"2^64 - 1", {Entry("s/18446744073709551615")}, "/s raises; "},
      {"00", {Entry("s/0"), Entry("s/00")}, "/s/00 index 0; "},
      {"00 alone", {Entry("s/00/x"), Entry("s/00/y")}, "/s/00 index 0; "},
      {"+1", {Entry("s/0"), Entry("s/+1")}, "/s/+1 index 1; "},
      {"a space", {Entry("s/0"), Entry("s/ 1")}, "/s/ 1 index 1; "},
      {"1_0", {Entry("s/1_0")}, "/s/1_0 index 10; "},
      {"-1", {Entry("s/0"), Entry("s/-1")}, "/s/-1 index -1; "},
      {"both kinds of keys", {Entry("s/0"), Entry("s/x")}, "/s/x TypeError; "},
      {"both, of one text", {Entry("s/0/x"), Entry("s/'0/y")}, "/s/0 TypeError; "},
      {"both at the root", {Entry("0"), Entry("x")}, "/x TypeError; "},
      {"both below different nodes", {Entry("a/0"), Entry("b/x")}, ""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(Told(row.entries) == row.told);
  }
}

TEST_CASE("a sequence index is a number in ASCII") {
  const std::pair<const char*, const char*> rows[] = {{"x", "/s/x index ?; "},
                                                      {"", "/s/ index ?; "},
                                                      {"\xd9\xa1", "/s/\xd9\xa1 index ?; "},
                                                      {"1.0", "/s/1.0 index ?; "}};
  for (const auto& [key, told] : rows) {
    TreeEntry odd = Entry("s/0");
    odd.key_path[1] = key;
    odd.key_types = {2, 1};
    CHECK(Told({Entry("s/0"), odd}) == told);
  }
  // Which kind comes first says nothing.
  CHECK(Told({Entry("s/'!"), Entry("s/0"), Entry("s/1"), Entry("s/'x")}) == "/s/0 TypeError; ");
}

TEST_CASE("the cost is linear in the paths") {
  // Each path begins the next one: quadratic text, and no more than that.
  std::vector<TreeEntry> entries;
  std::string path = "k";
  for (int i = 0; i < 1000; ++i) entries.push_back(Entry(path)), path += "/k";
  CHECK(CheckTree(entries).size() == 999);
}

TEST_CASE("value types that Orbax has a handler for") {
  for (const char* type : {"jax.Array", "np.ndarray", "scalar", "string"})
    CHECK(HasTypeHandler(type));
  for (const char* type : {"", "None", "array", "jax.array", "np.array", "int", "bytes", "Unknown",
                           "axlearn.PythonSavable"})
    CHECK_FALSE(HasTypeHandler(type));
}
