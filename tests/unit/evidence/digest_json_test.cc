#include "evidence/digest_json.h"

#include "records.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::evidence;
using namespace leafsum::test;

TEST_CASE("digest --json is the contract's document") {
  ItemRecord state{"state", {Array({"w"}, {2}, 1), Empty({"n"}, "None")}, false};
  state.leaves[0].sha256 = hash::Digest{};
  ItemRecord ema{"ema", {}, false};
  LeafRecord text;
  text.key_path = {"a\"b"};
  text.value_type = text.dtype = "string";
  text.nbytes = 2;
  text.blake3 = hash::Digest{};
  ema.leaves.push_back(text);
  const std::string zeros(64, '0');
  const std::string w = hash::ToHex(hash::Blake3Of(ByteVector(8, 1)));
  CHECK(DigestJson({state, ema}) ==
        "{\"fingerprint\":\"" + CheckpointText(*CheckpointFingerprint({state, ema})) +
            "\",\"items\":{\"ema\":{\"fingerprint\":\"" + Blake3Text(*ItemFingerprint(ema)) +
            "\",\"leaves\":[{\"key_path\":[\"a\\\"b\"],\"value_type\":\"string\",\"dtype\":"
            "\"string\","
            "\"shape\":null,\"nbytes\":2,\"digest\":{\"blake3\":\"" +
            zeros + "\"}}]},\"state\":{\"fingerprint\":\"" + Blake3Text(*ItemFingerprint(state)) +
            "\",\"leaves\":[{\"key_path\":[\"n\"],\"value_type\":\"None\",\"dtype\":\"None\","
            "\"shape\":null,\"nbytes\":0},{\"key_path\":[\"w\"],\"value_type\":\"jax.Array\","
            "\"dtype\":\"float32\",\"shape\":[2],\"nbytes\":8,\"digest\":{\"blake3\":\"" +
            w + "\",\"sha256\":\"" + zeros + "\"}}]}}}\n");
}

TEST_CASE("leaves that could not be hashed are left out, and then there is no fingerprint") {
  ItemRecord item{"", {Array({"a"}, {1}, 1), Array({"b"}, {1}, 2), Array({"\xff"}, {1}, 3)}, false};
  item.leaves[0].blake3.reset();
  const std::string json = DigestJson({item});
  CHECK(json.find(
            "{\"fingerprint\":null,\"items\":{\"\":{\"fingerprint\":null,\"leaves\":[{\"key_path\":"
            "[\"b\"]") == 0);
  CHECK(json.find("\"a\"") == std::string::npos);
  CHECK(json.find('\xff') == std::string::npos);
  CHECK(DigestText({item}) == hash::ToHex(*item.leaves[1].blake3) + "  /b\nnull\n");
  CHECK(DigestJson({}) == "{\"fingerprint\":null,\"items\":{}}\n");
  CHECK(DigestText({}) == "null\n");
}

TEST_CASE("digest's lines are b3sum's, with its escapes") {
  const std::vector<ItemRecord> items = {
      {"state",
       {Array({"z"}, {1}, 1), Array({"a\\b"}, {1}, 1), Array({"a\nb\\"}, {1}, 1),
        Array({"a/b", "~"}, {1}, 1), Empty({"n"}, "None"), Array({}, {1}, 1)},
       false},
      {"5/ema", {Array({"k"}, {1}, 1)}, false}};
  const std::string hex = hash::ToHex(hash::Blake3Of(ByteVector(4, 1)));
  CHECK(DigestText(items) == hex + "  5/ema:/k\n" +                     //
                                 hex + "  state:\n" +                   // the empty key path
                                 "\\" + hex + "  state:/a\\nb\\\\\n" +  //
                                 hex + "  state:/a~1b/~0\n" +           //
                                 "\\" + hex + "  state:/a\\\\b\n" +     //
                                 hex + "  state:/z\n" +                 //
                                 CheckpointText(*CheckpointFingerprint(items)) + "\n");
  CHECK(LeafName("", {"a", "b"}) == "/a/b");
  CHECK(LeafName("m", {}) == "m:");
}
