#include "orbax/side_files.h"

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::orbax;

namespace {

template <class Parser>
auto Parse(Parser parser, const std::string& text) {
  return parser(test::Exact(AsBytes(text)));
}

template <class Parser>
void CheckMessage(Parser parser, const std::string& text, const char* message) {
  INFO(text);
  const auto result = Parse(parser, text);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::kInvalid);
  CHECK(result.error().message == message);
}

template <class Parser>
void CheckPrefixes(Parser parser, const std::string& text) {
  for (size_t n = 0; n < text.size(); ++n) CHECK_FALSE(Parse(parser, text.substr(0, n)));
  for (char extra : {'x', '}', '\0'}) CHECK_FALSE(Parse(parser, text + extra));
}

}  // namespace

TEST_CASE("_CHECKPOINT_METADATA") {
  const std::string text =
      R"({"item_handlers": {"state": "x"}, "metrics": {"loss": NaN}, "performance_metrics": {}, )"
      R"("init_timestamp_nsecs": 1795312229912756441, "commit_timestamp_nsecs": 18446744073709551615, )"
      R"("custom_metadata": {}})";
  const auto metadata = Parse(ParseCheckpointMetadata, text);
  REQUIRE(metadata);
  CHECK(metadata->init_timestamp_nsecs == 1795312229912756441u);
  CHECK(metadata->commit_timestamp_nsecs == 18446744073709551615u);
  CHECK(metadata->has_commit_timestamp_member);
  CHECK_FALSE(metadata->has_custom_metadata);
  CheckPrefixes(ParseCheckpointMetadata, text);

  const auto empty = Parse(ParseCheckpointMetadata, "{}");
  REQUIRE(empty);
  CHECK(empty->commit_timestamp_nsecs == std::nullopt);
  CHECK_FALSE(empty->has_commit_timestamp_member);

  const auto null = Parse(ParseCheckpointMetadata,
                          "{\"commit_timestamp_nsecs\": null, \"custom_metadata\": null}");
  REQUIRE(null);
  CHECK(null->has_commit_timestamp_member);
  CHECK(null->commit_timestamp_nsecs == std::nullopt);
  CHECK_FALSE(null->has_custom_metadata);

  CHECK(Parse(ParseCheckpointMetadata, "{\"custom_metadata\": {\"x\": -Infinity}}")
            ->has_custom_metadata);
  CHECK(Parse(ParseCheckpointMetadata, "{\"anything\": 1}")->has_custom_metadata);
  CHECK(Parse(ParseCheckpointMetadata, "{\"metrics\": {}, \"metrics\": {}}")->duplicate_members ==
        std::vector<std::string>{"metrics"});

  // In a flat checkpoint the handler is one text, else each item has its own; what is no text is
  // the handler that nobody knows.
  CHECK(Parse(ParseCheckpointMetadata, R"({"item_handlers": "x.Y"})")->handler == "x.Y");
  CHECK_FALSE(Parse(ParseCheckpointMetadata, R"({"item_handlers": "x.Y"})")->item_handlers);
  const auto no_handler = Parse(ParseCheckpointMetadata, R"({"item_handlers": null})");
  REQUIRE(no_handler);
  CHECK_FALSE(no_handler->handler);
  CHECK_FALSE(no_handler->item_handlers);
  const auto items = Parse(ParseCheckpointMetadata,
                           R"({"item_handlers": {"a": "x.Y", "b": null, "c": 5, "a": "z.A"}})");
  REQUIRE(items);
  REQUIRE(items->item_handlers);
  CHECK(*items->item_handlers ==
        std::map<std::string, std::string, std::less<>>{{"a", "z.A"}, {"b", ""}, {"c", ""}});
  CheckMessage(ParseCheckpointMetadata, R"({"item_handlers": []})",
               "\"item_handlers\": expected string, object or null, but received array");
  CheckMessage(ParseCheckpointMetadata, R"({"item_handlers": 5})",
               "\"item_handlers\": expected string, object or null, but received number");
  CheckMessage(ParseCheckpointMetadata, "[]",
               "expected an object, but the document is another value");
  for (const char* value : {"-1", "1.5", "\"1\"", "true", "18446744073709551616"}) {
    INFO(value);
    for (const char* member : {"init_timestamp_nsecs", "commit_timestamp_nsecs"})
      CHECK_FALSE(
          Parse(ParseCheckpointMetadata, "{\"" + std::string(member) + "\": " + value + "}"));
  }
}

