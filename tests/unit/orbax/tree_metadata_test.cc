#include "orbax/tree_metadata.h"

#include <algorithm>

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::orbax;

namespace {

Result<TreeMetadata> Parse(const std::string& text) {
  return ParseTreeMetadata(test::Exact(AsBytes(text)));
}

// An entry whose keys are all dict keys.
TreeEntry Leaf(KeyPath path, std::string value_type = "jax.Array") {
  TreeEntry entry;
  entry.key_types.assign(path.size(), 2);
  entry.key_path = std::move(path);
  entry.skip_deserialize = IsEmptyValueType(value_type);
  entry.value_type = std::move(value_type);
  return entry;
}

// What Orbax would write; member names are counters, since nobody reads them.
std::string WriteEntries(const std::vector<TreeEntry>& entries) {
  std::string text = "{";
  for (const TreeEntry& entry : entries) {
    if (text.size() > 1) text += ", ";
    text += "\"(" + std::to_string(text.size()) + ",)\": {\"key_metadata\": [";
    for (size_t i = 0; i < entry.key_path.size(); ++i)
      text += (i ? ", {\"key\": " : "{\"key\": ") + JsonString(entry.key_path[i]) +
              ", \"key_type\": " + std::to_string(entry.key_types[i]) + "}";
    text += "], \"value_metadata\": {\"value_type\": " + JsonString(entry.value_type) +
            ", \"skip_deserialize\": " + (entry.skip_deserialize ? "true" : "false");
    if (entry.write_shape) {
      text += ", \"write_shape\": [";
      for (size_t i = 0; i < entry.write_shape->size(); ++i)
        text += (i ? ", " : "") + std::to_string((*entry.write_shape)[i]);
      text += "]";
    }
    text += "}}";
  }
  return text + "}";
}

std::string Write(const std::vector<TreeEntry>& entries, const std::string& more = "") {
  return "{\"tree_metadata\": " + WriteEntries(entries) + more + "}";
}

std::vector<KeyPath> Paths(const TreeMetadata& tree) {
  std::vector<KeyPath> paths;
  for (const TreeEntry& entry : tree.entries) paths.push_back(entry.key_path);
  return paths;
}

}  // namespace

TEST_CASE("the form that Orbax writes") {
  const auto tree = Parse(
      R"json({"tree_metadata": {"('list', '0')": {"key_metadata": [{"key": "list", "key_type": 2},
    {"key": "0", "key_type": 1}], "value_metadata": {"value_type": "jax.Array", "skip_deserialize": false,
    "write_shape": [2]}}}, "use_ocdbt": true, "use_zarr3": false, "store_array_data_equal_to_fill_value": true,
    "custom_metadata": null, "value_metadata_tree": "{}"})json");
  REQUIRE(tree);
  REQUIRE(tree->entries.size() == 1);
  const TreeEntry& entry = tree->entries[0];
  CHECK(entry.key_path == KeyPath{"list", "0"});
  CHECK(entry.key_types == std::vector<uint64_t>{2, 1});
  CHECK(entry.value_type == "jax.Array");
  CHECK_FALSE(entry.skip_deserialize);
  CHECK(entry.write_shape == std::vector<uint64_t>{2});
  CHECK(tree->use_ocdbt == true);
  CHECK_FALSE(tree->use_zarr3);
  CHECK(tree->store_array_data_equal_to_fill_value);
  CHECK_FALSE(tree->has_custom_metadata);
  CHECK_FALSE(tree->has_equal_key_paths);
  CHECK(tree->problems.empty());
}

