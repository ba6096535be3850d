#include "kvstore/key_text.h"

#include "base/text.h"
#include "support/catch.h"

using namespace leafsum;
using kvstore::KeyText;

TEST_CASE("A key in a message is a JSON string, or hex where it is not UTF-8") {
  CHECK(KeyText("w/0") == "\"w/0\"");
  CHECK(KeyText("") == "\"\"");
  CHECK(KeyText("a\n\"") == "\"a\\n\\\"\"");
  CHECK(KeyText("\xff\x01") == "hex:ff01");
}

TEST_CASE("A long key is cut between characters") {
  const std::string exact(256, 'x');
  CHECK(KeyText(exact) == "\"" + exact + "\"");
  CHECK(KeyText(exact + "x") == "\"" + exact + "\"...");
  // The character of three bytes would end at 257 or 258.
  for (size_t before : {254, 255}) {
    const std::string key = std::string(before, 'x') + "\xe2\x82\xac" + "y";
    CHECK(KeyText(key) == "\"" + std::string(before, 'x') + "\"...");
  }
  const std::string binary(300, '\xff');
  CHECK(KeyText(binary) == "hex:" + Hex(AsBytes(binary.substr(0, 256))) + "...");
}
