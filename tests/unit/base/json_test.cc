#include "base/json.h"

#include "base/limits.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"

using namespace leafsum;

namespace {

// The document, which a test expects to be one.
JsonDocument Parse(std::string_view text, JsonOptions options = {}) {
  const test::Exact bytes(AsBytes(text));
  auto document = ParseJson(bytes, options);
  CAPTURE(std::string(text));
  REQUIRE(document);
  return std::move(*document);
}

std::string ErrorOf(std::string_view text, JsonOptions options = {}) {
  const test::Exact bytes(AsBytes(text));
  const auto document = ParseJson(bytes, options);
  return document ? "" : std::string(ErrorCodeName(document.error().code));
}

}  // namespace

TEST_CASE("JSON values and their getters, which fail softly") {
  const JsonDocument document =
      Parse(R"({"n":null,"b":true,"u":7,"i":-7,"d":1.5,"s":"x","a":[1,2],"o":{"k":"v"}})");
  const JsonValue& root = document.root;
  CHECK(document.duplicate_members.empty());
  CHECK(root.Find("n")->is_null());
  CHECK(root.Find("b")->AsBool() == true);
  CHECK(root.Find("u")->AsUint() == 7);
  CHECK(root.Find("i")->AsDouble() == -7);
  CHECK(root.Find("d")->AsDouble() == 1.5);
  CHECK(*root.Find("s")->AsString() == "x");
  CHECK(root.Find("a")->AsUintArray() == std::vector<uint64_t>{1, 2});
  CHECK(*root.Find("o")->Find("k")->AsString() == "v");
  CHECK(root.Find("absent") == nullptr);
  CHECK(root.Find("a")->Find("k") == nullptr);

  for (const auto& [name, value] : *root.AsObject()) {
    CAPTURE(name);
    CHECK((value.AsBool().has_value()) == (name == "b"));
    CHECK((value.AsUint().has_value()) == (name == "u"));
    CHECK((value.AsDouble().has_value()) == (name == "u" || name == "i" || name == "d"));
    CHECK((value.AsString() != nullptr) == (name == "s"));
    CHECK((value.AsArray() != nullptr) == (name == "a"));
    CHECK((value.AsObject() != nullptr) == (name == "o"));
    CHECK((value.AsUintArray().has_value()) == (name == "a"));
    CHECK_FALSE(value.AsStringArray());
  }
  CHECK(Parse(R"(["a","b"])").root.AsStringArray() == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(Parse(R"(["a",1])").root.AsStringArray());
  CHECK_FALSE(Parse("[1,-1]").root.AsUintArray());
  CHECK_FALSE(Parse("[1,1.0]").root.AsUintArray());
}

TEST_CASE("JSON types have names for messages") {
  const JsonDocument document = Parse(R"([null,false,1,-1,1.5,"",[],{}])");
  std::string names;
  for (const JsonValue& v : *document.root.AsArray()) names += std::string(v.TypeName()) + " ";
  CHECK(names == "null boolean number number number string array object ");
}

TEST_CASE("Integers keep their 64 bits") {
  CHECK(Parse("18446744073709551615").root.AsUint() == UINT64_MAX);
  CHECK(Parse("9007199254740993").root.AsUint() == 9007199254740993);
  CHECK(Parse("1763770000000000001").root.AsUint() == 1763770000000000001);
  const JsonDocument least = Parse("-9223372036854775808");
  REQUIRE(std::get_if<int64_t>(&least.root.value()));
  CHECK(*std::get_if<int64_t>(&least.root.value()) == INT64_MIN);
  for (const char* wide : {"18446744073709551616", "-9223372036854775809", "1e3", "1.0"}) {
    CAPTURE(wide);
    CHECK_FALSE(Parse(wide).root.AsUint());
    CHECK(Parse(wide).root.AsDouble());
  }
}

TEST_CASE("Members stand in file order; of equal names the last counts and both are told") {
  const JsonDocument document = Parse(R"({"b":1,"a":2,"b":3,"o":{"b":4,"b":5,"b":6}})");
  CHECK(document.root.Find("b")->AsUint() == 3);
  REQUIRE(document.root.AsObject()->size() == 4);
  CHECK((*document.root.AsObject())[0].first == "b");
  CHECK((*document.root.AsObject())[1].first == "a");
  CHECK(document.duplicate_members == std::vector<std::string>{"b", "b", "b"});
  CHECK(Parse(R"([{"x":1},{"x":1}])").duplicate_members.empty());
  CHECK(Parse(R"({"x":{"x":1}})").duplicate_members.empty());
  // Names are compared as they read, not as they are written.
  CHECK(Parse(R"({"x":1,"\u0078":2})").duplicate_members == std::vector<std::string>{"x"});

  std::string many = "{";
  for (int i = 0; i < 300; ++i) many += "\"k\":0,";
  many.back() = '}';
  CHECK(Parse(many).duplicate_members.size() == 100);
}

TEST_CASE("Nesting is limited") {
  const auto nested = [](int depth, char open, char close) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += open == '{' && i > 0 ? "\"k\":{" : std::string(1, open);
    return text + std::string(depth, close);
  };
  CHECK(ErrorOf(nested(kMaxJsonDepth, '[', ']')) == "");
  CHECK(ErrorOf(nested(kMaxJsonDepth + 1, '[', ']')) == "invalid");
  CHECK(ErrorOf(nested(kMaxJsonDepth, '{', '}')) == "");
  CHECK(ErrorOf(nested(kMaxJsonDepth + 1, '{', '}')) == "invalid");
  CHECK(ErrorOf(std::string(1000000, '[')) == "invalid");
  CHECK(ErrorOf(nested(40, '[', ']').insert(40, nested(kMaxJsonDepth - 40, '[', ']'))) == "");
  // What Python reads is no broken document: a limit of ours, and only above Python's own an error.
  const JsonOptions python{.as_python = true};
  for (const auto& [open, close] : {std::pair{'[', ']'}, std::pair{'{', '}'}}) {
    CHECK(ErrorOf(nested(kMaxJsonDepth, open, close), python) == "");
    CHECK(ErrorOf(nested(kMaxJsonDepth + 1, open, close), python) == "limit");
    CHECK(ErrorOf(nested(kPythonJsonDepth, open, close), python) == "limit");
    CHECK(ErrorOf(nested(kPythonJsonDepth + 1, open, close), python) == "invalid");
    CHECK(ErrorOf(nested(kMaxJsonDepth + 1, open, close) + "x", python) ==
          "invalid");  // and no JSON either
  }
  CHECK(ErrorOf("[" + nested(kMaxJsonDepth, '[', ']') + "," + nested(kMaxJsonDepth + 9, '{', '}') +
                    ",0]",
                python) == "limit");
}