TEST_CASE("flags have their defaults where they are missing or null") {
  for (const char* more :
       {"",
        ", \"use_ocdbt\": null, \"use_zarr3\": null, "
        "\"store_array_data_equal_to_fill_value\": null, \"custom_metadata\": {}"}) {
    const auto tree = Parse(Write({Leaf({"a"})}, more));
    REQUIRE(tree);
    CHECK(tree->use_ocdbt == std::nullopt);
    CHECK_FALSE(tree->use_zarr3);
    CHECK_FALSE(tree->store_array_data_equal_to_fill_value);
    CHECK_FALSE(tree->has_custom_metadata);
  }
  const auto tree = Parse(Write(
      {Leaf({"a"})}, R"(, "use_ocdbt": false, "use_zarr3": true, "custom_metadata": {"x": NaN})"));
  REQUIRE(tree);
  CHECK(tree->use_ocdbt == false);
  CHECK(tree->use_zarr3);
  CHECK(tree->has_custom_metadata);
}

TEST_CASE("entries go around, in the order of key paths") {
  TreeEntry step = Leaf({"step"}, "scalar");
  step.write_shape = std::vector<uint64_t>{};
  TreeEntry layer = Leaf({"layers", "10", "w"});
  layer.key_types[1] = 1;
  layer.write_shape = std::vector<uint64_t>{1, 18446744073709551615u};
  const std::vector<TreeEntry> entries{step,
                                       layer,
                                       Leaf({}, "np.ndarray"),
                                       Leaf({"a.b"}),
                                       Leaf({"a", "b"}),
                                       Leaf({"\xe6\xbc\xa2 \"\\\n"}, "string"),
                                       Leaf({"none"}, "None"),
                                       Leaf({""}, "my.Type")};
  const std::string text = Write(entries);
  const auto tree = Parse(text);
  REQUIRE(tree);
  CHECK(tree->problems.empty());
  CHECK(Paths(*tree) == std::vector<KeyPath>{{},
                                             {""},
                                             {"a", "b"},
                                             {"a.b"},
                                             {"layers", "10", "w"},
                                             {"none"},
                                             {"step"},
                                             {"\xe6\xbc\xa2 \"\\\n"}});
  for (const TreeEntry& entry : entries) {
    const auto found =
        std::find_if(tree->entries.begin(), tree->entries.end(),
                     [&](const TreeEntry& e) { return e.key_path == entry.key_path; });
    REQUIRE(found != tree->entries.end());
    CHECK(found->key_types == entry.key_types);
    CHECK(found->value_type == entry.value_type);
    CHECK(found->skip_deserialize == entry.skip_deserialize);
    CHECK(found->write_shape == entry.write_shape);
  }
  for (size_t n = 0; n < text.size(); ++n) CHECK_FALSE(Parse(text.substr(0, n)));
  for (char extra : {'x', '}', '\0'}) CHECK_FALSE(Parse(text + extra));
}

TEST_CASE("escapes of any kind name the same key") {
  const auto tree = Parse(
      R"({"tree_metadata": {"x": {"key_metadata": [{"key": "\u00e9\ud83d\ude80", "key_type": 2}],
    "value_metadata": {"value_type": "np.ndarray", "skip_deserialize": false}}}})");
  REQUIRE(tree);
  CHECK(tree->entries[0].key_path == KeyPath{"\xc3\xa9\xf0\x9f\x9a\x80"});
}

TEST_CASE("placeholders of containers that have children are dropped") {
  const auto paths = [](const std::vector<TreeEntry>& entries) {
    const auto tree = Parse(Write(entries));
    REQUIRE(tree);
    return Paths(*tree);
  };
  using P = std::vector<KeyPath>;
  for (const char* empty : {"None", "Dict", "List", "Tuple", "NamedTuple"}) {
    CHECK(paths({Leaf({"a"}, empty), Leaf({"a", "b"})}) == P{{"a", "b"}});
    CHECK(paths({Leaf({"a"}, empty)}) == P{{"a"}});
  }
  CHECK(paths({Leaf({}, "Dict"), Leaf({"a"}, "Dict"), Leaf({"a", "b"}, "Dict")}) == P{{"a", "b"}});
  CHECK(paths({Leaf({"a"}, "Dict"), Leaf({"ab"}), Leaf({"a.b"})}) == P{{"a"}, {"a.b"}, {"ab"}});
  CHECK(paths({Leaf({"a"}, "Dict"), Leaf({"a"}, "Dict"), Leaf({"a", "b"})}) == P{{"a", "b"}});
  CHECK(paths({Leaf({"a"}, "np.ndarray"), Leaf({"a", "b"})}) ==
        P{{"a"}, {"a", "b"}});  // a leaf is no container
  CHECK(paths({Leaf({"a"}, "Dict"), Leaf({"a"}, "scalar"), Leaf({"a", "b"})}) ==
        P{{"a"}, {"a", "b"}});
}

