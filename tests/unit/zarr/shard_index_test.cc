#include "zarr/shard_index.h"

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/zarr_writer.h"

using namespace leafsum;
using namespace leafsum::zarr;
using namespace leafsum::test::literals;
using codec::CodecKind;

namespace {

ShardingSpec Spec(std::vector<uint64_t> chunk_shape, size_t checksums, bool big_endian = false) {
  ShardingSpec spec;
  spec.chunk_shape = std::move(chunk_shape);
  spec.index_codecs.assign(checksums, {CodecKind::kCrc32c, false});
  spec.index_big_endian = big_endian;
  return spec;
}

bool Equal(const ShardIndexEntry& a, const ShardIndexEntry& b) {
  return a.empty == b.empty && (a.empty || (a.offset == b.offset && a.length == b.length));
}

// `n` inner chunks along the first axis.
Result<std::vector<ShardIndexEntry>> Decode(Bytes bytes, uint64_t n, const ShardingSpec& spec) {
  std::vector<uint64_t> shape = spec.chunk_shape;
  shape[0] *= n;
  return DecodeShardIndex(test::Exact(bytes), shape, spec);
}

}  // namespace

TEST_CASE("the index of Orbax's example shard") {
  const ByteVector bytes = "0000000000000000 2100000000000000 54824c06"_hex;
  const auto entries = Decode(bytes, 1, Spec({2, 3}, 1));
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  CHECK(Equal((*entries)[0], {0, 33, false}));
}

TEST_CASE("sizes of a shard index") {
  CHECK(InnerChunkCount({6, 8}, Spec({3, 4}, 1)) == 4u);
  CHECK(ShardIndexSize({6, 8}, Spec({3, 4}, 1)) == 68u);
  CHECK(ShardIndexSize({6, 8}, Spec({3, 4}, 0)) == 64u);
  CHECK(InnerChunkCount({}, Spec({}, 1)) == 1u);
  CHECK(InnerChunkCount({6}, Spec({3, 4}, 1)) == std::nullopt);
  CHECK(InnerChunkCount({6}, Spec({0}, 1)) == std::nullopt);
  CHECK(ShardIndexSize({1ull << 59}, Spec({1}, 1)) == (1ull << 63) + 4);
  CHECK(ShardIndexSize({1ull << 60}, Spec({1}, 0)) == std::nullopt);
  CHECK(InnerChunkCount({1ull << 32, 1ull << 32}, Spec({1, 1}, 0)) == std::nullopt);
}

TEST_CASE("shard indices go around; every other length fails") {
  const std::vector<ShardIndexEntry> entries{
      {0, 33, false}, {0, 0, true}, {33, 67, false}, {40, 0, false}, {100, 0, false}};
  for (size_t checksums : {0, 1, 2}) {
    for (bool big_endian : {false, true}) {
      INFO(checksums << big_endian);
      const ShardingSpec spec = Spec({1}, checksums, big_endian);
      const ByteVector bytes = test::WriteShardIndex(entries, spec);
      const auto decoded = Decode(bytes, entries.size(), spec);
      REQUIRE(decoded);
      REQUIRE(decoded->size() == entries.size());
      for (size_t i = 0; i < entries.size(); ++i) CHECK(Equal((*decoded)[i], entries[i]));

      for (size_t n = 0; n < bytes.size(); ++n) {
        const auto prefix = Decode(Bytes(bytes).first(n), entries.size(), spec);
        REQUIRE_FALSE(prefix);
        CHECK(prefix.error().code == ErrorCode::kTruncated);
        CHECK(prefix.error().actual == ByteCount(n));
      }
      ByteVector longer = bytes;
      longer.push_back(0);
      const auto extra = Decode(longer, entries.size(), spec);
      REQUIRE_FALSE(extra);
      CHECK(extra.error().code == ErrorCode::kInvalid);
      CHECK(extra.error().expected == std::to_string(bytes.size()) + " bytes");
    }
  }
}

