#include "trust/der.h"

#include <algorithm>

namespace leafsum::trust {

bool DerReader::Next(DerTag tag) const {
  return ok_ && !rest_.empty() && rest_[0] == static_cast<uint8_t>(tag);
}

Bytes DerReader::Take(DerTag tag) {
  if (!Next(tag) || rest_.size() < 2) return Fail(), Bytes();
  uint64_t length = rest_[1];
  size_t header = 2;
  if (length >= 0x80) {
    // The long form: 0x80 + n, then n bytes. Shorter than n bytes, or than the short form, would be
    // a second encoding; 0x80 alone is the indefinite form of BER.
    const size_t n = length & 0x7f;
    if (n == 0 || n > 4 || rest_.size() < 2 + n) return Fail(), Bytes();
    length = 0;
    for (size_t i = 0; i < n; ++i) length = length << 8 | rest_[2 + i];
    if (rest_[2] == 0 || length < 0x80) return Fail(), Bytes();
    header += n;
  }
  if (length > rest_.size() - header) return Fail(), Bytes();
  const Bytes content = rest_.subspan(header, static_cast<size_t>(length));
  rest_ = rest_.subspan(header + static_cast<size_t>(length));
  return content;
}

DerReader DerReader::Enter(DerTag tag) {
  DerReader inner(Take(tag));
  if (!ok_) inner.Fail();
  return inner;
}

Bytes DerReader::Unsigned() {
  const Bytes content = Take(DerTag::kInteger);
  if (content.empty() || content[0] >= 0x80) return Fail(), Bytes();
  if (content[0] != 0) return content;
  // A zero byte in front is there only to keep the sign.
  if (content.size() > 1 && content[1] < 0x80) return Fail(), Bytes();
  return content.subspan(1);
}

uint64_t DerReader::Number() {
  const Bytes digits = Unsigned();
  if (digits.size() > 8) return Fail(), 0;
  uint64_t value = 0;
  for (const uint8_t b : digits) value = value << 8 | b;
  return value;
}

Bytes DerReader::Bits() {
  const Bytes content = Take(DerTag::kBitString);
  if (content.empty() || content[0] != 0) return Fail(), Bytes();
  return content.subspan(1);
}

ByteVector Der(DerTag tag, Bytes content) {
  ByteVector out{static_cast<uint8_t>(tag)};
  if (content.size() < 0x80) {
    out.push_back(static_cast<uint8_t>(content.size()));
  } else {
    size_t n = 1;
    while (content.size() >> 8 * n) ++n;
    out.push_back(static_cast<uint8_t>(0x80 + n));
    while (n > 0) out.push_back(static_cast<uint8_t>(content.size() >> 8 * --n));
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

ByteVector DerUnsigned(Bytes big_endian) {
  while (!big_endian.empty() && big_endian[0] == 0) big_endian = big_endian.subspan(1);
  ByteVector content;
  if (big_endian.empty() || big_endian[0] >= 0x80) content.push_back(0);
  content.insert(content.end(), big_endian.begin(), big_endian.end());
  return Der(DerTag::kInteger, content);
}

ByteVector Joined(std::initializer_list<Bytes> parts) {
  ByteVector out;
  for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace leafsum::trust
