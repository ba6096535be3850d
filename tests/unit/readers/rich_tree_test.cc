#include "readers/rich_tree.h"

#include "base/text.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::readers;
using orbax::TreeEntry;

namespace {

std::string Leaf(const std::string& type, bool skip = false) {
  return R"({"category":"custom","clazz":"ValueMetadataEntry","data":{"value_type":")" + type +
         R"(","skip_deserialize":)" + (skip ? "true}}" : "false}}");
}
std::string Tuple(const std::string& elements) {
  return R"({"category":"custom","clazz":"tuple","entries":[)" + elements + "]}";
}
std::string Field(const std::string& key, const std::string& value) {
  return R"({"key":")" + key + R"(","value":)" + value + "}";
}
std::string NamedTuple(const std::string& fields) {
  return R"({"category":"namedtuple","module":"m","clazz":"C","entries":[)" + fields + "]}";
}

TreeEntry Entry(orbax::KeyPath path, std::vector<uint64_t> types, std::string value_type) {
  TreeEntry entry;
  entry.skip_deserialize = orbax::IsEmptyValueType(value_type);
  entry.key_path = std::move(path);
  entry.key_types = std::move(types);
  entry.value_type = std::move(value_type);
  return entry;
}

// {"a": array, "n": C(x=array, y=None), "t": (array, text)}
const std::vector<TreeEntry> kEntries = {
    Entry({"a"}, {2}, "jax.Array"), Entry({"n", "x"}, {2, 2}, "jax.Array"),
    Entry({"n", "y"}, {2, 2}, "None"), Entry({"t", "0"}, {2, 1}, "np.ndarray"),
    Entry({"t", "1"}, {2, 1}, "string")};

std::string Told(const std::string& json, std::span<const TreeEntry> entries = kEntries) {
  const auto d = CompareRichTree(json, entries);
  return d ? std::string(d->error.code == ErrorCode::kLimit ? "limit " : "") +
                 (d->key_path ? orbax::JsonPointer(*d->key_path) : "-") + ": " + d->error.expected +
                 " / " + d->error.actual
           : "";
}

}  // namespace

TEST_CASE("value_metadata_tree against tree_metadata") {
  const std::string a = "\"a\":" + Leaf("jax.Array"), x = Field("x", Leaf("jax.Array")),
                    y = Field("y", Leaf("None", true)), n = "\"n\":" + NamedTuple(x + "," + y),
                    t0 = Leaf("np.ndarray"), t1 = Leaf("string"),
                    t = "\"t\":" + Tuple(t0 + "," + t1);
  struct Row {
    std::string json, told;
  };
  const std::vector<Row> rows = {
      {"{" + a + "," + n + "," + t + "}", ""},
      {"{" + t + "," + n + "," + a + "}", ""},
      {"{" + a + "," + n + R"(,"t":[)" + t0 + "," + t1 + "]}",
       ""},  // as Orbax without rich types restores it
      {"{" + n + "," + t + "}", "-: 5 leaves / 4"},
      {"{" + a + "," + n + "," + t + R"(,"z":)" + t0 + "}", "/z: no leaf / a leaf"},
      {"{" + a + "," + n + R"(,"t":)" + Tuple(t1 + "," + t0) + "}", "/t/0: np.ndarray / string"},
      {"{" + a + "," + n + R"(,"t":{"0":)" + t0 + R"(,"1":)" + t1 + "}}", "/t/0: [2,1] / [2,2]"},
      {"{" + a + R"(,"n":)" + NamedTuple(x + "," + x) + "," + t + "}", "/n/x: one leaf / two"},
      {"{" + a + R"(,"n":)" + NamedTuple(x + "," + Field("y", Leaf("None"))) + "," + t + "}",
       "/n/y: None, skipped / None"},
      {R"({"a":)" + Leaf("jax.Array", true) + "," + n + "," + t + "}",
       "/a: jax.Array / jax.Array, skipped"},
      // Of two members the last counts.
      {R"({"a":5,)" + a + "," + n + "," + t + "}", ""},
      {"{" + a + R"(,"a":5,)" + n + "," + t + "}", "/a: a container or an entry / number"},
      {"{" + a + R"(,"e":{},)" + n + "," + t + "}", "/e: a container or an entry / object"},
      {"{" + a + R"(,"e":[],)" + n + "," + t + "}", "/e: a container or an entry / array"},
      {R"({"a":{"category":"custom","clazz":"set","entries":[]},)" + n + "}",
       "/a: a container or an entry / object"},
      {R"({"a":{"category":"custom","clazz":"ValueMetadataEntry"}})", "/a: an entry / none"},
      {R"({"a":{"category":"namedtuple","entries":[{"key":"x"}]}})",
       "/a: a container or an entry / object"},
      {"{" + a + R"(,"e":)" + Tuple("") + "}", "/e: a container or an entry / array"},
      {"{" + a + R"(,"e":)" + NamedTuple("") + "}", "/e: a container or an entry / array"},
      {R"({"a":{"category":"custom","clazz":"tuple"}})", "/a: a container or an entry / object"},
      {R"({"a":{"category":"custom","clazz":"tuple","entries":5}})",
       "/a: a container or an entry / object"},
      {R"({"a":{"category":"namedtuple"}})", "/a: a container or an entry / object"},
      {R"({"a":{"category":"namedtuple","entries":[{"value":5}]}})",
       "/a: a container or an entry / object"},
      {R"({"a":{"category":"namedtuple","entries":[{"key":5,"value":5}]}})",
       "/a: a container or an entry / object"},
      {R"({"a":{"category":"custom","clazz":"ValueMetadataEntry","data":5}})",
       "/a: an entry / none"},
      // A flag that is missing is false; a category that is no text is a dict's member.
      {R"({"a":{"category":"custom","clazz":"ValueMetadataEntry","data":{"value_type":"jax.Array"}},)" +
           n + "," + t + "}",
       ""},
      {R"({"a":{"category":5}})", "/a/category: a container or an entry / number"},
      {std::string((32 << 20) + 1, ' '), "limit -: at most 33,554,432 bytes / 33,554,433 bytes"},
      {"5", ": a container or an entry / number"},
      {Leaf("jax.Array"), ": no leaf / a leaf"},
      {"{", "-:  / "},
      {"", "-:  / "},
      {std::string(65, '[') + std::string(65, ']'), "limit -: depth of at most 64 / more"},
  };
  for (const Row& row : rows) {
    INFO(row.json.substr(0, 2000));
    CHECK(Told(row.json) == row.told);
  }
  const TreeEntry bare = Entry({}, {}, "jax.Array");
  CHECK(Told(Leaf("jax.Array"), {&bare, 1}) == "");
}
