#include "base/byte_reader.h"

#include <functional>

#include "base/byte_writer.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::test::literals;
using leafsum::test::Exact;

TEST_CASE("Numbers of fixed width") {
  const Exact bytes("ff 04030201 0807060504030201 01020304 ffffffff"_hex);
  ByteReader r(bytes);
  CHECK(r.U8() == 0xff);
  CHECK(r.U32Le() == 0x01020304);
  CHECK(r.U64Le() == 0x0102030405060708);
  CHECK(r.U32Be() == 0x01020304);
  CHECK(r.offset() == 17);
  CHECK(r.remaining() == 4);
  CHECK(r.I32Le() == -1);
  CHECK(r.End());
}

TEST_CASE("Take and Array give what is there") {
  const Exact bytes("010203040506"_hex);
  ByteReader r(bytes);
  CHECK(r.Take(0).empty());
  const Bytes taken = r.Take(2);
  REQUIRE(taken.size() == 2);
  CHECK(taken[1] == 2);
  CHECK(r.Array<3>() == std::array<uint8_t, 3>{3, 4, 5});
  CHECK_FALSE(r.End());
  CHECK(r.error().message == "bytes follow the end of the structure");
  CHECK(r.error().actual == "1 byte left");
}

TEST_CASE("Varints: widths, padded forms, values that are too large") {
  struct Case {
    const char* hex;
    std::optional<uint64_t> u64, u32, u16;
  };
  const std::optional<uint64_t> no;
  const std::vector<Case> cases = {{"00", 0, 0, 0},
                                   {"7f", 127, 127, 127},
                                   {"8001", 128, 128, 128},
                                   {"8000", 0, 0, 0},
                                   {"ff8000", 127, 127, 127},
                                   {"ffff03", 65535, 65535, 65535},
                                   {"808004", 65536, 65536, no},
                                   {"ffff8300 ", 65535, 65535, 65535},
                                   {"ffffffff0f", 0xffffffff, 0xffffffff, no},
                                   {"8080808010", uint64_t{1} << 32, no, no},
                                   {"8080808000", 0, 0, 0},
                                   {"808080808000", 0, no, no},  // five bytes at most
                                   {"ffffffffffffffffff01", UINT64_MAX, no, no},
                                   {"80808080808080808000", 0, no, no},
                                   {"80808080808080808002", no, no, no},
                                   {"ffffffffffffffffff7f", no, no, no},
                                   {"8080808080808080808000", no, no, no},  // ten at most
                                   {"80", no, no, no},
                                   {"", no, no, no}};
  struct Width {
    const char* name;
    std::function<uint64_t(ByteReader&)> read;
    std::optional<uint64_t> Case::* expected;
  };
  const std::vector<Width> widths = {
      {"64", [](ByteReader& r) { return r.Varint64(); }, &Case::u64},
      {"32", [](ByteReader& r) { return uint64_t{r.Varint32()}; }, &Case::u32},
      {"16", [](ByteReader& r) { return uint64_t{r.Varint16()}; }, &Case::u16}};
  for (const Case& c : cases)
    for (const Width& width : widths) {
      CAPTURE(c.hex, width.name);
      const Exact bytes(leafsum::test::FromHex(c.hex));
      ByteReader r(bytes);
      const uint64_t value = width.read(r);
      const auto& expected = c.*width.expected;
      CHECK(value == expected.value_or(0));
      CHECK(r.End() == expected.has_value());
    }
}

TEST_CASE("What a varint says when it does not fit") {
  const auto message = [](ByteVector bytes, auto read) {
    ByteReader r{Bytes(bytes)};
    read(r);
    return r.ok() ? std::string()
                  : std::string(ErrorCodeName(r.error().code)) + ": " + r.error().message;
  };
  const ByteVector wide = "ffffffffffffffffff7f"_hex;
  CHECK(message(wide, [](ByteReader& r) { r.Varint64(); }) ==
        "invalid: varint does not fit in 64 bits");
  CHECK(message(wide, [](ByteReader& r) { r.Varint32(); }) ==
        "invalid: varint does not fit in 32 bits");
  CHECK(message("808004"_hex, [](ByteReader& r) { r.Varint16(); }) ==
        "invalid: varint does not fit in 16 bits");
  CHECK(message("ff"_hex, [](ByteReader& r) { r.Varint64(); }) == "truncated: bytes end too early");
}