TEST_CASE("equal key paths are told, whatever the members' names") {
  const auto tree = Parse(Write({Leaf({"a", "b"}), Leaf({"c"}), Leaf({"a", "b"})}));
  REQUIRE(tree);
  CHECK(tree->has_equal_key_paths);
  CHECK(tree->entries.size() == 3);
  CHECK_FALSE(Parse(Write({Leaf({"a", "b"}), Leaf({"a.b"})}))
                  ->has_equal_key_paths);  // the same store key only
}

TEST_CASE("of equal members the last counts, and they are named") {
  const std::string entry =
      R"({"key_metadata": [{"key": "a", "key_type": 2}], "value_metadata": {"value_type": ")";
  const std::string end = R"(", "skip_deserialize": false}})";
  const auto tree =
      Parse("{\"tree_metadata\": {\"x\": " + entry + "scalar" + end + ", \"x\": " + entry +
            "string" + end + "}, \"use_zarr3\": true, \"use_zarr3\": false}");
  REQUIRE(tree);
  REQUIRE(tree->entries.size() == 1);
  CHECK(tree->entries[0].value_type == "string");
  CHECK_FALSE(tree->use_zarr3);
  CHECK(tree->duplicate_members == std::vector<std::string>{"x", "use_zarr3"});
}

TEST_CASE("half a surrogate is a problem in a key alone") {
  const std::string one = WriteEntries({Leaf({"p", "a"}), Leaf({"p", "b"})});
  const auto with = [&](std::string_view what, std::string_view instead) {
    std::string text = "{\"tree_metadata\": " + one + ", \"custom_metadata\": {\"x\": \"y\"}}";
    return Parse(text.replace(text.find(what), what.size(), instead));
  };
  for (const char* what : {"\"y\"", "\"x\"", "\"(1,)\""}) {
    CAPTURE(what);
    const auto tree = with(what, "\"\\ud800\"");
    REQUIRE(tree);
    CHECK(tree->problems.empty());
    CHECK(Paths(*tree) == std::vector<KeyPath>{{"p", "a"}, {"p", "b"}});
  }
  const auto tree = with("\"a\"", "\"\\udc00\"");
  REQUIRE(tree);
  CHECK(Paths(*tree) == std::vector<KeyPath>{{"p", "b"}});
  REQUIRE(tree->problems.size() == 1);
  CHECK(tree->problems[0].member == "(1,)");
  CHECK(tree->problems[0].error.message == "\"key\": half of a surrogate pair is not a character");
  CHECK(Paths(*with("\"a\"", "\"\\uffff\"")) == std::vector<KeyPath>{{"p", "b"}, {"p", "\uffff"}});
}

TEST_CASE("what was replaced leaves neither an entry nor a problem") {
  const std::string tree_with = "{\"tree_metadata\": ";
  const std::string a = WriteEntries({Leaf({"a"})}), b = WriteEntries({Leaf({"b"}), Leaf({"c"})});
  const auto again = Parse(tree_with + a + ", \"tree_metadata\": " + b + "}");
  REQUIRE(again);
  CHECK(Paths(*again) == std::vector<KeyPath>{{"b"}, {"c"}});
  CHECK_FALSE(Parse(tree_with + a + ", \"tree_metadata\": 5}"));
  const std::string entry = a.substr(a.find(": ") + 2, a.size() - a.find(": ") - 3);
  const auto mended = Parse(tree_with + "{\"x\": 5, \"y\": 5, \"x\": " + entry + "}}");
  REQUIRE(mended);
  CHECK(Paths(*mended) == std::vector<KeyPath>{{"a"}});
  REQUIRE(mended->problems.size() == 1);
  CHECK(mended->problems[0].member == "y");
  // Elsewhere in the document a member of that name is any other.
  const auto nested =
      Parse("{\"x\": {\"tree_metadata\": {\"z\": 1}}, \"tree_metadata\": " + a + "}");
  REQUIRE(nested);
  CHECK(Paths(*nested) == std::vector<KeyPath>{{"a"}});
  CHECK(nested->problems.empty());
}

