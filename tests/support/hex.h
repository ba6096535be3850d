// Bytes in tests: hex literals, and copies that end where their allocation ends.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace leafsum::test {

// "0cdb 3a2a": spaces are for the reader.
inline ByteVector FromHex(std::string_view text) {
  ByteVector out;
  int high = -1;
  for (char c : text) {
    if (c == ' ') continue;
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) std::abort();
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) std::abort();
  return out;
}

inline namespace literals {
inline ByteVector operator""_hex(const char* text, size_t length) {
  return FromHex({text, length});
}
}  // namespace literals

// A copy in a heap block of exactly its size, so that AddressSanitizer sees a read of one byte too
// many.
class Exact {
 public:
  explicit Exact(Bytes bytes) : data_(new uint8_t[bytes.size()]), size_(bytes.size()) {
    if (size_ != 0) std::memcpy(data_.get(), bytes.data(), size_);
  }
  Bytes bytes() const { return {data_.get(), size_}; }
  operator Bytes() const { return bytes(); }  // NOLINT: implicit on purpose

 private:
  std::unique_ptr<uint8_t[]> data_;
  size_t size_;
};

inline ByteVector Concat(std::initializer_list<Bytes> parts) {
  ByteVector out;
  for (Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// Byte i is i mod 251, as in BLAKE3's and in our own vectors.
inline ByteVector Pattern(size_t n) {
  ByteVector out(n);
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>(i % 251);
  return out;
}

}  // namespace leafsum::test
