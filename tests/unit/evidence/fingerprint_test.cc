#include "evidence/fingerprint.h"

#include <algorithm>
#include <random>

#include "records.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::evidence;
using namespace leafsum::test;

namespace {

const nlohmann::json& Vectors() {
  static const nlohmann::json vectors = LoadVectors("digest.json");
  return vectors;
}

std::string FromHexText(const nlohmann::json& hex) {
  return std::string(AsText(FromHex(hex.get<std::string>())));
}

ItemRecord ItemOf(const nlohmann::json& v) {
  ItemRecord item;
  if (v.contains("leaves")) {
    for (const auto& leaf : v.at("leaves")) item.leaves.push_back(RecordOf(leaf));
  } else {  // "all"
    for (const auto& leaf : Vectors().at("leaves"))
      if (!leaf.at("key_path").empty()) item.leaves.push_back(RecordOf(leaf));
  }
  return item;
}

}  // namespace

TEST_CASE("vectors: strings as RFC 8785") {
  for (const auto& v : Vectors().at("strings"))
    CHECK(JsonString(FromHexText(v.at("utf8_hex"))) == FromHexText(v.at("json_hex")));
}

TEST_CASE("vectors: a leaf's line") {
  int lines = 0;
  for (const auto& v : Vectors().at("leaves")) {
    INFO(v.at("name"));
    const LeafRecord leaf = RecordOf(v);
    CHECK(leaf.has_content == v.contains("line"));
    if (!leaf.has_content) continue;
    CHECK(FingerprintLine(leaf) == FromHexText(v.at("line_hex")));
    ++lines;
  }
  CHECK(lines > 20);
}

TEST_CASE("vectors: items, in any order of leaves") {
  std::mt19937 random(1);
  for (const auto& v : Vectors().at("items")) {
    INFO(v.at("name"));
    ItemRecord item = ItemOf(v);
    for (int round = 0; round < 5; ++round) {
      auto digest = ItemFingerprint(item);
      REQUIRE(digest.has_value());
      CHECK(Blake3Text(*digest) == v.at("fingerprint").get<std::string>());
      CHECK(*digest == hash::Blake3Of(FromHex(v.at("listing_hex").get<std::string>())));
      std::shuffle(item.leaves.begin(), item.leaves.end(), random);
    }
  }
}

TEST_CASE("vectors: checkpoints") {
  for (const auto& v : Vectors().at("checkpoints")) {
    INFO(v.at("name"));
    std::vector<NamedDigest> items;
    for (const auto& [name, text] : v.at("items").items())
      items.emplace_back(name, *ParseBlake3Text(text.get<std::string>()));
    std::reverse(items.begin(), items.end());
    CHECK(CheckpointText(CombineItems(items)) == v.at("fingerprint").get<std::string>());
  }
}

TEST_CASE("vectors: what is refused has no fingerprint") {
  for (const auto& v : Vectors().at("refused")) {
    INFO(v.at("what"));
    ItemRecord item{"", {Array({"ok"}, {1}, 0)}, false};
    if (v.contains("key_paths")) {
      item.leaves.clear();
      for (const auto& path : v.at("key_paths"))
        item.leaves.push_back(Array(path.get<std::vector<std::string>>(), {1}, 0));
    } else if (v.contains("utf8_hex")) {
      item.leaves.push_back(Array({FromHexText(v.at("utf8_hex"))}, {1}, 0));
    } else {
      continue;  // JSON text, which the JSON reader refuses
    }
    CHECK_FALSE(ItemFingerprint(item).has_value());
    CHECK_FALSE(CheckpointFingerprint({item}).has_value());
  }
}

TEST_CASE("a checkpoint has no fingerprint where any item has none, nor without content") {
  const ItemRecord a{"a", {Array({"w"}, {2}, 1)}, false};
  const ItemRecord empties{"e", {Empty({"n"}, "None")}, false};
  REQUIRE(CheckpointFingerprint({a, empties}).has_value());
  CHECK(CheckpointFingerprint({a, empties}) == CheckpointFingerprint({empties, a}));
  CHECK(CheckpointFingerprint({a, empties}) != CheckpointFingerprint({a}));
  CHECK_FALSE(CheckpointFingerprint({empties}).has_value());
  CHECK(ItemFingerprint(empties).has_value());
  CHECK_FALSE(CheckpointFingerprint({}).has_value());

  ItemRecord unread = a;
  unread.leaves[0].blake3.reset();
  CHECK_FALSE(CheckpointFingerprint({unread}).has_value());
  ItemRecord flagged = a;
  flagged.no_fingerprint = true;
  CHECK_FALSE(CheckpointFingerprint({flagged}).has_value());
  ItemRecord twice = a;
  twice.leaves.push_back(Empty({"w"}, "Dict"));
  CHECK_FALSE(CheckpointFingerprint({twice}).has_value());
  CHECK_FALSE(CheckpointFingerprint({a, a}).has_value());
  ItemRecord bad_name = a;
  bad_name.name = "\xff";
  CHECK_FALSE(CheckpointFingerprint({bad_name}).has_value());
  // A single item's name does not count.
  ItemRecord renamed = a;
  renamed.name = "b";
  CHECK(CheckpointFingerprint({a}) == CheckpointFingerprint({renamed}));
}

TEST_CASE("digests are read in one form only") {
  const std::string hex(64, 'a');
  REQUIRE(ParseDigestHex(hex).has_value());
  CHECK(ParseBlake3Text("blake3:" + hex) == ParseDigestHex(hex));
  CHECK(ParseCheckpointText("leafsum1:" + hex) == ParseDigestHex(hex));
  CHECK(CheckpointText(*ParseDigestHex(hex)) == "leafsum1:" + hex);
  for (std::string bad :
       {std::string(), std::string(63, 'a'), std::string(62, 'a'), std::string(66, 'a'),
        std::string(64, 'A'), std::string(64, 'g'), " " + std::string(63, 'a')})
    CHECK_FALSE(ParseDigestHex(bad).has_value());
  CHECK_FALSE(ParseBlake3Text(hex).has_value());
  CHECK_FALSE(ParseBlake3Text("leafsum1:" + hex).has_value());
  CHECK_FALSE(ParseCheckpointText("blake3:" + hex).has_value());
  CHECK_FALSE(ParseCheckpointText("leafsum2:" + hex).has_value());
}
