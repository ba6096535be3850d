#include "hash/blake3.h"

#include "base/text.h"
#include "hash/blake3_tree.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"

using namespace leafsum;
using namespace leafsum::hash;
using leafsum::test::Pattern;

namespace {

struct Hashed {
  Digest digest;
  ByteVector blocks;
};

// Feeds content in pieces of these sizes, over and over; each in its own allocation.
Hashed HashInPieces(Bytes content, const std::vector<size_t>& sizes) {
  BlockHasher hasher(content.size());
  size_t turn = 0;
  while (!content.empty()) {
    const size_t n = std::min(sizes[turn++ % sizes.size()], content.size());
    hasher.Update(test::Exact(content.first(n)));
    content = content.subspan(n);
  }
  const Digest digest = hasher.Finish();
  return {digest, hasher.blocks()};
}

constexpr size_t kKiB = 1 << 10;
constexpr size_t kBlock = 4 << 20;

}  // namespace

TEST_CASE("Block values and digests are those of the vectors") {
  const auto vectors = test::LoadVectors("digest.json");
  REQUIRE(vectors["blocks"].size() >= 14);
  for (const auto& v : vectors["blocks"]) {
    const auto length = v["length"].get<size_t>();
    CAPTURE(length);
    const ByteVector content = Pattern(length);
    const Hashed hashed = HashInPieces(content, {std::max<size_t>(length, 1)});
    CHECK(ToHex(hashed.digest) == v["blake3"].get<std::string>());
    CHECK(ToHex(Blake3Of(content)) == v["blake3"].get<std::string>());
    std::string values;
    for (const auto& value : v["values"]) values += value.get<std::string>();
    CHECK(Hex(hashed.blocks) == values);
    CHECK(Base64(hashed.blocks) == v["base64"].get<std::string>());
    CHECK(BlockCount(length) == v["values"].size());
    if (!v["values"].empty())
      CHECK(ToHex(MergeBlocks(hashed.blocks)) == v["blake3"].get<std::string>());
  }
}

TEST_CASE("Digests of leaves are those of the vectors") {
  const auto vectors = test::LoadVectors("digest.json");
  size_t seen = 0;
  for (const auto& leaf : vectors["leaves"]) {
    if (!leaf["content"].is_string()) continue;
    CAPTURE(leaf["name"].get<std::string>());
    const ByteVector content = test::FromHex(leaf["content"].get<std::string>());
    CHECK(ToHex(Blake3Of(content)) == leaf["digest"]["blake3"].get<std::string>());
    ++seen;
  }
  CHECK(seen >= 20);
}

TEST_CASE("How updates are cut makes no difference up to a block") {
  for (size_t length : {size_t{0}, size_t{1}, size_t{1023}, size_t{1024}, size_t{1025},
                        size_t{16384}, size_t{16385}, size_t{100000}}) {
    const ByteVector content = Pattern(length);
    const Digest expected = Blake3Of(content);
    for (size_t piece : {size_t{1}, size_t{63}, size_t{64}, size_t{1023}, size_t{1024},
                         size_t{1025}, size_t{65536}}) {
      CAPTURE(length, piece);
      const Hashed hashed = HashInPieces(content, {piece});
      CHECK(ToHex(hashed.digest) == ToHex(expected));
      CHECK(hashed.blocks.empty());
      Blake3 plain;
      for (size_t at = 0; at < length; at += piece)
        plain.Update(Bytes(content).subspan(at, std::min(piece, length - at)));
      CHECK(ToHex(plain.Finish()) == ToHex(expected));
    }
  }
}

// Every length is one where the last block's tree has another shape; every cut makes other pieces
// of it.
TEST_CASE("How updates are cut makes no difference over several blocks") {
  const std::vector<size_t> lengths = {kBlock - 1,
                                       kBlock,
                                       kBlock + 1,
                                       kBlock + 1023,
                                       kBlock + 1024,
                                       kBlock + 1025,
                                       kBlock + 16383,
                                       kBlock + 16384,
                                       kBlock + 16385,
                                       kBlock + 17 * kKiB,
                                       kBlock + 50 * kKiB + 1,
                                       2 * kBlock - 1,
                                       2 * kBlock,
                                       2 * kBlock + 1,
                                       3 * kBlock - 1,
                                       3 * kBlock,
                                       3 * kBlock + 5,
                                       5 * kBlock - 1,
                                       5 * kBlock + 1};
  const std::vector<std::vector<size_t>> cuts = {{64 * kKiB},
                                                 {256 * kKiB},
                                                 {kBlock},
                                                 {kBlock + 1},
                                                 {kBlock - 1, 1},
                                                 {1 << 30},
                                                 {1, 16383, 16384, 16385},
                                                 {1000},
                                                 {1024},
                                                 {1023, 1025},
                                                 {16 * kKiB},
                                                 {48 * kKiB},
                                                 {1, 3 * kBlock},
                                                 {20 * kKiB + 7, 700 * kKiB},
                                                 {kBlock / 2, kBlock / 4, 5}};
  for (size_t length : lengths) {
    const ByteVector content = Pattern(length);
    const Digest expected = Blake3Of(content);
    std::string blocks;
    for (const auto& cut : cuts) {
      CAPTURE(length, cut);
      const Hashed hashed = HashInPieces(content, cut);
      CHECK(ToHex(hashed.digest) == ToHex(expected));
      CHECK(hashed.blocks.size() == BlockCount(length) * kBlockValueSize);
      if (blocks.empty()) blocks = Hex(hashed.blocks);
      CHECK(Hex(hashed.blocks) == blocks);
    }
  }
}