TEST_CASE("_strings.json") {
  const std::string text =
      "{\"a.b\":\"x\",\"\":\"\",\"n\":5,\"u\":\"\xc3\xa9\\u0000\",\"nul\":null}";
  const auto strings = Parse(ParseStrings, text);
  REQUIRE(strings);
  REQUIRE(strings->values.size() == 5);
  CHECK(strings->values.at("a.b") == "x");
  CHECK(strings->values.at("") == "");
  CHECK(strings->values.at("n") == std::nullopt);
  CHECK(strings->values.at("nul") == std::nullopt);
  CHECK(strings->values.at("u") == std::string("\xc3\xa9\0", 3));
  CheckPrefixes(ParseStrings, text);

  const auto twice = Parse(ParseStrings, "{\"a\":\"first\",\"a\":\"last\"}");
  REQUIRE(twice);
  CHECK(twice->values.at("a") == "last");
  CHECK(twice->duplicate_members == std::vector<std::string>{"a"});

  // Names are JSON pointers.
  const auto nested =
      Parse(ParseStrings,
            R"({"a":{"b":{"":"1"}},"c/d":"2","e~f":"3","g":["4",{"h":"5"}],"i":{},"j":[]})");
  REQUIRE(nested);
  const std::pair<const char*, const char*> names[] = {
      {"a/b/", "1"}, {"c~1d", "2"}, {"e~0f", "3"}, {"g/0", "4"}, {"g/1/h", "5"}};
  for (const auto& [name, value] : names) CHECK(nested->values.at(name) == value);
  for (const char* name : {"i", "j"}) CHECK(nested->values.at(name) == std::nullopt);
  CHECK(nested->values.size() == 7);

  CHECK(Parse(ParseStrings, "{}")->values.empty());  // the document itself is no text
  // A long name repeated by what lies below it, in objects and in lists: 64 times the file and 1
  // MiB.
  const std::string long_name(20000, 'n');
  for (const auto& [open, value, close] :
       {std::tuple{"[", "1", "]"}, std::tuple{"{", R"("%":1)", "}"}})
    for (const size_t values : {50, 200}) {
      std::string file = "{\"" + long_name + "\":" + open;
      for (size_t i = 0; i < values; ++i) {
        std::string one = value;
        if (one.find('%') != one.npos) one.replace(one.find('%'), 1, std::to_string(i));
        file += (i ? "," : "") + one;
      }
      file += std::string(close) + "}";
      const auto written_out = Parse(ParseStrings, file);
      INFO(open << values);
      REQUIRE(bool(written_out) == (values == 50));
      if (written_out) continue;
      CHECK(written_out.error().code == ErrorCode::kLimit);
      CHECK(written_out.error().message == "the names of the strings are too long in total");
    }

  CHECK_FALSE(Parse(ParseStrings, "{\"a\":\"\\ud800\"}"));
  CHECK_FALSE(Parse(ParseStrings, "{\"a\":\"\xff\"}"));
  CheckMessage(ParseStrings, "\"a\"", "expected an object, but the document is another value");
}

