#include "codec/blosc_decoder.h"

#include <lz4.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstring>

#include "base/byte_reader.h"
#include "base/text.h"
#include "codec/lz_blocks.h"
#include "codec/shuffle.h"

namespace leafsum::codec {
namespace {

constexpr size_t kHeaderSize = 16;
constexpr uint64_t kInnerMemory = 256 << 10;  // zstd's context, the largest of the inner codecs
// c-blosc's own limits: it would not read anything larger.
constexpr uint32_t kMaxBuffer = 0x7fffffff - kHeaderSize;
constexpr uint32_t kMaxBlock = (0x7fffffff - 255 * 4) / 3;
constexpr uint32_t kMaxSplits = 16;  // larger elements are never split
constexpr uint32_t kMinSplitElements = 128;

enum Flags : uint8_t {
  kShuffled = 1,
  kStored = 2,
  kBitShuffled = 4,
  kReserved = 8,
  kNotSplit = 16
};
enum class Inner : uint8_t { kBlosclz, kLz4, kSnappy, kZlib, kZstd };

struct Header {
  uint8_t flags = 0;
  uint32_t typesize = 1, nbytes = 0, blocksize = 0, cbytes = 0;

  Inner inner() const { return static_cast<Inner>(flags >> 5); }
  uint32_t blocks() const { return nbytes / blocksize + (nbytes % blocksize != 0); }
};

Error Broken(const std::string& what, uint64_t offset, const std::string& expected,
             const std::string& actual) {
  return Error{ErrorCode::kInvalid, "blosc: " + what, offset, expected, actual};
}

Error WrongNumber(const char* what, uint64_t offset, const char* relation, uint64_t limit,
                  uint64_t actual) {
  return Broken(Text(what, " is out of range"), offset, Text(relation, limit), Text(actual));
}

Result<Header> ParseHeader(Bytes bytes, uint64_t limit) {
  ByteReader r(bytes);
  const uint8_t format = r.U8(), version = r.U8();
  Header h;
  h.flags = r.U8();
  h.typesize = r.U8();
  h.nbytes = r.U32Le();
  h.blocksize = r.U32Le();
  h.cbytes = r.U32Le();
  if (format != 2) return WrongNumber("format", 0, "", 2, format);
  if (h.nbytes > limit)
    return Error{ErrorCode::kInvalid, "decodes to more than " + ByteCount(limit), 4,
                 ByteCount(limit), ByteCount(h.nbytes)};
  if (h.nbytes > kMaxBuffer)
    return WrongNumber("decoded size", 4, "at most ", kMaxBuffer, h.nbytes);
  if (h.cbytes < kHeaderSize)
    return WrongNumber("encoded size", 12, "at least ", kHeaderSize, h.cbytes);
  // Blosc stores bytes that would not shrink uncompressed, so no honest buffer is larger than this.
  // A buffer that claims to be gets no memory.
  if (h.cbytes > uint64_t{h.nbytes} + kHeaderSize)
    return WrongNumber("encoded size", 12, "at most ", uint64_t{h.nbytes} + kHeaderSize, h.cbytes);
  if (h.nbytes == 0) return h;
  if (h.blocksize == 0 || h.blocksize > std::min(h.nbytes, kMaxBlock))
    return WrongNumber("block size", 8, "1 to ", std::min(h.nbytes, kMaxBlock), h.blocksize);
  if (h.typesize == 0) return WrongNumber("element size", 3, "at least ", 1, 0);
  if (h.flags & kReserved) return WrongNumber("flags", 2, "without ", kReserved, h.flags);
  if (h.flags & kStored) {
    if (h.cbytes != h.nbytes + kHeaderSize)
      return WrongNumber("encoded size", 12, "", h.nbytes + kHeaderSize, h.cbytes);
    return h;
  }
  if (h.inner() > Inner::kZstd) return WrongNumber("inner codec", 2, "at most ", 4, h.flags >> 5);
  if (version != 1) return WrongNumber("inner version", 1, "", 1, version);
  if (h.blocks() > (h.cbytes - kHeaderSize) / 4)
    return WrongNumber("number of blocks", 8, "at most ", (h.cbytes - kHeaderSize) / 4, h.blocks());
  return h;
}

// What came of one stream of a block.
enum class Stream : uint8_t { kWhole, kCorrupt, kNoMemory };

constexpr Stream WholeIf(bool whole) { return whole ? Stream::kWhole : Stream::kCorrupt; }

Stream InflateWhole(Bytes in, MutableBytes out) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return Stream::kNoMemory;  // it has not seen a byte yet
  stream.next_in = const_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (status == Z_MEM_ERROR) return Stream::kNoMemory;
  return WholeIf(status == Z_STREAM_END && stream.avail_out == 0);
}

class BloscDecoder final : public Decoder {
 public:
  explicit BloscDecoder(uint64_t limit) : limit_(limit) {}