TEST_CASE("A block's value depends on its place and its bytes") {
  ByteVector content(2 * kBlock + kKiB, 7);
  const Hashed same = HashInPieces(content, {kBlock});
  const Bytes values(same.blocks);
  CHECK(Hex(values.first(32)) != Hex(values.subspan(32, 32)));  // equal bytes, other chunk numbers

  content[2 * kBlock + 5] ^= 1;
  const Hashed changed = HashInPieces(content, {kBlock});
  CHECK(Hex(Bytes(changed.blocks).first(64)) == Hex(values.first(64)));
  CHECK(Hex(Bytes(changed.blocks).subspan(64)) != Hex(values.subspan(64)));
  CHECK(ToHex(changed.digest) != ToHex(same.digest));
}

TEST_CASE("From a block on: the values are those of the whole") {
  const size_t length = 3 * kBlock + 5 * kKiB + 3;
  const ByteVector content = Pattern(length);
  const Hashed whole = HashInPieces(content, {kBlock});
  for (size_t first = 1; first <= 3; ++first) {
    for (size_t piece : {size_t{1} << 30, kBlock, 16 * kKiB, size_t{100001}}) {
      BlockHasher hasher(length, first * kBlock);
      for (size_t at = first * kBlock; at < length; at += piece)
        hasher.Update(Bytes(content).subspan(at, std::min(piece, length - at)));
      CAPTURE(first, piece);
      CHECK(Hex(hasher.blocks()) == Hex(Bytes(whole.blocks).subspan(first * kBlockValueSize)));
    }
  }
  // Only some blocks in the middle.
  BlockHasher middle(length, kBlock);
  middle.Update(Bytes(content).subspan(kBlock, kBlock));
  CHECK(Hex(middle.blocks()) == Hex(Bytes(whole.blocks).subspan(kBlockValueSize, kBlockValueSize)));
}

TEST_CASE("Values of subtrees stand for their content, wherever some of it comes as such") {
  const size_t length = 2 * kBlock + 192 * kKiB;
  const ByteVector content = Pattern(length);
  const Hashed whole = HashInPieces(content, {kBlock});
  for (size_t unit = kKiB; unit <= 64 * kKiB; unit *= 2) {
    for (size_t turns : {1, 2, 3, 5}) {  // which units come as content
      CAPTURE(unit, turns);
      BlockHasher hasher(length);
      for (size_t at = 0; at < length; at += unit) {
        const Bytes piece = Bytes(content).subspan(at, unit);
        if (at / unit % turns == 1)
          hasher.Update(piece);
        else
          hasher.UpdateValues(SubtreeValue(piece, at / kKiB), unit);
      }
      CHECK(ToHex(hasher.Finish()) == ToHex(whole.digest));
      CHECK(Hex(hasher.blocks()) == Hex(whole.blocks));
    }
  }
  // A run of them at once, and content in pieces of its own after that.
  BlockHasher hasher(length);
  ByteVector values;
  for (size_t at = 0; at < kBlock + 6 * kKiB; at += 2 * kKiB) {
    const auto value = SubtreeValue(Bytes(content).subspan(at, 2 * kKiB), at / kKiB);
    values.insert(values.end(), value.begin(), value.end());
  }
  hasher.UpdateValues(values, 2 * kKiB);
  for (size_t at = kBlock + 6 * kKiB; at < length; at += 100001)
    hasher.Update(Bytes(content).subspan(at, std::min<size_t>(100001, length - at)));
  CHECK(ToHex(hasher.Finish()) == ToHex(whole.digest));
}

TEST_CASE("BlockCount: none up to 4 MiB, then rounded up") {
  struct Case {
    uint64_t nbytes, count;
  };
  for (const auto& [nbytes, count] : {Case{0, 0},
                                      {1, 0},
                                      {kBlock, 0},
                                      {kBlock + 1, 2},
                                      {2 * kBlock, 2},
                                      {2 * kBlock + 1, 3},
                                      {UINT64_MAX, uint64_t{1} << 42}})
    CHECK(BlockCount(nbytes) == count);
}

TEST_CASE("Merging is split at the largest power of two below the number of values") {
  ByteVector values(5 * 32);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(i);
  const std::string five = ToHex(MergeBlocks(values));
  // Order and number count.
  ByteVector swapped = values;
  std::swap_ranges(swapped.begin(), swapped.begin() + 32, swapped.begin() + 32);
  CHECK(ToHex(MergeBlocks(swapped)) != five);
  CHECK(ToHex(MergeBlocks(Bytes(values).first(4 * 32))) != five);
  CHECK(ToHex(MergeBlocks(Bytes(values).first(2 * 32))) !=
        ToHex(MergeBlocks(Bytes(values).subspan(32, 2 * 32))));
}
