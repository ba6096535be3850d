#include "base/byte_reader.h"

#include "base/text.h"

namespace leafsum {

void ByteReader::Fail(ErrorCode code, std::string_view message, std::string_view expected,
                      std::string_view actual) {
  if (error_) return;
  error_ = Error{code, message, position_, expected, actual};
}

Bytes ByteReader::Take(uint64_t n) {
  if (error_) return {};
  if (n > remaining()) {
    Fail(ErrorCode::kTruncated, "bytes end too early", ByteCount(n), ByteCount(remaining()));
    return {};
  }
  Bytes out = bytes_.subspan(position_, static_cast<size_t>(n));
  position_ += static_cast<size_t>(n);
  return out;
}

uint8_t ByteReader::U8() {
  Bytes b = Take(1);
  return b.empty() ? 0 : b[0];
}

uint32_t ByteReader::U32Le() {
  Bytes b = Take(4);
  if (b.empty()) return 0;
  return uint32_t{b[0]} | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
}

uint64_t ByteReader::U64Le() {
  if (!error_ && remaining() < 8) {
    Take(8);
    return 0;
  }
  uint64_t low = U32Le();
  return low | static_cast<uint64_t>(U32Le()) << 32;
}

uint32_t ByteReader::U32Be() {
  Bytes b = Take(4);
  if (b.empty()) return 0;
  return uint32_t{b[3]} | uint32_t{b[2]} << 8 | uint32_t{b[1]} << 16 | uint32_t{b[0]} << 24;
}

uint64_t ByteReader::Varint64() {
  uint64_t value = 0;
  for (int i = 0; i < 10; ++i) {
    uint8_t b = U8();
    if (error_) return 0;
    // The tenth byte holds bit 63 alone.
    if (i == 9 && b > 1) break;
    value |= static_cast<uint64_t>(b & 0x7f) << (7 * i);
    if (b < 0x80) return value;
  }
  Fail(ErrorCode::kInvalid, "varint does not fit in 64 bits");
  return 0;
}

uint32_t ByteReader::Varint32() {
  uint64_t value = 0;
  for (int i = 0; i < 5; ++i) {
    uint8_t b = U8();
    if (error_) return 0;
    if (i == 4 && b > 0x0f) break;
    value |= static_cast<uint64_t>(b & 0x7f) << (7 * i);
    if (b < 0x80) return static_cast<uint32_t>(value);
  }
  Fail(ErrorCode::kInvalid, "varint does not fit in 32 bits");
  return 0;
}

uint16_t ByteReader::Varint16() {
  uint32_t value = Varint32();
  if (value > 0xffff) {
    Fail(ErrorCode::kInvalid, "varint does not fit in 16 bits", "at most 65535", Text(value));
    return 0;
  }
  return static_cast<uint16_t>(value);
}

uint64_t ByteReader::Count(const char* what, uint64_t limit, uint64_t min_bytes_each) {
  uint64_t n = Varint64();
  if (error_) return 0;
  if (n > limit) {
    Fail(ErrorCode::kInvalid, Text(what, " is over its limit"), Text("at most ", limit), Text(n));
    return 0;
  }
  if (min_bytes_each != 0 && n > remaining() / min_bytes_each) {
    Fail(ErrorCode::kInvalid, Text(what, " cannot fit in the bytes that follow"),
         Text("at most ", remaining() / min_bytes_each), Text(n));
    return 0;
  }
  return n;
}

bool ByteReader::End() {
  if (!error_ && remaining() != 0)
    Fail(ErrorCode::kInvalid, "bytes follow the end of the structure", "0 bytes left",
         ByteCount(remaining()) + " left");
  return !error_;
}

}  // namespace leafsum