TEST_CASE("The number of values held is limited, by the text's length") {
  const auto zeros = [](uint64_t n, size_t width) {
    std::string text = "[0";
    for (uint64_t i = 1; i < n; ++i) text += ',' + std::string(width, ' ') + '0';
    return text + ']';
  };
  CHECK(ErrorOf(zeros(kMaxJsonValues, 0)) == "");
  CHECK(ErrorOf(zeros(2 * kMaxJsonValues, 0)) == "limit");
  CHECK(ErrorOf(zeros(2 * kMaxJsonValues, kJsonBytesPerValue)) == "");
  CHECK(ErrorOf(zeros(2 * kMaxJsonValues, 0), {.any_number_of_values = true}) == "");
}

namespace {
struct Taken final : JsonElements {
  std::vector<std::string> log;
  void Begin() override { log.push_back("begin"); }
  void Take(JsonValue value) override { log.push_back(std::string(value.TypeName())); }
};
}  // namespace

TEST_CASE("The elements of one member are handed out and not held") {
  Taken taken;
  const JsonDocument document =
      Parse(R"({"a":[1],"b":{"x":1,"y":{"b":[2]},"x":[]},"c":{"b":[3]},"b":["s",null]})",
            {.taken = "b", .elements = &taken});
  CHECK(taken.log ==
        std::vector<std::string>{"begin", "number", "object", "array", "begin", "string", "null"});
  CHECK(document.duplicate_members == std::vector<std::string>{"x", "b"});
  const auto& members = *document.root.AsObject();
  REQUIRE(members.size() == 4);
  REQUIRE(members[1].second.AsObject());
  CHECK(members[1].second.AsObject()->size() == 3);
  CHECK((*members[1].second.AsObject())[1].first == "y");
  CHECK((*members[1].second.AsObject())[1].second.is_null());
  REQUIRE(members[3].second.AsArray());
  CHECK(members[3].second.AsArray()->empty());
  CHECK(members[2].second.Find("b")->AsUintArray() == std::vector<uint64_t>{3});

  std::string many = "{\"b\":[[0]";
  for (uint64_t i = 0; i < kMaxJsonValues; ++i) many += ",[0]";
  CHECK(ErrorOf(many + "]}", {.taken = "b", .elements = &taken}) == "");
  CHECK(ErrorOf(many + "]}") == "limit");
  CHECK(ErrorOf("[[1]]", {.taken = "", .elements = &taken}) == "");
  for (const char* other : {"{\"b\":5}", "{\"b\":[1"}) {
    Taken none;
    CHECK(ErrorOf(other, {.taken = "b", .elements = &none}) == (other[5] == '5' ? "" : "invalid"));
    CHECK(none.log.size() == (other[5] == '5' ? 0u : 2u));
  }
}

