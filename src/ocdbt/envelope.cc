#include "ocdbt/envelope.h"

#include <algorithm>
#include <string>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "codec/decoder.h"

namespace leafsum::ocdbt {
namespace {

constexpr size_t kCrcBytes = 4;

// Says why the checksum is wrong. If the header claims more bytes than there are, the end is
// missing; unless the length itself was damaged, which shows when the checksum fits with the right
// length.
Error ChecksumError(Bytes encoded, uint32_t expected, uint32_t actual) {
  ByteReader header(encoded);
  header.U32Be();
  const uint64_t length = header.U64Le();
  if (length > encoded.size()) {
    const ByteWriter right = std::move(ByteWriter().U64Le(encoded.size()));
    uint32_t crc = Crc32c(encoded.first(4));
    crc = Crc32c(right.bytes(), crc);
    crc = Crc32c(encoded.subspan(12, encoded.size() - 12 - kCrcBytes), crc);
    if (crc != expected)
      return {ErrorCode::kTruncated, "bytes end before the length in the header", 4,
              ByteCount(length), ByteCount(encoded.size())};
  }
  return {ErrorCode::kChecksum, "CRC-32C checksum verification failed", encoded.size() - kCrcBytes,
          Text(expected), Text(actual)};
}

std::string HexWord(uint32_t word) {
  std::string out = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
  return out;
}

// At most the first `n` bytes that `frame` decodes to; none if they cannot be had cheaply.
ByteVector Start(Bytes frame, size_t n) {
  constexpr uint64_t kMaxWindow = 16 << 20;
  const auto decoder = codec::MakeDecoder({{codec::CodecKind::kZstd, false}}, n);
  const auto memory = decoder->MemoryNeeded(frame.first(std::min(frame.size(), codec::kHeadBytes)));
  if (!memory || *memory > kMaxWindow) return {};
  ByteVector out(n);
  size_t filled = 0;
  while (filled < n) {
    const codec::Progress p = decoder->Decode(frame, true, MutableBytes(out).subspan(filled));
    filled += p.produced;
    frame = frame.subspan(p.consumed);
    if (p.done || p.error || (p.produced == 0 && p.consumed == 0)) break;
  }
  out.resize(filled);
  return out;
}

// Blocks are small: a few hundred bytes to a few MiB. The start of a larger body is checked before
// the rest is decompressed.
Result<ByteVector> Inflate(Bytes frame, const EnvelopeOptions& options) {
  constexpr uint64_t kUsual = 4 << 20;
  constexpr size_t kStart = 256 << 10;
  auto body = codec::DecodeZstdFrame(frame, std::min(kUsual, options.limit));
  if (body || body.error().code != ErrorCode::kLimit) return body;
  if (options.ends_early && options.ends_early(Start(frame, kStart)))
    return Error{ErrorCode::kInvalid, "bytes follow the end of the structure", std::nullopt,
                 "0 bytes left",
                 "decompressed body is larger than " + ByteCount(std::min(kUsual, options.limit))};
  return options.limit > kUsual ? codec::DecodeZstdFrame(frame, options.limit) : body;
}

// zstd's best possible ratio: a block of 128 KiB from 4 bytes.
constexpr uint64_t kMaxRatio = 32768;

}  // namespace

Result<ByteVector> DecodeEnvelope(Bytes encoded, const EnvelopeOptions& options, uint64_t* work) {
  if (work) *work = 0;
  if (encoded.size() < kMinEnvelope)
    return Error{ErrorCode::kTruncated, "too short for a block", 0,
                 "at least " + ByteCount(kMinEnvelope), ByteCount(encoded.size())};
  const Bytes covered = encoded.first(encoded.size() - kCrcBytes);
  const uint32_t expected = ByteReader(encoded.last(kCrcBytes)).U32Le();
  const uint32_t actual = Crc32c(covered);
  if (actual != expected) return ChecksumError(encoded, expected, actual);

  ByteReader r(covered);
  if (const uint32_t got = r.U32Be(); got != options.magic)
    return Error{ErrorCode::kInvalid, "not this kind of block: the magic number differs", 0,
                 HexWord(options.magic), HexWord(got)};
  if (const uint64_t length = r.U64Le(); length != encoded.size())
    return Error{ErrorCode::kInvalid, "length in header does not match actual length", 4,
                 Text(encoded.size()), Text(length)};
  if (const uint32_t version = r.Varint32(); version != 0)
    return Error{ErrorCode::kUnsupported, "unknown format version", 12, "0", Text(version)};
  const uint64_t compression_offset = r.offset();
  const uint32_t compression = r.Varint32();
  if (!r.ok()) return r.error();
  const Bytes body = r.Take(r.remaining());
  if (compression == 1) {
    auto decoded = Inflate(body, options);
    if (work) *work = decoded ? decoded->size() : std::min(options.limit, body.size() * kMaxRatio);
    return decoded;
  }
  if (compression != 0)
    return Error{ErrorCode::kUnsupported, "unknown compression format", compression_offset,
                 "0 or 1", Text(compression)};
  if (body.size() > options.limit)
    return Error{ErrorCode::kLimit, "body is too large", r.offset() - body.size(),
                 AtMostBytes(options.limit), ByteCount(body.size())};
  if (work) *work = body.size();
  return ToVector(body);
}

}  // namespace leafsum::ocdbt
