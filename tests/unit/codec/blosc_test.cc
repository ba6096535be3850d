// Blosc buffers by hand; those of real writers are in encoded_test.cc.
#include <functional>

#include "codec/lz_blocks.h"
#include "support/catch.h"
#include "support/encode.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;
using namespace leafsum::test::literals;
using leafsum::test::BloscBuffer;
using leafsum::test::BloscOf;
using leafsum::test::BloscOptions;
using leafsum::test::Concat;
using leafsum::test::Exact;
using leafsum::test::Le32;
using leafsum::test::Pattern;

namespace {

const CodecSpecs kBlosc = {{CodecKind::kBlosc, false}};

void SetLe32(ByteVector& bytes, size_t at, uint32_t value) {
  const ByteVector number = Le32(value);
  std::copy(number.begin(), number.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

struct Decoded {
  bool ok;
  ByteVector bytes;
};

Decoded Run(bool (*decode)(Bytes, MutableBytes), Bytes in, size_t size) {
  const Exact exact(in);
  Decoded d{false, ByteVector(size)};
  d.ok = decode(exact, d.bytes);
  return d;
}

}  // namespace

TEST_CASE("A blosc buffer: what its header may say") {
  struct Case {
    const char* name;
    std::function<void(ByteVector&)> change;
    const char* code;
    const char* message;
  };
  const Case cases[] = {
      {"as it should be", [](ByteVector&) {}, "done", ""},
      {"format 1", [](ByteVector& b) { b[0] = 1; }, "invalid", "blosc: format is out of range"},
      {"format 3", [](ByteVector& b) { b[0] = 3; }, "invalid", "blosc: format is out of range"},
      {"inner version 0", [](ByteVector& b) { b[1] = 0; }, "invalid",
       "blosc: inner version is out of range"},
      {"inner version 2", [](ByteVector& b) { b[1] = 2; }, "invalid",
       "blosc: inner version is out of range"},
      {"reserved flag", [](ByteVector& b) { b[2] |= 8; }, "invalid",
       "blosc: flags is out of range"},
      {"inner codec 5", [](ByteVector& b) { b[2] |= 5 << 5; }, "invalid",
       "blosc: inner codec is out of range"},
      {"elements of no byte", [](ByteVector& b) { b[3] = 0; }, "invalid",
       "blosc: element size is out of range"},
      {"elements of 255 bytes", [](ByteVector& b) { b[3] = 255; }, "done", ""},
      {"a byte more", [](ByteVector& b) { SetLe32(b, 4, 2500); }, "invalid",
       "decodes to more than 2,499 bytes"},
      {"far fewer bytes", [](ByteVector& b) { SetLe32(b, 4, 1000); }, "invalid",
       "blosc: encoded size is out of range"},
      {"4 GiB", [](ByteVector& b) { SetLe32(b, 4, 0xffffffff); }, "invalid",
       "decodes to more than 2,499 bytes"},
      {"blocks of no byte", [](ByteVector& b) { SetLe32(b, 8, 0); }, "invalid",
       "blosc: block size is out of range"},
      {"a block larger than all", [](ByteVector& b) { SetLe32(b, 8, 2500); }, "invalid",
       "blosc: block size is out of range"},
      {"too many blocks", [](ByteVector& b) { SetLe32(b, 8, 1); }, "invalid",
       "blosc: number of blocks is out of range"},
      {"one byte longer than it is",
       [](ByteVector& b) {
         SetLe32(b, 12, 2517);
         b.resize(2516);
       },
       "invalid", "blosc: encoded size is out of range"},
      {"shorter than its header", [](ByteVector& b) { SetLe32(b, 12, 15); }, "invalid",
       "blosc: encoded size is out of range"},
      {"stored, of another size",
       [](ByteVector& b) {
         b[2] |= 2;
         SetLe32(b, 12, 2514);
       },
       "invalid", "blosc: encoded size is out of range"},
      {"block outside", [](ByteVector& b) { SetLe32(b, 20, 2512); }, "invalid",
       "blosc: a block lies outside the buffer"},
      {"block far outside", [](ByteVector& b) { SetLe32(b, 24, 0xffffffff); }, "invalid",
       "blosc: a block lies outside the buffer"},
      {"length of a block that wraps", [](ByteVector& b) { SetLe32(b, 28, 0xffffffff); }, "invalid",
       "blosc: a block lies outside the buffer"},
      {"block of other bytes", [](ByteVector& b) { SetLe32(b, 28, 999); }, "invalid",
       "blosc: block 0 is corrupt"},
  };
  // Encoded blocks have four bytes more each: a last block of zeros in few bytes makes room for
  // them.
  const ByteVector zeros_block =
      "00 00 e0 ff e9 00 00 00"_hex;  // 1 + (7 + 2 + 255 + 233) + 1 bytes
  REQUIRE(Run(DecodeBlosclz, zeros_block, 499).ok);
  const ByteVector content = Concat({Pattern(2000), ByteVector(499)});
  for (const Case& c : cases) {
    ByteVector buffer = BloscBuffer({ToVector(Bytes(content).first(1000)),
                                     ToVector(Bytes(content).subspan(1000, 1000)), zeros_block},
                                    2499, {});
    c.change(buffer);
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(c.name, pieces.in, pieces.out);
      const Outcome o = Run(kBlosc, buffer, 2499, pieces);
      CHECK(o.code() == c.code);
      if (o.error) CHECK(o.error->message == c.message);
      if (o.done) CHECK((o.bytes == content));
    }
  }
}

TEST_CASE(
    "Blocks of a blosc buffer may lie in any order, and prefixes and longer ones are refused") {
  for (const BloscOptions& options : {BloscOptions{}, BloscOptions{.reversed = true}}) {
    ByteVector content(3000);
    // Runs, so that the buffer is not larger than what it decodes to.
    const ByteVector run = "00 07 e0 ff ff e7 00 00 07"_hex;  // 1 + (7 + 2 + 255 + 255 + 231) + 1
    const size_t size = 1 + (7 + 2 + 255 + 255 + 231) + 1;
    BloscOptions o = options;
    o.blocksize = static_cast<uint32_t>(size);
    content.assign(3 * size, 7);
    const ByteVector buffer = BloscBuffer({run, run, run}, static_cast<uint32_t>(3 * size), o);
    for (const Pieces& pieces : AllPieces()) {
      const Outcome whole = Run(kBlosc, buffer, content.size(), pieces);
      REQUIRE(whole.code() == "done");
      CHECK((whole.bytes == content));
      for (size_t n = 0; n < buffer.size(); ++n) {
        const Outcome prefix = Run(kBlosc, Bytes(buffer).first(n), content.size(), pieces);
        REQUIRE(prefix.code() == "truncated");
        CHECK(prefix.error->offset == n);
      }
      const Outcome longer = Run(kBlosc, Concat({buffer, "00"_hex}), content.size(), pieces);
      REQUIRE(longer.code() == "invalid");
      CHECK(longer.error->message == "blosc: bytes follow the end of the buffer");
    }
  }
}

TEST_CASE("What a blosc buffer will take is known from its head") {
  const ByteVector buffer = BloscOf(Pattern(5000));
  const auto decoder = MakeDecoder(kBlosc, 5000);
  CHECK_FALSE(decoder->MemoryNeeded(Bytes(buffer).first(15)));
  const uint64_t needed = *decoder->MemoryNeeded(buffer);
  CHECK(needed > 5016 + 2000);
  ByteVector larger = buffer;  // one that is refused takes little
  SetLe32(larger, 12, 0x7fffffff);
  CHECK(*decoder->MemoryNeeded(larger) < 1 << 20);
}

TEST_CASE("blosclz: literals, matches near and far, and what is refused") {
  const auto ok = [](Bytes in, const ByteVector& out) {
    const Decoded d = Run(DecodeBlosclz, in, out.size());
    return d.ok && d.bytes == out;
  };
  CHECK(ok("02 010203"_hex, "010203"_hex));
  CHECK(ok("22 010203"_hex, "010203"_hex));  // the first control's upper bits do not count
  CHECK(ok("01 0102 20 01 00 09"_hex, "0102 010201 09"_hex));             // 3 bytes from 2 back
  CHECK(ok("00 05 e0 00 00 00 09"_hex, "05 050505050505050505 09"_hex));  // 9 bytes from 1 back
  ByteVector far = Pattern(9000), expected = far;
  ByteVector in;
  for (size_t at = 0; at < far.size(); at += 32) {
    const size_t n = std::min<size_t>(32, far.size() - at);
    in.push_back(static_cast<uint8_t>(n - 1));
    in.insert(in.end(), far.begin() + static_cast<std::ptrdiff_t>(at),
              far.begin() + static_cast<std::ptrdiff_t>(at + n));
  }
  in = Concat({in, "3f ff 0328 00 aa"_hex});  // 3 bytes from 8192 + 808 = 9000 back
  expected.insert(expected.end(), far.begin(), far.begin() + 3);
  expected.push_back(0xaa);
  CHECK(ok(in, expected));
  for (size_t n = 0; n < in.size(); ++n)
    CHECK_FALSE(Run(DecodeBlosclz, Bytes(in).first(n), expected.size()).ok);

  struct Row {
    const char* what;
    ByteVector in;
    size_t size;
  };
  const Row rows[] = {
      {"nothing", {}, 1},
      {"literals that end early", "02 0102"_hex, 3},
      {"more literals than room", "02 010203"_hex, 2},
      {"fewer bytes than room", "02 010203"_hex, 4},
      {"a match before the start", "00 01 20 01 00 09"_hex, 5},
      {"a match at the end", "01 0102 20 01"_hex, 5},
      {"a match longer than room", "00 05 e0 ff ff ff ff 00 00 00 09"_hex, 100},
      {"a length without an end", "00 05 e0 ff ff"_hex, 1000},
      {"a far match before the start", "00 05 3f ff ffff 00 09"_hex, 5},
      {"a long match that ends behind its length", "00 05 e0 00"_hex, 10},
      {"a distance of 255 that is not far", "00 05 20 ff 09"_hex, 5},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK_FALSE(Run(DecodeBlosclz, row.in, row.size).ok);
  }
  // Lengths that would overflow 32 bits.
  ByteVector lengths = "00 05 e0"_hex;
  lengths.resize(9 << 20, 0xff);
  CHECK_FALSE(Run(DecodeBlosclz, lengths, 1 << 20).ok);
}

TEST_CASE("snappy: every kind of element, and what is refused") {
  const auto ok = [](Bytes in, const ByteVector& out) {
    const Decoded d = Run(DecodeSnappy, in, out.size());
    return d.ok && d.bytes == out;
  };
  CHECK(ok("00"_hex, {}));
  CHECK(ok("03 08 010203"_hex, "010203"_hex));
  CHECK(ok("07 04 0102 05 02"_hex, "0102 0102010201"_hex));
  CHECK(ok("06 04 0102 01 02"_hex, "0102 01020102"_hex));
  CHECK(ok("05 04 0102 0a 0200"_hex, "0102 010201"_hex));
  CHECK(ok("05 04 0102 0b 02000000"_hex, "0102 010201"_hex));
  const ByteVector long_one = Pattern(300);
  CHECK(ok(Concat({"ac02 f4 2b01"_hex, long_one}), long_one));      // length in two bytes
  CHECK(ok(Concat({"ac02 fc 2b010000"_hex, long_one}), long_one));  // in four
  CHECK(ok(Concat({"64 f0 63"_hex, Pattern(100)}), Pattern(100)));  // in one

  const ByteVector whole = Concat({"ac02 f4 2b01"_hex, long_one});
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_FALSE(Run(DecodeSnappy, Bytes(whole).first(n), 300).ok);
  struct Row {
    const char* what;
    ByteVector in;
    size_t size;
  };
  const Row rows[] = {
      {"another size", "04 08 010203"_hex, 3},
      {"a size of six bytes", "838080808000 08 010203"_hex, 3},
      {"more literals than room", "02 08 010203"_hex, 2},
      {"literals of 4 GiB", "03 fc ffffffff 010203"_hex, 3},
      {"a copy before the start", "06 04 0102 01 03"_hex, 6},
      {"a copy from nowhere", "06 04 0102 01 00"_hex, 6},
      {"a copy without its distance", "06 04 0102 01"_hex, 6},
      {"a copy with half its distance", "06 04 0102 02 02"_hex, 6},
      {"a copy with three bytes of four", "06 04 0102 03 020000"_hex, 6},
      {"a copy longer than room", "05 04 0102 01 02"_hex, 5},
      {"a byte more", "03 08 010203 00"_hex, 3},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK_FALSE(Run(DecodeSnappy, row.in, row.size).ok);
  }
}