TEST_CASE("an entry that is wrong is a problem; the others are read") {
  const std::string good_value =
      R"("value_metadata": {"value_type": "scalar", "skip_deserialize": false})";
  const std::string good_keys = R"("key_metadata": [{"key": "a", "key_type": 2}])";
  struct Row {
    std::string entry;
    const char* message;
  };
  const Row rows[] = {
      {"5", "\"tree_metadata\": expected objects, but received number"},
      {"{" + good_value + "}", "\"key_metadata\": expected array, but member is missing"},
      {"{" + good_keys + R"(, "value_metadata": {"value_type": 5, "skip_deserialize": false}})",
       "\"value_type\": expected string that is not empty, but received number"},
      {"{\"key_metadata\": {}, " + good_value + "}",
       "\"key_metadata\": expected array, but received object"},
      {"{\"key_metadata\": [\"a\"], " + good_value + "}",
       "\"key_metadata\": expected objects, but received string"},
      {"{\"key_metadata\": [{\"key_type\": 2}], " + good_value + "}",
       "\"key\": expected string, but member is missing"},
      {"{\"key_metadata\": [{\"key\": 0, \"key_type\": 1}], " + good_value + "}",
       "\"key\": expected string, but received number"},
      {"{\"key_metadata\": [{\"key\": \"a\"}], " + good_value + "}",
       "\"key_type\": expected 1 or 2, but member is missing"},
      {"{\"key_metadata\": [{\"key\": \"a\", \"key_type\": \"2\"}], " + good_value + "}",
       "\"key_type\": expected 1 or 2, but received string"},
      {"{\"key_metadata\": [{\"key\": \"a\", \"key_type\": 0}], " + good_value + "}",
       "\"key_type\": 0 is neither a sequence index nor a dict key"},
      {"{\"key_metadata\": [{\"key\": \"a\", \"key_type\": 3}], " + good_value + "}",
       "\"key_type\": 3 is neither a sequence index nor a dict key"},
      {"{\"key_metadata\": [{\"key\": \"a\", \"key_type\": 1}], " + good_value + "}",
       "\"key\": a sequence index is not a number: Python's int() raises ValueError"},
      {"{\"key_metadata\": [{\"key\": \"\", \"key_type\": 1}], " + good_value + "}",
       "\"key\": a sequence index is not a number: Python's int() raises ValueError"},
      {"{" + good_keys + "}", "\"value_metadata\": expected object, but member is missing"},
      {"{" + good_keys + ", \"value_metadata\": null}",
       "\"value_metadata\": expected object, but received null"},
      {"{" + good_keys + ", \"value_metadata\": {\"skip_deserialize\": false}}",
       "\"value_type\": expected string that is not empty, but member is missing"},
      {"{" + good_keys +
           ", \"value_metadata\": {\"value_type\": \"\", \"skip_deserialize\": false}}",
       "\"value_type\": expected string that is not empty, but received string"},
      {"{" + good_keys + ", \"value_metadata\": {\"value_type\": \"scalar\"}}",
       "\"skip_deserialize\": expected boolean, but member is missing"},
      {"{" + good_keys +
           ", \"value_metadata\": {\"value_type\": \"scalar\", \"skip_deserialize\": 0}}",
       "\"skip_deserialize\": expected boolean, but received number"},
      {"{" + good_keys +
           ", \"value_metadata\": {\"value_type\": \"scalar\", \"skip_deserialize\": false, "
           "\"write_shape\": [-1]}}",
       "\"write_shape\": expected array of non-negative integers, but received array"},
      {"{" + good_keys +
           ", \"value_metadata\": {\"value_type\": \"scalar\", \"skip_deserialize\": false, "
           "\"write_shape\": 2}}",
       "\"write_shape\": expected array of non-negative integers, but received number"},
  };
  for (const Row& row : rows) {
    INFO(row.entry);
    std::string text = Write({Leaf({"good"})});
    text.insert(text.size() - 2, ", \"wrong\": " + row.entry);
    const auto tree = Parse(text);
    REQUIRE(tree);
    CHECK(Paths(*tree) == std::vector<KeyPath>{{"good"}});
    REQUIRE(tree->problems.size() == 1);
    CHECK(tree->problems[0].member == "wrong");
    CHECK(tree->problems[0].error.code == ErrorCode::kInvalid);
    CHECK(tree->problems[0].error.message == row.message);
  }
  // write_shape may be null, as it is where a writer spells out its absence.
  std::string text = Write({});
  text.insert(text.size() - 2, "\"x\": {" + good_keys +
                                   R"(, "value_metadata": {"value_type": "scalar", )"
                                   R"("skip_deserialize": false, "write_shape": null}})");
  CHECK(Parse(text)->entries[0].write_shape == std::nullopt);
}

