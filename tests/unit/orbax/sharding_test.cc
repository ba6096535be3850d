#include "orbax/sharding.h"

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::orbax;

namespace {

// {"<base64 of name>": "<document as a string>"}
std::string File(const std::string& name, const std::string& document) {
  std::string encoded = Base64(AsBytes(name));
  for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return "{" + JsonString(encoded) + ": " + JsonString(document) + "}";
}

ShardingEntry One(const std::string& text) {
  const auto file = ParseSharding(test::Exact(AsBytes(text)));
  REQUIRE(file);
  REQUIRE(file->entries.size() == 1);
  return file->entries[0];
}

std::string Named(const std::string& shape, const std::string& names, const std::string& spec) {
  return R"({"sharding_type": "NamedSharding", "shape": )" + shape + R"(, "axis_names": )" + names +
         R"(, "partition_spec": )" + spec + "}";
}

}  // namespace

TEST_CASE("names are URL-safe base64 of UTF-8") {
  const std::string single = R"({"sharding_type": "SingleDeviceSharding", "device_str": "cpu:0"})";
  for (const std::string name : {"", "params.w", "\xc3\xa9", "ab?ab>", "a\nb"}) {
    const ShardingEntry entry = One(File(name, single));
    CHECK(entry.param_name == name);
    CHECK_FALSE(entry.problem);
    CHECK_FALSE(entry.parts);
  }
  for (const std::string name :
       {"YWI/", "cGFyYW1zLnc", "a", "====", "/w==", "_w=="}) {  // the last is base64 of 0xff
    const ShardingEntry entry = One("{\"" + name + "\": " + JsonString(single) + "}");
    REQUIRE(entry.problem);
    CHECK(entry.param_name == name);
    CHECK(entry.problem->message == "member " + JsonString(name) + " is not a parameter name");
  }
}

TEST_CASE("the parts of a NamedSharding") {
  using Parts = std::vector<uint64_t>;
  const std::pair<const char*, Parts> rows[] = {{"[]", {}},
                                                {"[null]", {1}},
                                                {"[\"x\"]", {2}},
                                                {"[null, \"y\"]", {1, 4}},
                                                {"[[\"x\", \"y\"], []]", {8, 1}}};
  for (const auto& [spec, parts] : rows) {
    const ShardingEntry entry = One(File("w", Named("[2, 4]", R"(["x", "y"])", spec)));
    INFO(spec);
    REQUIRE(entry.parts);
    CHECK(*entry.parts == parts);
  }
  const std::pair<std::string, const char*> bad[] = {
      {Named("[2]", R"(["x"])", "[\"z\"]"), "partition_spec names an axis that the mesh lacks"},
      {Named("[0]", R"(["x"])", "[\"x\"]"), "the mesh has no devices, or 2^64 and more"},
      {Named("[4294967296, 4294967296]", R"(["x", "y"])", R"([["x", "y"]])"),
       "the mesh has no devices, or 2^64 and more"},
      {Named("[2]", R"(["x", "y"])", "[]"),
       "\"axis_names\": expected a name for each axis of the mesh, but received array"},
      {Named("[-1]", R"(["x"])", "[]"),
       "\"shape\": expected array of non-negative integers, but received array"},
      {Named("[2]", R"(["x"])", "[5]"),
       "\"partition_spec\": expected axis names or null, but received number"},
      {Named("[2]", R"(["x"])", "null"), "\"partition_spec\": expected array, but received null"},
      {R"({"sharding_type": "NamedSharding", "axis_names": [], "partition_spec": []})",
       "\"shape\": expected array of non-negative integers, but member is missing"},
      {R"({"sharding_type": "NamedSharding", "shape": [2], "partition_spec": []})",
       "\"axis_names\": expected a name for each axis of the mesh, but member is missing"},
      {R"({"sharding_type": "NamedSharding", "shape": [2], "axis_names": ["x"]})",
       "\"partition_spec\": expected array, but member is missing"},
      {Named("[2]", "[5]", "[]"),
       "\"axis_names\": expected a name for each axis of the mesh, but received array"},
      {Named("[4294967296, 4294967296, 2]", R"(["x", "y", "z"])", R"([["x", "y", "z"]])"),
       "the mesh has no devices, or 2^64 and more"},
      {"{}", "\"sharding_type\": expected string, but member is missing"},
      {"[]", "expected an object, but the document is another value"},
      {R"({"sharding_type": 5})", "\"sharding_type\": expected string, but received number"},
  };
  for (const auto& [document, message] : bad) {
    const ShardingEntry entry = One(File("w", document));
    INFO(document);
    REQUIRE(entry.problem);
    CHECK(entry.problem->message == message);
  }
  // Every prefix of the document is broken, and says so for this entry alone.
  const std::string whole = Named("[2]", R"(["x"])", "[\"x\"]");
  for (size_t n = 1; n < whole.size(); ++n) CHECK(One(File("w", whole.substr(0, n))).problem);
  // No text at all is what Orbax 0.4 writes of a kind that it cannot put in words.
  CHECK_FALSE(One(File("w", "")).problem);
}

TEST_CASE("the file of shardings") {
  const std::string text =
      R"({"dw==": {}, "eA==": "{\"sharding_type\": \"X\", \"sharding_type\": \"Y\"}"})";
  const auto file = ParseSharding(AsBytes(text));
  REQUIRE(file);
  CHECK(file->entries[0].problem->message ==
        "\"dw==\": expected JSON document in a string, but received object");
  CHECK_FALSE(file->entries[1].problem);
  CHECK(file->duplicate_members == std::vector<std::string>{"sharding_type"});
  CHECK(ParseSharding(AsBytes("{}"))->entries.empty());
  for (size_t n = 0; n < text.size(); ++n)
    CHECK_FALSE(ParseSharding(test::Exact(AsBytes(text.substr(0, n)))));
  for (char extra : {'x', '}', '\0'})
    CHECK_FALSE(ParseSharding(test::Exact(AsBytes(text + extra))));
}
