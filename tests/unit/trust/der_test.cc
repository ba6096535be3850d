#include "trust/der.h"

#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;
using namespace leafsum::test::literals;

TEST_CASE("DER: lengths in their shortest form, one value after the other") {
  for (const size_t n : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    CAPTURE(n);
    const ByteVector content = Pattern(n);
    const ByteVector value = Der(DerTag::kOctetString, content);
    const Exact exact(value);
    DerReader r(exact);
    CHECK(r.Next(DerTag::kOctetString));
    CHECK((ToVector(r.Take(DerTag::kOctetString)) == content));
    CHECK(r.End());
    for (size_t cut = 0; cut < value.size(); cut += 1 + cut / 7) {
      const Exact prefix(Bytes(value).first(cut));
      DerReader s(prefix);
      CHECK(s.Take(DerTag::kOctetString).empty());
      CHECK_FALSE(s.ok());
    }
    const Exact longer(Concat({value, "00"_hex}));
    DerReader l(longer);
    l.Take(DerTag::kOctetString);
    CHECK(l.ok());
    CHECK_FALSE(l.End());
  }
}

TEST_CASE("DER: what BER allows besides is refused") {
  for (const char* bad : {
           "04 80 01 00 00",        // indefinite length
           "04 81 01 aa",           // long form where the short one does
           "04 82 00 80",           // a leading zero in the length
           "04 85 00 00 00 00 01",  // five bytes of length
           "04 84 ff ff ff ff",     // longer than what follows
           "24 03 04 01 aa",        // a string in pieces
           "04",                    // no length
           "05 01 aa",              // another tag
       }) {
    CAPTURE(bad);
    const Exact bytes(FromHex(bad));
    DerReader r(bytes);
    CHECK(r.Take(DerTag::kOctetString).empty());
    CHECK_FALSE(r.ok());
    CHECK_FALSE(r.End());
  }
}

TEST_CASE("DER: integers are positive and have no byte too many") {
  struct Case {
    const char* der;
    const char* magnitude;  // null: refused
  };
  for (const Case& c : {Case{"02 01 00", ""},
                        {"02 01 7f", "7f"},
                        {"02 02 00 80", "80"},
                        {"02 02 01 00", "0100"},
                        {"02 00", nullptr},
                        {"02 01 80", nullptr},
                        {"02 02 00 7f", nullptr},
                        {"02 02 00 00", nullptr},
                        {"02 02 ff 80", nullptr}}) {
    CAPTURE(c.der);
    const Exact bytes(FromHex(c.der));
    DerReader r(bytes);
    const Bytes got = r.Unsigned();
    CHECK(r.End() == (c.magnitude != nullptr));
    if (c.magnitude) {
      CHECK((ToVector(got) == FromHex(c.magnitude)));
      CHECK((DerUnsigned(Concat({"0000"_hex, got})) == FromHex(c.der)));
    }
  }
  const Exact nine("02 09 01 00 00 00 00 00 00 00 00"_hex);
  DerReader r(nine);
  r.Number();
  CHECK_FALSE(r.ok());
}

TEST_CASE("DER: bit strings of whole bytes") {
  const Exact good("03 02 00 aa"_hex), unused("03 02 01 aa"_hex), none("03 00"_hex);
  DerReader a(good), b(unused), c(none);
  CHECK((ToVector(a.Bits()) == "aa"_hex));
  CHECK(a.End());
  b.Bits();
  c.Bits();
  CHECK_FALSE(b.ok());
  CHECK_FALSE(c.ok());
}
