// Small encoders for tests: containers by the book, contents stored or repeated, nothing
// compressed. Real writers' output lies in tests/vectors/codec.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "codec/codec_spec.h"

namespace leafsum::test {

uint32_t Crc32(Bytes bytes);     // of gzip
uint32_t Crc32cOf(Bytes bytes);  // bit by bit, not the core's
ByteVector Le32(uint32_t value);

// One block of a zstd frame (RFC 8878 §3.1.1.2): raw bytes, or one byte `times` times.
struct ZstdBlock {
  ByteVector bytes;
  uint32_t times = 0;  // 0: a raw block
};

struct ZstdFrameOptions {
  std::optional<uint64_t> content_size;  // of 4 bytes where it is given, of 8 where it needs them
  std::optional<uint8_t>
      window;  // the window byte; without it the frame is single-segment (needs a size)
  std::optional<uint32_t> dictionary;
};

ByteVector ZstdFrame(const std::vector<ZstdBlock>& blocks, ZstdFrameOptions options);
// One frame of raw blocks of at most 128 KiB, with its content size.
ByteVector ZstdOf(Bytes content);
ByteVector SkippableFrame(Bytes payload);

// RFC 1950 and 1952 around stored blocks of RFC 1951.
ByteVector ZlibOf(Bytes content);
ByteVector GzipOf(Bytes content);

ByteVector Crc32cAfter(Bytes content);

struct BloscOptions {
  uint8_t flags = 16;  // not shuffled, not split, blosclz
  uint8_t typesize = 1;
  uint32_t blocksize = 1000;
  bool reversed = false;  // blocks lie in descending order
};
// Stored as it is.
ByteVector BloscOf(Bytes content, BloscOptions options = {});
// A buffer around blocks that are encoded already.
ByteVector BloscBuffer(const std::vector<ByteVector>& blocks, uint32_t nbytes,
                       BloscOptions options);

// How the tests write a codec: as the `compressor` of a .zarray, as an element of `codecs` in a
// zarr.json, and its bytes. Null: zarr of that version lacks the codec; only real encoders write it
// (tests/vectors/codec).
struct CodecWriter {
  codec::CodecKind kind;
  const char* v2;
  const char* v3;
  ByteVector (*encode)(Bytes content);
};
const CodecWriter& WriterOf(codec::CodecKind kind);

}  // namespace leafsum::test
