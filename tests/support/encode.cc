#include "support/encode.h"

#include <algorithm>
#include <cstdlib>

#include "support/hex.h"

namespace leafsum::test {
namespace {

uint32_t ReflectedCrc(Bytes bytes, uint32_t polynomial) {
  uint32_t crc = 0xffffffff;
  for (uint8_t b : bytes) {
    crc ^= b;
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
  }
  return ~crc;
}

void PutLe(ByteVector& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

ByteVector StoredDeflate(Bytes content) {
  ByteVector out;
  do {
    const auto n = static_cast<uint16_t>(std::min<size_t>(content.size(), 65535));
    out.push_back(n == content.size());  // BFINAL, and 00: stored
    PutLe(out, n, 2);
    PutLe(out, static_cast<uint16_t>(~n), 2);
    out.insert(out.end(), content.begin(), content.begin() + n);
    content = content.subspan(n);
  } while (!content.empty());
  return out;
}

}  // namespace

uint32_t Crc32(Bytes bytes) { return ReflectedCrc(bytes, 0xedb88320); }
uint32_t Crc32cOf(Bytes bytes) { return ReflectedCrc(bytes, 0x82f63b78); }

ByteVector Le32(uint32_t value) {
  ByteVector out;
  PutLe(out, value, 4);
  return out;
}

ByteVector ZstdFrame(const std::vector<ZstdBlock>& blocks, ZstdFrameOptions options) {
  ByteVector out = FromHex("28b52ffd");
  const bool wide = options.content_size.value_or(0) > 0xffffffff;
  uint8_t descriptor = options.content_size ? (wide ? 3 : 2) << 6 : 0;
  if (!options.window) descriptor |= 1 << 5;
  if (options.dictionary) descriptor |= 3;
  out.push_back(descriptor);
  if (options.window) out.push_back(*options.window);
  if (options.dictionary) PutLe(out, *options.dictionary, 4);
  if (options.content_size) PutLe(out, *options.content_size, wide ? 8 : 4);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const bool is_last = i + 1 == blocks.size();
    const bool is_rle = blocks[i].times != 0;
    const uint64_t size = is_rle ? blocks[i].times : blocks[i].bytes.size();
    PutLe(out, size << 3 | (is_rle ? 1 : 0) << 1 | (is_last ? 1 : 0), 3);
    out.insert(out.end(), blocks[i].bytes.begin(), blocks[i].bytes.end());
  }
  return out;
}

ByteVector ZstdOf(Bytes content) {
  constexpr size_t kMaxBlock = 128 << 10;
  std::vector<ZstdBlock> blocks;
  const uint64_t size = content.size();
  do {
    const size_t n = std::min(content.size(), kMaxBlock);
    blocks.push_back({ToVector(content.first(n))});
    content = content.subspan(n);
  } while (!content.empty());
  return ZstdFrame(blocks, {.content_size = size, .window = {}, .dictionary = {}});
}

ByteVector SkippableFrame(Bytes payload) {
  return Concat({FromHex("502a4d18"), Le32(static_cast<uint32_t>(payload.size())), payload});
}

ByteVector ZlibOf(Bytes content) {
  uint32_t a = 1, b = 0;  // Adler-32
  for (uint8_t c : content) {
    a = (a + c) % 65521;
    b = (b + a) % 65521;
  }
  const ByteVector adler = {static_cast<uint8_t>(b >> 8), static_cast<uint8_t>(b),
                            static_cast<uint8_t>(a >> 8), static_cast<uint8_t>(a)};
  return Concat({FromHex("7801"), StoredDeflate(content), adler});
}

ByteVector GzipOf(Bytes content) {
  return Concat({FromHex("1f8b08 00 00000000 00 ff"), StoredDeflate(content), Le32(Crc32(content)),
                 Le32(static_cast<uint32_t>(content.size()))});
}

ByteVector Crc32cAfter(Bytes content) { return Concat({content, Le32(Crc32cOf(content))}); }

ByteVector BloscBuffer(const std::vector<ByteVector>& blocks, uint32_t nbytes,
                       BloscOptions options) {
  std::vector<ByteVector> starts(blocks.size());
  ByteVector body;
  for (size_t n = 0; n < blocks.size(); ++n) {
    const size_t i = options.reversed ? blocks.size() - 1 - n : n;
    starts[i] = Le32(static_cast<uint32_t>(16 + 4 * blocks.size() + body.size()));
    body = Concat({body, Le32(static_cast<uint32_t>(blocks[i].size())), blocks[i]});
  }
  ByteVector index;
  for (const ByteVector& start : starts) index.insert(index.end(), start.begin(), start.end());
  const ByteVector head = {2, 1, options.flags, options.typesize};
  return Concat({head, Le32(nbytes), Le32(options.blocksize),
                 Le32(static_cast<uint32_t>(16 + index.size() + body.size())), index, body});
}

ByteVector BloscOf(Bytes content, BloscOptions options) {
  const uint32_t nbytes = static_cast<uint32_t>(content.size());
  options.blocksize = std::min(options.blocksize, nbytes);
  options.flags |= 2;
  const ByteVector head = {2, 1, options.flags, options.typesize};
  return Concat({head, Le32(nbytes), Le32(options.blocksize), Le32(nbytes + 16), content});
}

const CodecWriter& WriterOf(codec::CodecKind kind) {
  using codec::CodecKind;
  static constexpr CodecWriter kWriters[] = {
      {CodecKind::kZstd, R"({"id":"zstd","level":1})",
       R"({"name":"zstd","configuration":{"level":1,"checksum":false}})", ZstdOf},
      {CodecKind::kCrc32c, nullptr, R"({"name":"crc32c"})", Crc32cAfter},
      {CodecKind::kZlib, R"({"id":"zlib","level":1})", nullptr, ZlibOf},
      {CodecKind::kGzip, R"({"id":"gzip","level":1})",
       R"({"name":"gzip","configuration":{"level":5}})", GzipOf},
      {CodecKind::kBz2, R"({"id":"bz2","level":1})", nullptr, nullptr},
      {CodecKind::kBlosc, R"({"id":"blosc","clevel":1})",
       R"({"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"noshuffle","blocksize":0}})",
       [](Bytes content) { return BloscOf(content); }},
  };
  for (const CodecWriter& writer : kWriters)
    if (writer.kind == kind) return writer;
  std::abort();  // a codec without a row
}

}  // namespace leafsum::test