  Progress Decode(Bytes in, bool last, MutableBytes out) override;
  void Reset() override;
  std::optional<uint64_t> MemoryNeeded(Bytes head) const override;

 private:
  Status Gather(Bytes in, bool last);
  Status DecodeBlock(uint32_t block);
  Stream DecodeStream(Bytes in, MutableBytes out);

  const uint64_t limit_;
  ByteVector encoded_;
  bool has_header_ = false;
  Header header_;
  uint32_t next_block_ = 0;
  ByteVector block_, shuffled_;
  size_t block_size_ = 0,
         given_ = 0;  // bytes of the current block, and how many of them have left
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> zstd_{nullptr, ZSTD_freeDCtx};
};

// Nothing is decoded before the end is known: which of two errors is reported must not depend on
// how the value was cut.
Progress BloscDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  p.error = Gather(in, last);
  if (p.error) return p;
  p.consumed = in.size();
  if (!last) return p;
  for (;;) {
    const size_t n = std::min(out.size() - p.produced, block_size_ - given_);
    if (n > 0) std::memcpy(out.data() + p.produced, block_.data() + given_, n);
    p.produced += n;
    given_ += n;
    if (given_ < block_size_) return p;
    p.done = header_.nbytes == 0 || next_block_ == header_.blocks();
    if (p.done || p.produced == out.size()) return p;
    p.error = DecodeBlock(next_block_++);
    if (p.error) return p;
  }
}

Status BloscDecoder::Gather(Bytes in, bool last) {
  const size_t before = encoded_.size();
  if (!has_header_ && before + in.size() >= kHeaderSize) {
    const size_t rest = kHeaderSize - before;
    encoded_.insert(encoded_.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(rest));
    in = in.subspan(rest);
    auto header = ParseHeader(encoded_, limit_);
    if (!header) return header.error();
    header_ = *header;
    has_header_ = true;
    encoded_.reserve(header_.cbytes);
  }
  if (has_header_ && in.size() > header_.cbytes - encoded_.size())
    return Broken("bytes follow the end of the buffer", header_.cbytes, "0 bytes", "more");
  encoded_.insert(encoded_.end(), in.begin(), in.end());
  if (last && (!has_header_ || encoded_.size() < header_.cbytes))
    return Error{ErrorCode::kTruncated, "blosc buffer ends too early", encoded_.size(),
                 "more bytes", "0 bytes"};
  return std::nullopt;
}

