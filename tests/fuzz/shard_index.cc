// The index of a shard: the first bytes choose its shape and how it is written.
#include "zarr/shard_index.h"

#include "base/checked.h"
#include "base/crc32c.h"
#include "fuzz/fuzz.h"
#include "support/zarr_writer.h"

namespace leafsum::fuzz {

void Run(Bytes input) {
  Choices choices(input);
  const size_t rank = choices.Below(4);
  const uint8_t flags = choices.U8();
  zarr::ShardingSpec spec;
  std::vector<uint64_t> shard_shape;
  for (size_t i = 0; i < rank; ++i) {
    spec.chunk_shape.push_back(1 + choices.Below(7));
    shard_shape.push_back(spec.chunk_shape[i] * (1 + choices.Below(5)));
  }
  spec.index_big_endian = (flags & 1) != 0;
  spec.index_codecs.resize(flags >> 1 & 3, {codec::CodecKind::kCrc32c, (flags & 8) != 0});
  if ((flags & 16) != 0 && rank > 0) {
    // A rotation of [grid..., 2].
    const size_t by = choices.Below(rank + 1);
    for (size_t i = 0; i <= rank; ++i)
      spec.index_transpose.push_back(static_cast<uint32_t>((i + by) % (rank + 1)));
  }
  const uint64_t shard_size = choices.U16();
  const auto size = zarr::ShardIndexSize(shard_shape, spec);
  const auto count = zarr::InnerChunkCount(shard_shape, spec);
  FUZZ_CHECK(size && count && *size == *count * 16 + 4 * spec.index_codecs.size());

  // As long as it has to be, with right checksums, or as it is.
  ByteVector bytes = ToVector(choices.Rest());
  if ((flags & 32) != 0) {
    bytes.resize(static_cast<size_t>(*count) * 16);
    for (size_t i = 0; i < spec.index_codecs.size(); ++i) {
      const uint32_t sum = Crc32c(bytes);
      for (int shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<uint8_t>(sum >> shift));
    }
  }
  const auto entries = zarr::DecodeShardIndex(bytes, shard_shape, spec);
  if (!entries) {
    FUZZ_CHECK((flags & 32) == 0);
    return;
  }
  FUZZ_CHECK(entries->size() == *count);
  for (const auto& entry : *entries) {
    FUZZ_CHECK(entry.position + 8 <= bytes.size());
    FUZZ_CHECK(entry.empty == (entry.offset == ~uint64_t{0} && entry.length == ~uint64_t{0}));
    const bool fits = entry.length <= shard_size && entry.offset <= shard_size - entry.length;
    FUZZ_CHECK(!zarr::CheckEntry(entry, shard_size) == (entry.empty || fits));
  }
  if (spec.index_transpose.empty()) FUZZ_CHECK(test::WriteShardIndex(*entries, spec) == bytes);
}

}  // namespace leafsum::fuzz
