// Writes what ByteReader reads: the plain data that goes from one instance of the core to another
// (jobs and their results), and the preimages of digests.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace leafsum {

class ByteWriter {
 public:
  ByteWriter& U8(uint8_t v) {
    out_.push_back(v);
    return *this;
  }
  ByteWriter& U32Le(uint32_t v) { return Little(v, 4); }
  ByteWriter& U64Le(uint64_t v) { return Little(v, 8); }
  ByteWriter& Varint(uint64_t v) {
    for (; v >= 0x80; v >>= 7) U8(static_cast<uint8_t>(v | 0x80));
    return U8(static_cast<uint8_t>(v));
  }
  ByteWriter& Raw(Bytes b) {
    out_.insert(out_.end(), b.begin(), b.end());
    return *this;
  }
  // The length as a varint, then the bytes.
  ByteWriter& Sized(Bytes b) { return Varint(b.size()).Raw(b); }
  ByteWriter& Sized(std::string_view s) { return Sized(AsBytes(s)); }
  const ByteVector& bytes() const { return out_; }
  ByteVector Release() { return std::move(out_); }

 private:
  ByteWriter& Little(uint64_t v, int n) {
    for (int i = 0; i < n; ++i) U8(static_cast<uint8_t>(v >> (8 * i)));
    return *this;
  }
  ByteVector out_;
};

}  // namespace leafsum