Status BloscDecoder::DecodeBlock(uint32_t block) {
  const Bytes all = encoded_;
  const bool leftover = block == header_.nbytes / header_.blocksize;
  const uint32_t size = leftover ? header_.nbytes % header_.blocksize : header_.blocksize;
  block_size_ = size;
  given_ = 0;
  if (block_.size() < size) block_.resize(size);
  const MutableBytes out = MutableBytes(block_).first(size);
  if (header_.flags & kStored) {
    std::memcpy(out.data(), all.data() + kHeaderSize + size_t{block} * header_.blocksize, size);
    return std::nullopt;
  }

  const uint32_t item = header_.typesize;
  const bool shuffled = header_.flags & kShuffled && item > 1;
  const bool bits = !shuffled && header_.flags & kBitShuffled && size >= item;
  MutableBytes decoded = out;
  if (shuffled || bits) {
    if (shuffled_.size() < size) shuffled_.resize(size);
    decoded = MutableBytes(shuffled_).first(size);
  }
  const bool split = !(header_.flags & kNotSplit) && !leftover && item <= kMaxSplits &&
                     size / item >= kMinSplitElements;
  const uint32_t streams = split ? item : 1;
  if (size % streams != 0) return WrongNumber("block size", 8, "a multiple of ", streams, size);
  const size_t each = size / streams;

  ByteReader starts(all.subspan(kHeaderSize + size_t{block} * 4));
  uint64_t at = starts.U32Le();
  for (uint32_t i = 0; i < streams; ++i) {
    ByteReader r(all.subspan(static_cast<size_t>(std::min<uint64_t>(at, all.size()))));
    const uint32_t length = r.U32Le();
    const Bytes in = r.Take(length);
    if (!r.ok())
      return Broken("a block lies outside the buffer", at, "within " + ByteCount(all.size()),
                    Text("block ", block));
    const Stream stream = DecodeStream(in, decoded.subspan(i * each, each));
    if (stream == Stream::kNoMemory) return NoMemory("blosc buffer");
    if (stream == Stream::kCorrupt)
      return Broken(Text("block ", block, " is corrupt"), at, ByteCount(each), "other bytes");
    at += 4 + uint64_t{length};
  }
  if (shuffled) Unshuffle(item, decoded, out);
  if (bits) BitUnshuffle(item, decoded, out);
  return std::nullopt;
}

Stream BloscDecoder::DecodeStream(Bytes in, MutableBytes out) {
  if (in.size() == out.size()) {
    std::copy(in.begin(), in.end(), out.begin());
    return Stream::kWhole;
  }
  switch (header_.inner()) {
    case Inner::kBlosclz:
      return WholeIf(DecodeBlosclz(in, out));
    case Inner::kLz4: {
      const int n = LZ4_decompress_safe(reinterpret_cast<const char*>(in.data()),
                                        reinterpret_cast<char*>(out.data()),
                                        static_cast<int>(in.size()), static_cast<int>(out.size()));
      return WholeIf(n >= 0 && static_cast<size_t>(n) == out.size());
    }
    case Inner::kSnappy:
      return WholeIf(DecodeSnappy(in, out));
    case Inner::kZlib:
      return InflateWhole(in, out);
    case Inner::kZstd:
      break;
  }
  if (!zstd_) zstd_.reset(ZSTD_createDCtx());
  if (!zstd_) return Stream::kNoMemory;
  const size_t n = ZSTD_decompressDCtx(zstd_.get(), out.data(), out.size(), in.data(), in.size());
  if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation) return Stream::kNoMemory;
  return WholeIf(n == out.size());
}

void BloscDecoder::Reset() {
  encoded_.clear();
  has_header_ = false;
  header_ = {};
  next_block_ = 0;
  block_size_ = given_ = 0;
}

std::optional<uint64_t> BloscDecoder::MemoryNeeded(Bytes head) const {
  if (head.size() < kHeaderSize) return std::nullopt;
  const auto header = ParseHeader(head.first(kHeaderSize), limit_);
  if (!header) return kInnerMemory;
  return std::max<uint64_t>(encoded_.capacity(), header->cbytes) +
         std::max<uint64_t>(block_.size() + shuffled_.size(), 2 * uint64_t{header->blocksize}) +
         kInnerMemory;
}

}  // namespace

std::unique_ptr<Decoder> MakeBloscDecoder(uint64_t limit) {
  return std::make_unique<BloscDecoder>(limit);
}

uint64_t MaxBloscMemory(uint64_t limit) {
  return 3 * std::min<uint64_t>(limit, kMaxBuffer) + kHeaderSize + kInnerMemory;
}

}  // namespace leafsum::codec