TEST_CASE("a tree without rich types, and metadata of any kind of a user's own") {
  CHECK_FALSE(Parse(Write({Leaf({"a"})}, ", \"value_metadata_tree\": null"))->value_metadata_tree);
  for (const char* value : {"5", "\"x\"", "[]", "{\"a\": 1}"})
    CHECK(Parse(Write({Leaf({"a"})}, ", \"custom_metadata\": " + std::string(value)))
              ->has_custom_metadata);
}

TEST_CASE("of more problems than a report has only the number counts") {
  std::string entries;
  for (int i = 0; i < 1002; ++i) entries += (i ? ",\"" : "\"") + std::to_string(i) + "\":5";
  const auto tree = Parse("{\"tree_metadata\": {" + entries + "}}");
  REQUIRE(tree);
  REQUIRE(tree->problems.size() == 1002);
  CHECK(tree->problems[999].error.message ==
        "\"tree_metadata\": expected objects, but received number");
  CHECK(tree->problems[1000].error.message == "no entry");
}

TEST_CASE("documents that are none") {
  struct Row {
    std::string text;
    const char* message;
  };
  const Row rows[] = {
      {"[]", "expected an object, but the document is another value"},
      {"{}", "\"tree_metadata\": expected object, but member is missing"},
      {"{\"tree_metadata\": []}", "\"tree_metadata\": expected object, but received array"},
      {Write({}, ", \"value_metadata_tree\": {}"),
       "\"value_metadata_tree\": expected string, but received object"},
      {Write({}, ", \"use_ocdbt\": 1"), "\"use_ocdbt\": expected boolean, but received number"},
      {Write({}, ", \"use_zarr3\": \"true\""),
       "\"use_zarr3\": expected boolean, but received string"},
      {Write({}, ", \"store_array_data_equal_to_fill_value\": {}"),
       "\"store_array_data_equal_to_fill_value\": expected boolean, but received object"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto tree = Parse(row.text);
    REQUIRE_FALSE(tree);
    CHECK(tree.error().code == ErrorCode::kInvalid);
    CHECK(tree.error().message == row.message);
  }
  CHECK(Parse("{\"tree_metadata\": {}}")->entries.empty());
  // Text that is not Unicode spoils the whole document: the parser sees it before it sees any
  // entry.
  for (const char* key : {"\xff", "\xed\xa0\x80"}) {
    const auto tree =
        Parse("{\"tree_metadata\": {\"x\": {\"key_metadata\": [{\"key\": \"" + std::string(key) +
              "\", \"key_type\": 2}], \"value_metadata\": {\"value_type\": \"scalar\", "
              "\"skip_deserialize\": false}}}}");
    REQUIRE_FALSE(tree);
    CHECK(tree.error().code == ErrorCode::kInvalid);
  }
}
