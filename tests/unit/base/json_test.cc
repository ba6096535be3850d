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
  const JsonDocument document = Parse(R"({"n":null,"b":true,"u":7,"i":-7,"d":1.5,"s":"x","a":[1,2],"o":{"k":"v"}})");
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
}

TEST_CASE("Non-finite numbers: refused, or null where Orbax's own files have them") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    CAPTURE(word);
    const std::string text = std::string("{\"a\":") + word + ",\"s\":\"" + word + "\\\"" + word + "\"}";
    CHECK(ErrorOf(text) == "invalid");
    const JsonDocument document = Parse(text, {.allow_non_finite = true});
    CHECK(document.root.Find("a")->is_null());
    CHECK(*document.root.Find("s")->AsString() == std::string(word) + "\"" + word);
  }
  for (const char* bad : {"nan", "-NaN", "+Infinity", "1NaN", "NaNNaN", "[NaN Infinity]", "{NaN:1}", "\"NaN"}) {
    CAPTURE(bad);
    CHECK(ErrorOf(bad, {.allow_non_finite = true}) == "invalid");
  }
  CHECK(ErrorOf("1e999") == "invalid");
}

TEST_CASE("What is not JSON is refused with its offset") {
  for (const char* bad : {"", " ", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "[1] x", "01", "+1", ".5", "1.", "\"\\x\"", "\"\n\"",
                          "\"\xff\"", "\"\xed\xa0\x80\"", "tru", "[1 2]", "// c\n1", "{\"a\" 1}", "\"a"}) {
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