TEST_CASE("Non-finite numbers: refused, or null where Orbax's own files have them") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    CAPTURE(word);
    const std::string text =
        std::string("{\"a\":") + word + ",\"s\":\"" + word + "\\\"" + word + "\"}";
    CHECK(ErrorOf(text) == "invalid");
    const JsonDocument document = Parse(text, {.as_python = true});
    CHECK(document.root.Find("a")->is_null());
    CHECK(*document.root.Find("s")->AsString() == std::string(word) + "\"" + word);
  }
  for (const char* bad :
       {"nan", "-NaN", "+Infinity", "1NaN", "NaNNaN", "[NaN Infinity]", "{NaN:1}", "\"NaN"}) {
    CAPTURE(bad);
    CHECK(ErrorOf(bad, {.as_python = true}) == "invalid");
  }
  CHECK(ErrorOf("1e999") == "invalid");
}

TEST_CASE("Half of a surrogate pair: refused, or marked where Python alone reads") {
  const std::string half(kHalfSurrogate);
  const std::pair<const char*, std::string> rows[] = {
      {"\\ud83d", half},
      {"\\uDE80", half},
      {"a\\ud83db", "a" + half + "b"},
      {"\\ude80\\ud83d", half + half},
      {"\\ud83d\\u0041", half + "A"},
      {"\\ud83d\\ud83d\\ude80", half + "\U0001f680"},
      {"\\\\\\ud83d", "\\" + half},
  };
  for (const auto& [text, read] : rows) {
    CAPTURE(text);
    const std::string json = "{\"k\":[\"" + std::string(text) + "\"]}";
    CHECK(ErrorOf(json) == "invalid");
    const JsonDocument document = Parse(json, {.as_python = true});
    CHECK(document.has_half_surrogates);
    CHECK(*(*document.root.Find("k")->AsArray())[0].AsString() == read);
  }
  for (const char* whole : {"\"\\ud83d\\ude80\"", "\"\\\\ud83d\"", "\"\\uFFFF\"", "\"ud83d\""}) {
    CAPTURE(whole);
    const JsonDocument document = Parse(whole, {.as_python = true});
    CHECK_FALSE(document.has_half_surrogates);
    CHECK(*document.root.AsString() == *Parse(whole).root.AsString());
  }
  for (const char* bad : {"\"\\ud83", "\"\\ud83\"", "\"\\ud83g\"", "\\ud83d", "\"\\ud83d",
                          "\"\\ud83d\\", "\"\\ud83d\\x\""}) {
    CAPTURE(bad);
    CHECK(ErrorOf(bad, {.as_python = true}) == "invalid");
  }
}

TEST_CASE("What is not JSON is refused with its offset") {
  for (const char* bad : {"",        " ",       "{",       "[1,]",      "{\"a\":1,}",
                          "{'a':1}", "[1] x",   "01",      "+1",        ".5",
                          "1.",      "\"\\x\"", "\"\n\"",  "\"\xff\"",  "\"\xed\xa0\x80\"",
                          "tru",     "[1 2]",   "// c\n1", "{\"a\" 1}", "\"a"}) {
    CAPTURE(bad);
    CHECK(ErrorOf(bad) == "invalid");
  }
  const auto document = ParseJson(AsBytes("[1,x]"));
  REQUIRE_FALSE(document);
  CHECK(document.error().offset == 3);
  CHECK(document.error().message.rfind("not JSON: ", 0) == 0);
}

TEST_CASE("Every proper prefix of a document is refused") {
  const std::string text = R"({"tree":[{"k":"\u00e9\ud83d\ude00","n":-12.5e1,"t":true},null]})";
  REQUIRE(ErrorOf(text) == "");
  for (size_t n = 0; n < text.size(); ++n) {
    CAPTURE(n);
    CHECK(ErrorOf(std::string_view(text).substr(0, n)) == "invalid");
  }
}

TEST_CASE("Escapes become UTF-8, surrogates only in pairs") {
  CHECK(*Parse(R"("\u00e9\ud83d\ude00\n")").root.AsString() == "\xc3\xa9\xf0\x9f\x98\x80\n");
  const auto vectors = test::LoadVectors("digest.json");
  size_t seen = 0;
  for (const auto& v : vectors["refused"]) {
    if (!v.contains("json_source")) continue;
    CHECK(ErrorOf(v["json_source"].get<std::string>()) == "invalid");
    ++seen;
  }
  CHECK(seen == 2);
}

TEST_CASE("JSON ends where its text ends, and begins with it") {
  CHECK(ErrorOf(std::string_view("{}\0garbage", 10)) == "invalid");
  CHECK(ErrorOf(std::string_view("{}\0", 3)) == "invalid");
  CHECK(ErrorOf("\xef\xbb\xbf{}") == "invalid");
  CHECK(ErrorOf("{}garbage") == "invalid");
}