TEST_CASE("Varints come back as they were written") {
  for (int shift = 0; shift < 64; ++shift)
    for (uint64_t value : {uint64_t{1} << shift, (uint64_t{1} << shift) - 1}) {
      ByteWriter w;
      w.Varint(value);
      ByteReader r(w.bytes());
      CHECK(r.Varint64() == value);
      CHECK(r.End());
    }
}

TEST_CASE("Every proper prefix fails, and the first failure stays") {
  const ByteVector whole =
      ByteWriter().U8(1).U32Le(2).U64Le(3).Sized("text").Raw("aabb"_hex).Release();
  const auto read = [](ByteReader& r) {
    r.U8();
    r.U32Le();
    r.U64Le();
    r.Take(r.Varint64());
    r.Array<2>();
  };
  for (size_t n = 0; n <= whole.size(); ++n) {
    CAPTURE(n);
    const Exact bytes(Bytes(whole).first(n));
    ByteReader r(bytes);
    read(r);
    CHECK(r.ok() == (n == whole.size()));
    CHECK(r.End() == (n == whole.size()));
    if (r.ok()) continue;
    CHECK(r.error().code == ErrorCode::kTruncated);
    REQUIRE(r.error().offset);
    CHECK(*r.error().offset <= n);
    const Error first = r.error();
    CHECK(r.U8() == 0);
    CHECK(r.Varint64() == 0);
    CHECK(r.U64Le() == 0);
    CHECK(r.Take(0).empty());
    r.Fail(ErrorCode::kInvalid, "later");
    CHECK(r.error().message == first.message);
    CHECK(r.error().offset == first.offset);
  }
}

TEST_CASE("Take of more than there can be") {
  const Exact bytes("0102"_hex);
  ByteReader r(bytes);
  r.U8();
  CHECK(r.Take(UINT64_MAX).empty());
  CHECK(r.error().expected == "18,446,744,073,709,551,615 bytes");
  CHECK(r.error().actual == "1 byte");
  CHECK(r.error().offset == 1);
}

TEST_CASE("Count: at most the limit, at most what fits") {
  struct Case {
    uint64_t n, limit, bytes_each;
    size_t following;
    const char* message;
  };
  const std::vector<Case> cases = {
      {3, 3, 2, 6, ""},
      {4, 3, 0, 6, "things is over its limit"},
      {3, 3, 2, 5, "things cannot fit in the bytes that follow"},
      {0, 0, 1, 0, ""},
      {1, 1, 1, 0, "things cannot fit in the bytes that follow"},
      {1000000, 1000000, 0, 0, ""},
      {UINT64_MAX, UINT64_MAX, UINT64_MAX, 4, "things cannot fit in the bytes that follow"},
      {UINT64_MAX, UINT64_MAX, 2, 4, "things cannot fit in the bytes that follow"}};
  for (const Case& c : cases) {
    CAPTURE(c.n, c.limit, c.bytes_each, c.following);
    const ByteVector bytes = ByteWriter().Varint(c.n).Raw(ByteVector(c.following)).Release();
    ByteReader r{Bytes(bytes)};
    const uint64_t n = r.Count("things", c.limit, c.bytes_each);
    CHECK(r.ok() == (*c.message == '\0'));
    CHECK(n == (r.ok() ? c.n : 0));
    if (!r.ok()) CHECK(r.error().message == c.message);
  }
}

TEST_CASE("ByteWriter writes little-endian and sized bytes") {
  const ByteVector bytes = ByteWriter()
                               .U8(0xff)
                               .U32Le(0x01020304)
                               .U64Le(0x0102030405060708)
                               .Sized("ab")
                               .Sized(ByteVector(200))
                               .Release();
  CHECK(bytes.size() == 1 + 4 + 8 + 3 + 202);
  CHECK((ByteVector(bytes.begin(), bytes.begin() + 18) ==
         "ff 04030201 0807060504030201 02 6162 c801"_hex));
}
