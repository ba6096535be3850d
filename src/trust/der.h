// DER (X.690): the one encoding of a value. Definite lengths in their shortest form; tags of one
// byte.
#pragma once

#include <initializer_list>

#include "base/bytes.h"

namespace leafsum::trust {

enum class DerTag : uint8_t {
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kSequence = 0x30,
  kContext0 = 0xa0,  // [0], constructed
  kContext1 = 0xa1,
  kContext1Primitive = 0x81,  // [1] IMPLICIT BIT STRING
};

// A cursor. The first failure sticks, and all that is read after it is empty.
class DerReader {
 public:
  explicit DerReader(Bytes bytes) : rest_(bytes) {}

  Bytes Take(DerTag tag);  // the content of the next value, which must have this tag
  DerReader Enter(DerTag tag = DerTag::kSequence);
  bool Next(DerTag tag) const;  // whether the next value has this tag
  // A non-negative integer without its sign byte: big-endian, no leading zero; empty for 0.
  Bytes Unsigned();
  // The same, as a number of at most 8 bytes.
  uint64_t Number();
  // The bits of a BIT STRING whose length is a multiple of 8.
  Bytes Bits();
  // Whether nothing failed and nothing is left.
  bool End() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }

 private:
  Bytes rest_;
  bool ok_ = true;
};

// Writes from the inside out: content in, one value out.
ByteVector Der(DerTag tag, Bytes content);
ByteVector DerUnsigned(Bytes big_endian);  // leading zeros are dropped
ByteVector Joined(std::initializer_list<Bytes> parts);

}  // namespace leafsum::trust