TEST_CASE("array_metadatas") {
  const std::string text =
      R"({"array_metadatas": [{"array_metadata": {"param_name": "w", "write_shape": [4, 2], "chunk_shape": [2, 2], )"
      R"("ext_metadata": null}}, {"array_metadata": {"param_name": "key", "write_shape": [], "chunk_shape": [], )"
      R"("ext_metadata": {"random_key_impl": "threefry2x32"}}}]})";
  const auto arrays = Parse(ParseArrayMetadatas, text);
  REQUIRE(arrays);
  REQUIRE(arrays->arrays.size() == 2);
  CHECK(arrays->arrays[0].param_name == "w");
  CHECK(arrays->arrays[0].write_shape == std::vector<uint64_t>{4, 2});
  CHECK(arrays->arrays[0].chunk_shape == std::vector<uint64_t>{2, 2});
  CHECK(arrays->arrays[0].random_key_impl == std::nullopt);
  CHECK(arrays->arrays[1].random_key_impl == "threefry2x32");
  CheckPrefixes(ParseArrayMetadatas, text);
  CHECK(Parse(ParseArrayMetadatas, "{\"array_metadatas\": []}")->arrays.empty());

  const auto one = [](const std::string& members) {
    return "{\"array_metadatas\": [{\"array_metadata\": {" + members + "}}]}";
  };
  const std::string shapes = R"("write_shape": [1], "chunk_shape": [1])";
  const auto again =
      Parse(ParseArrayMetadatas,
            "{\"array_metadatas\": [5], " + one(R"("param_name": "b", )" + shapes).substr(1));
  REQUIRE(again);  // the last of two lists counts
  REQUIRE(again->arrays.size() == 1);
  CHECK(again->arrays[0].param_name == "b");
  CHECK(Parse(ParseArrayMetadatas, one(R"("param_name": "a", )" + shapes)));
  for (const char* ext : {"{}", "null", R"({"random_key_impl": null})"}) {
    const auto plain = Parse(ParseArrayMetadatas, one(R"("param_name": "a", "ext_metadata": )" +
                                                      std::string(ext) + ", " + shapes));
    REQUIRE(plain);
    CHECK_FALSE(plain->arrays[0].random_key_impl);
  }
  struct Row {
    std::string text;
    const char* message;
  };
  const Row rows[] = {
      {"{}", "\"array_metadatas\": expected array, but member is missing"},
      {"{\"array_metadatas\": {}}", "\"array_metadatas\": expected array, but received object"},
      {"{\"array_metadatas\": [5]}",
       "array_metadatas[0]: \"array_metadata\": expected object, but member is missing"},
      {"{\"array_metadatas\": [{\"array_metadata\": []}]}",
       "array_metadatas[0]: \"array_metadata\": expected object, but received array"},
      {one(shapes), "array_metadatas[0]: \"param_name\": expected string, but member is missing"},
      {one(R"("param_name": 5, )" + shapes),
       "array_metadatas[0]: \"param_name\": expected string, but received number"},
      // The first that is wrong is told.
      {R"({"array_metadatas": [{"array_metadata": {"param_name": "a", "write_shape": [1], )"
       R"("chunk_shape": [1]}}, {"array_metadata": []}, 5]})",
       "array_metadatas[1]: \"array_metadata\": expected object, but received array"},
      {one(R"("param_name": "a", "chunk_shape": [1])"),
       "array_metadatas[0]: \"write_shape\": expected array of non-negative integers, but member "
       "is missing"},
      {one(R"("param_name": "a", "write_shape": [1], "chunk_shape": [-1])"),
       "array_metadatas[0]: \"chunk_shape\": expected array of non-negative integers, but received "
       "array"},
      {one(R"("param_name": "a", "ext_metadata": 5, )" + shapes),
       "array_metadatas[0]: \"ext_metadata\": expected object or null, but received number"},
      {one(R"("param_name": "a", "ext_metadata": {"random_key_impl": 5}, )" + shapes),
       "array_metadatas[0]: \"random_key_impl\": expected string, but received number"},
  };
  for (const Row& row : rows) CheckMessage(ParseArrayMetadatas, row.text, row.message);
}

