#include "base/crc32c.h"

#include "support/catch.h"
#include "support/encode.h"
#include "support/hex.h"

using namespace leafsum;

TEST_CASE("CRC-32C: the check value and RFC 3720's examples") {
  CHECK(Crc32c(AsBytes("123456789")) == 0xe3069283);
  CHECK(Crc32c({}) == 0);
  CHECK(Crc32c(ByteVector(32, 0x00)) == 0x8a9136aa);
  CHECK(Crc32c(ByteVector(32, 0xff)) == 0x62a8ab43);
  ByteVector up(32), down(32);
  for (uint8_t i = 0; i < 32; ++i) {
    up[i] = i;
    down[i] = static_cast<uint8_t>(31 - i);
  }
  CHECK(Crc32c(up) == 0x46dd794e);
  CHECK(Crc32c(down) == 0x113fdb5c);
}

TEST_CASE("CRC-32C continues over any cut, and is that of the bitwise form") {
  const ByteVector bytes = test::Pattern(70);
  for (size_t n = 0; n <= bytes.size(); ++n) {
    const test::Exact exact(Bytes(bytes).first(n));
    const uint32_t whole = Crc32c(exact);
    CHECK(whole == test::Crc32cOf(exact));
    for (size_t cut = 0; cut <= n; ++cut)
      CHECK(Crc32c(exact.bytes().subspan(cut), Crc32c(exact.bytes().first(cut))) == whole);
  }
}