TEST_CASE("a transposed index is read by its strides") {
  // The array [2, 3, 2] of numbers 10 i + 2 j + k, k = 0: offset, 1: length, with its axes
  // permuted.
  for (const std::vector<uint32_t>& order : {std::vector<uint32_t>{},
                                             {0, 1, 2},
                                             {0, 2, 1},
                                             {1, 0, 2},
                                             {1, 2, 0},
                                             {2, 0, 1},
                                             {2, 1, 0}}) {
    ShardingSpec spec = Spec({4, 5}, 0);
    spec.index_transpose = order;
    const uint64_t dims[] = {2, 3, 2};
    uint64_t stored[3], at[3] = {};
    for (size_t i = 0; i < 3; ++i) stored[i] = dims[order.empty() ? i : order[i]];
    ByteVector bytes;
    for (uint64_t n = 0; n < 12; ++n) {
      uint64_t rest = n;
      for (size_t i = 3; i-- > 0; rest /= stored[i])
        at[order.empty() ? i : order[i]] = rest % stored[i];
      bytes.push_back(static_cast<uint8_t>(10 * at[0] + 2 * at[1] + at[2]));
      bytes.resize(bytes.size() + 7);
    }
    const auto entries = DecodeShardIndex(test::Exact(bytes), {8, 15}, spec);
    REQUIRE(entries);
    REQUIRE(entries->size() == 6);
    for (uint64_t n = 0; n < 6; ++n) {
      const uint64_t offset = n / 3 * 10 + n % 3 * 2;
      CHECK(Equal((*entries)[static_cast<size_t>(n)], {offset, offset + 1, false}));
    }
  }
}

TEST_CASE("levels of chunks, along the array's axes") {
  ArrayMetadata array;
  array.chunk_shape = {8, 4};
  CHECK(ChunkLevels(array).size() == 1);
  array.codecs.transpose = {1, 0};
  ShardingSpec inner = Spec({2, 4}, 1);  // of (4, 8)
  inner.codecs.transpose = {1, 0};       // and (4, 2) it is stored as
  inner.codecs.sharding = {Spec({1, 2}, 1)};
  array.codecs.sharding = {inner};
  const auto levels = ChunkLevels(array);
  REQUIRE(levels.size() == 3);
  CHECK(levels[0].shape == std::vector<uint64_t>{8, 4});
  CHECK(levels[0].transpose == std::vector<uint32_t>{1, 0});
  CHECK(levels[1].shape == std::vector<uint64_t>{4, 2});
  CHECK(levels[1].transpose.empty());
  CHECK(levels[2].shape == std::vector<uint64_t>{1, 2});
  CHECK(levels[2].codecs->sharding.empty());
}

TEST_CASE("every flipped bit of a checked index is noticed") {
  const ShardingSpec spec = Spec({1}, 1);
  ByteVector bytes = test::WriteShardIndex({{0, 8, false}, {8, 8, false}}, spec);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto entries = Decode(bytes, 2, spec);
    REQUIRE_FALSE(entries);
    CHECK(entries.error().code == ErrorCode::kChecksum);
    CHECK(entries.error().message == "CRC-32C of the shard index does not match");
    CHECK(entries.error().offset == 32u);
    bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
}

TEST_CASE("shard index entries that cannot be") {
  constexpr uint64_t kNone = ~uint64_t{0};
  struct Row {
    ShardIndexEntry entry;
    const char* message;
  };
  const Row rows[] = {
      {{kNone, 5}, "shard index entry is half empty"},
      {{5, kNone}, "shard index entry is half empty"},
      {{0, 101}, "shard index entry lies outside the shard"},
      {{100, 1}, "shard index entry lies outside the shard"},
      {{101, 0}, "shard index entry lies outside the shard"},
      {{kNone - 1, 2}, "shard index entry lies outside the shard"},  // the sum wraps to 0
      {{2, kNone - 1}, "shard index entry lies outside the shard"},
  };
  const ShardingSpec spec = Spec({1}, 1);
  for (const Row& row : rows) {
    const auto entries = Decode(test::WriteShardIndex({{0, 100}, row.entry}, spec), 2, spec);
    REQUIRE(entries);
    CHECK_FALSE(CheckEntry((*entries)[0], 100));
    const Status status = CheckEntry((*entries)[1], 100);
    REQUIRE(status);
    CHECK(status->code == ErrorCode::kInvalid);
    CHECK(status->message == row.message);
    CHECK(status->offset == 16u);
  }
  CHECK_FALSE(CheckEntry({kNone, kNone, true}, 100));
}

TEST_CASE("a count that no index can have is refused before anything is allocated") {
  for (uint64_t n : {uint64_t{1} << 60, ~uint64_t{0}, uint64_t{1} << 40}) {
    const auto entries = Decode("00000000"_hex, n, Spec({1}, 1));
    REQUIRE_FALSE(entries);
    CHECK(entries.error().code == ErrorCode::kTruncated);
  }
}