TEST_CASE("_CHECKPOINT_DELETION") {
  const std::string id = R"("operation_id": "0123456789abcdef0123456789abcdef")";
  const std::string original =
      R"("original_metadata": {"item_handlers": {"ema": "h", "state": "h"}})";
  const std::string updated = R"("updated_metadata": {"item_handlers": {"state": "h"}})";
  const std::string text = "{" + id +
                           ", \"checkpointable_name\": \"ema\", \"destination\": null, " +
                           original + ", " + updated + "}";
  const auto names = Parse(ParseDeletionJournal, text);
  REQUIRE(names);
  CHECK(*names == std::vector<std::string>{"ema"});
  for (const char* destination : {"", ", \"destination\": \"trash/ema\""})
    CHECK(Parse(ParseDeletionJournal, "{" + id + ", \"checkpointable_name\": \"ema\"" +
                                          destination + ", " + original + ", " + updated + "}"));
  CheckPrefixes(ParseDeletionJournal, text);

  struct Row {
    std::string text;
    const char* message;
  };
  const Row rows[] = {
      {"{}", "\"operation_id\": expected 32 hex digits, but member is missing"},
      {"{\"operation_id\": \"0123\"}",
       "\"operation_id\": expected 32 hex digits, but received string"},
      {"{\"operation_id\": 5}", "\"operation_id\": expected 32 hex digits, but received number"},
      {"{\"operation_id\": \"0123456789abcdef0123456789abcdeg\"}",
       "\"operation_id\": expected 32 hex digits, but received string"},
      {"{" + id + "}", "\"checkpointable_name\": expected string, but member is missing"},
      {"{" + id + ", \"checkpointable_name\": 5}",
       "\"checkpointable_name\": expected string, but received number"},
      {"{" + id + ", \"checkpointable_name\": \".\"}",
       "\"checkpointable_name\" is not the name of a directory"},
      {"{" + id + ", \"checkpointable_name\": \"a\\\\b\"}",
       "\"checkpointable_name\" is not the name of a directory"},
      {"{" + id + ", \"checkpointable_name\": \"\"}",
       "\"checkpointable_name\" is not the name of a directory"},
      {"{" + id + ", \"checkpointable_name\": \"..\"}",
       "\"checkpointable_name\" is not the name of a directory"},
      {"{" + id + ", \"checkpointable_name\": \"a/b\"}",
       "\"checkpointable_name\" is not the name of a directory"},
      {"{" + id + ", \"checkpointable_name\": \"ema\", \"destination\": 5}",
       "\"destination\": expected string or null, but received number"},
      {"{" + id + ", \"checkpointable_name\": \"ema\"}",
       "\"original_metadata\": expected object, but member is missing"},
      {"{" + id + ", \"checkpointable_name\": \"ema\", " + original + "}",
       "\"updated_metadata\": expected object, but member is missing"},
      {"{" + id + ", \"checkpointable_name\": \"ema\", \"original_metadata\": [], " + updated + "}",
       "\"original_metadata\": expected object, but received array"},
      {"{" + id +
           ", \"checkpointable_name\": \"ema\", \"original_metadata\": {\"item_handlers\": "
           "\"h\"}, " +
           updated + "}",
       "original_metadata: \"item_handlers\": expected object, but received string"},
      {"{" + id + ", \"checkpointable_name\": \"ema\", \"original_metadata\": {}, " + updated + "}",
       "original_metadata: \"item_handlers\": expected object, but member is missing"},
      {"{" + id + ", \"checkpointable_name\": \"opt\", " + original + ", " + updated + "}",
       "original_metadata has no handler of the checkpointable"},
      {"{" + id + ", \"checkpointable_name\": \"state\", " + original + ", " + updated + "}",
       "updated_metadata still has a handler of the checkpointable"},
  };
  for (const Row& row : rows) CheckMessage(ParseDeletionJournal, row.text, row.message);
}
