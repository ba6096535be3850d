#include "codec/crc32c_decoder.h"

#include <algorithm>

#include "base/crc32c.h"
#include "base/text.h"

namespace leafsum::codec {
namespace {

std::string HexOfNumber(uint32_t v) {
  const std::array<uint8_t, 4> be = {static_cast<uint8_t>(v >> 24), static_cast<uint8_t>(v >> 16),
                                     static_cast<uint8_t>(v >> 8), static_cast<uint8_t>(v)};
  return Hex(Bytes(be));
}

}  // namespace

Progress Crc32cDecoder::Decode(Bytes in, bool last, MutableBytes out) {
  Progress p;
  if (checked_) {
    tail_.Take(in, last, "checksum", 0, p);
    return p;
  }
  Bytes rest;
  bool ends = last;
  if (content_) {
    const uint64_t missing = *content_ + held_.size() - passed_ - held_len_;
    if (missing <= in.size()) {
      ends = true;
      rest = in.subspan(static_cast<size_t>(missing));
      in = in.first(static_cast<size_t>(missing));
    }
  }
  // The stream is held_ ++ in; all but its last four bytes may leave.
  const size_t beyond =
      in.size() > held_.size() - held_len_ ? in.size() - (held_.size() - held_len_) : 0;
  p.produced = std::min(beyond, out.size());
  const size_t from_held = std::min(held_len_, p.produced);
  std::copy_n(held_.begin(), from_held, out.begin());
  std::copy_n(in.begin(), p.produced - from_held, out.begin() + from_held);
  crc_ = Crc32c(out.first(p.produced), crc_);
  passed_ += p.produced;

  std::copy(held_.begin() + from_held, held_.begin() + held_len_, held_.begin());
  held_len_ -= from_held;
  p.consumed = p.produced - from_held;
  const size_t hold = std::min(held_.size() - held_len_, in.size() - p.consumed);
  std::copy_n(in.begin() + p.consumed, hold, held_.begin() + held_len_);
  held_len_ += hold;
  p.consumed += hold;

  if (!ends || p.consumed < in.size()) return p;
  if (held_len_ < held_.size()) {
    p.error = Error{ErrorCode::kTruncated, "value is shorter than its CRC-32C", passed_, "4 bytes",
                    ByteCount(held_len_)};
    return p;
  }
  const uint32_t stored = uint32_t{held_[0]} | uint32_t{held_[1]} << 8 | uint32_t{held_[2]} << 16 |
                          uint32_t{held_[3]} << 24;
  if (stored != crc_) {
    p.error =
        Error{ErrorCode::kChecksum, "CRC-32C of the bytes does not match the one stored after them",
              passed_, HexOfNumber(stored), HexOfNumber(crc_)};
    return p;
  }
  checked_ = true;
  tail_.Take(rest, last, "checksum", 0, p);
  return p;
}

void Crc32cDecoder::Reset() {
  held_len_ = 0;
  crc_ = 0;
  passed_ = 0;
  checked_ = false;
  tail_.Reset();
}

}  // namespace leafsum::codec
