#include "base/text.h"

#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"

using namespace leafsum;
using namespace leafsum::test::literals;

TEST_CASE("Hex: lower case, whole bytes") {
  CHECK(Hex({}) == "");
  CHECK(Hex("00ff10a9"_hex) == "00ff10a9");
  REQUIRE(ParseHex("00ff10a9"));
  CHECK((*ParseHex("00ff10a9") == "00ff10a9"_hex));
  CHECK(ParseHex("")->empty());
  for (const char* bad : {"0", "0g", "FF", "fF", " 0", "0x", "00 "}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseHex(bad));
  }
}

TEST_CASE("Counts are grouped for people") {
  const std::pair<uint64_t, const char*> examples[] = {
      {0, "0 bytes"},          {1, "1 byte"},
      {999, "999 bytes"},      {1000, "1,000 bytes"},
      {65535, "65,535 bytes"}, {~uint64_t{0}, "18,446,744,073,709,551,615 bytes"}};
  for (const auto& [n, text] : examples) {
    CHECK(ByteCount(n) == text);
    CHECK(AtMostBytes(n) == std::string("at most ") + text);
  }
  CHECK(Text(Grouped{1234567}, " of ", 1234567) == "1,234,567 of 1234567");
}

TEST_CASE("Base64: RFC 4648's examples, and nothing but the one form") {
  const std::vector<std::pair<std::string, std::string>> examples = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [text, encoded] : examples) {
    CAPTURE(text);
    CHECK(Base64(AsBytes(text)) == encoded);
    REQUIRE(ParseBase64(encoded));
    CHECK(AsText(*ParseBase64(encoded)) == text);
  }
  CHECK(Base64("fbff bf"_hex) == "+/+/");
  CHECK((*ParseBase64("+/+/") == "fbffbf"_hex));
  CHECK((*ParseBase64Url("-_-_") == "fbffbf"_hex));
  CHECK_FALSE(ParseBase64("-_-_"));
  CHECK_FALSE(ParseBase64Url("+/+/"));
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm 9",
                          "Zg==Zg==", "=Zg=", "Zm=v", "Zm9vZ", "\xff\xff\xff\xff"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseBase64(bad));
    CHECK_FALSE(ParseBase64Url(bad));
  }
  for (size_t n = 0; n < 300; ++n) {
    const ByteVector bytes = test::Pattern(n);
    CHECK((*ParseBase64(Base64(bytes)) == bytes));
  }
}

TEST_CASE("UTF-8: where it first goes wrong") {
  struct Case {
    const char* hex;
    std::optional<size_t> bad;
  };
  const std::optional<size_t> fine;
  const std::vector<Case> cases = {{"", fine},
                                   {"00 7f", fine},
                                   {"c280 dfbf", fine},
                                   {"e0a080 ed9fbf ee8080 efbfbf", fine},
                                   {"f0908080 f48fbfbf", fine},
                                   {"61 80", 1},
                                   {"bf", 0},
                                   {"c0 80", 0},
                                   {"c1 bf", 0},
                                   {"61 c2", 1},
                                   {"c2 41", 0},
                                   {"c2 c0", 0},
                                   {"e0 9f bf", 0},
                                   {"e0 a0", 0},
                                   {"e0 a0 41", 0},
                                   {"ed a0 80", 0},
                                   {"ed bf bf", 0},
                                   {"f0 8f bf bf", 0},
                                   {"f0 90 80", 0},
                                   {"f0 90 80 c0", 0},
                                   {"f4 90 80 80", 0},
                                   {"f5 80 80 80", 0},
                                   {"ff", 0},
                                   {"c3a9 c3a9 fe", 4},
                                   {"e2 82 ac e2 82", 3}};
  for (const Case& c : cases) {
    CAPTURE(c.hex);
    const test::Exact bytes(test::FromHex(c.hex));
    CHECK(FirstBadUtf8(AsText(bytes)) == c.bad);
    CHECK(IsUtf8(AsText(bytes)) == !c.bad);
  }
}

TEST_CASE("JSON strings and what is refused are those of the vectors") {
  const auto vectors = test::LoadVectors("digest.json");
  REQUIRE(vectors["strings"].size() >= 13);
  for (const auto& v : vectors["strings"]) {
    const ByteVector text = test::FromHex(v["utf8_hex"].get<std::string>());
    CAPTURE(v["utf8_hex"].get<std::string>());
    CHECK(IsUtf8(AsText(text)));
    CHECK(Hex(AsBytes(JsonString(AsText(text)))) == v["json_hex"].get<std::string>());
  }
  size_t refused = 0;
  for (const auto& v : vectors["refused"]) {
    if (!v.contains("utf8_hex")) continue;
    CHECK_FALSE(IsUtf8(AsText(test::FromHex(v["utf8_hex"].get<std::string>()))));
    ++refused;
  }
  CHECK(refused == 3);
}

TEST_CASE("AppendUint writes every digit of 64 bits behind what is there") {
  std::string out = "n";
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{9}, uint64_t{10}, uint64_t{90071}, ~uint64_t{0}}) {
    out += ' ';
    AppendUint(out, value);
  }
  CHECK(out == "n 0 9 10 90071 18446744073709551615");
  CHECK(UintList({}) == "[]");
  CHECK(UintList({0, ~uint64_t{0}, 12}) == "[0,18446744073709551615,12]");
}

TEST_CASE("AppendJsonString adds to what is there") {
  std::string out = "{";
  AppendJsonString(out, "a\"\x1f");
  CHECK(out == "{\"a\\\"\\u001f\"");
}
