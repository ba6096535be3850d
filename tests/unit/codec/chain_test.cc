// The empty chain, crc32c, and chains of several codecs.
#include "base/text.h"
#include "support/catch.h"
#include "support/encode.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;
using namespace leafsum::test::literals;
using leafsum::test::Concat;
using leafsum::test::Crc32cAfter;
using leafsum::test::GzipOf;
using leafsum::test::Pattern;
using leafsum::test::ZstdFrame;
using leafsum::test::ZstdOf;

namespace {

const CodecSpec kZstd = Spec(CodecKind::kZstd);
const CodecSpec kZstdV3 = Spec(CodecKind::kZstd, true);
const CodecSpec kGzip = Spec(CodecKind::kGzip);
const CodecSpec kCrc = Spec(CodecKind::kCrc32c);
const CodecSpec kCrcV3 = Spec(CodecKind::kCrc32c, true);

}  // namespace

TEST_CASE("The empty chain copies") {
  for (size_t n : {0, 1, 5000}) {
    const ByteVector content = Pattern(n);
    for (const Pieces& pieces : AllPieces()) {
      const Outcome outcome = Run(CodecSpecs{}, content, n, pieces);
      REQUIRE(outcome.done);
      CHECK((outcome.bytes == content));
    }
  }
  const Outcome longer = Run(CodecSpecs{}, Pattern(6), 5);
  REQUIRE(longer.code() == "invalid");
  CHECK(longer.error->message == "decodes to more than 5 bytes");
  // Fewer bytes are the caller's finding, who knows what they are for.
  CHECK(Run(CodecSpecs{}, Pattern(4), 5).bytes.size() == 4);
  CHECK(MakeDecoder({}, 5)->MemoryNeeded({}) == 0);
}

TEST_CASE("crc32c: the four bytes after the value") {
  for (size_t n : {0, 1, 3, 4, 5, 1000}) {
    const ByteVector content = Pattern(n);
    const ByteVector encoded = Crc32cAfter(content);
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(n, pieces.in, pieces.out);
      const Outcome outcome = Run({kCrc}, encoded, n, pieces);
      REQUIRE(outcome.code() == "done");
      CHECK((outcome.bytes == content));
      for (size_t at : {size_t{0}, encoded.size() - 1}) {
        ByteVector bad = encoded;
        bad[at] ^= 0x80;
        CHECK(Run({kCrc}, bad, n, pieces).code() == "checksum");
      }
    }
  }
  for (size_t n : {0, 1, 2, 3}) {
    const Outcome outcome = Run({kCrc}, Bytes("00000000"_hex).first(n), 10);
    REQUIRE(outcome.code() == "truncated");
    CHECK(outcome.error->actual == ByteCount(n));
  }
  // "123456789" has the check value e3069283.
  const Outcome wrong = Run({kCrc}, Concat({AsBytes("123456789"), "78563412"_hex}), 9);
  REQUIRE(wrong.code() == "checksum");
  CHECK(wrong.error->expected == "12345678");
  CHECK(wrong.error->actual == "e3069283");
  CHECK(wrong.error->offset == 9);
}

TEST_CASE("Chains are undone from the back") {
  const ByteVector content = Pattern(200000);  // more than a buffer between two codecs
  struct Case {
    const char* name;
    CodecSpecs specs;
    ByteVector encoded;
  };
  const std::vector<Case> cases = {
      {"crc32c, crc32c", {kCrc, kCrc}, Crc32cAfter(Crc32cAfter(content))},
      {"zstd, crc32c", {kZstd, kCrc}, Crc32cAfter(ZstdOf(content))},
      {"crc32c, zstd", {kCrc, kZstd}, ZstdOf(Crc32cAfter(content))},
      {"zstd, gzip", {kZstd, kGzip}, GzipOf(ZstdOf(content))},
      {"gzip, zstd, crc32c", {kGzip, kZstd, kCrc}, Crc32cAfter(ZstdOf(GzipOf(content)))}};
  for (const Case& c : cases) {
    const auto decoder = MakeDecoder(c.specs, content.size());
    for (const Pieces& pieces :
         {Pieces{}, Pieces{1000, 777}, Pieces{SIZE_MAX, 100}, Pieces{100000, SIZE_MAX, true}}) {
      CAPTURE(c.name, pieces.in, pieces.out);
      decoder->Reset();
      const Outcome outcome = Run(*decoder, c.encoded, content.size(), pieces);
      REQUIRE(outcome.code() == "done");
      CHECK((outcome.bytes == content));

      decoder->Reset();
      CHECK(Run(*decoder, Bytes(c.encoded).first(c.encoded.size() - 1), content.size(), pieces)
                .error);
      ByteVector longer = c.encoded;
      longer.push_back(0);
      decoder->Reset();
      CHECK(Run(*decoder, longer, content.size(), pieces).error);
    }
  }
}

TEST_CASE("The first error in decoding order is the one that is told") {
  // Damage in the frame makes zstd fail long before the CRC, at the end, is seen.
  ByteVector encoded = Crc32cAfter(ZstdOf(Pattern(500000)));
  encoded[9] |= 6;  // the first block's type
  for (const Pieces& pieces :
       {Pieces{}, Pieces{100, SIZE_MAX}, Pieces{70000, 1000}, Pieces{9000, SIZE_MAX, true}}) {
    CAPTURE(pieces.in);
    const Outcome outcome = Run({kZstd, kCrc}, encoded, 500000, pieces);
    REQUIRE(outcome.code() == "checksum");
    CHECK(outcome.error->offset == encoded.size() - 4);
  }
  // With a CRC that fits, zstd's error is the cause.
  ByteVector frame = ZstdOf(Pattern(500000));
  frame[9] |= 6;
  const ByteVector fitting = Crc32cAfter(frame);
  for (const Pieces& pieces :
       {Pieces{}, Pieces{100, SIZE_MAX}, Pieces{70000, 1000}, Pieces{9000, SIZE_MAX, true}}) {
    const Outcome outcome = Run({kZstd, kCrc}, fitting, 500000, pieces);
    REQUIRE(outcome.code() == "invalid");
    CHECK(outcome.error->message == "zstd frame is corrupt");
    CHECK_FALSE(outcome.error->offset);
  }
  // Also where too much comes out.
  ByteVector longer = Crc32cAfter(ZstdOf(Pattern(500000)));
  CHECK(Run({kZstd, kCrc}, longer, 1000).code() == "invalid");
  longer.back() ^= 1;
  CHECK(Run({kZstd, kCrc}, longer, 1000).code() == "checksum");
}

TEST_CASE(
    "Trailing bytes are ignored behind the outermost codec and the checksum of the content alone") {
  const ByteVector content = Pattern(300);
  const ByteVector frame = ZstdOf(content);
  const ByteVector junk = Concat({frame, "616263"_hex});
  struct Case {
    const char* name;
    CodecSpecs specs;
    ByteVector encoded;
    const char* code;
    uint64_t trailing;
  };
  const std::vector<Case> cases = {
      {"outermost",
       {kCrc, kZstdV3},
       Concat({ZstdOf(Crc32cAfter(content)), "616263"_hex}),
       "done",
       3},
      {"within crc32c", {kZstdV3, kCrc}, Crc32cAfter(junk), "invalid", 0},
      {"after crc32c", {kZstdV3, kCrc}, Concat({Crc32cAfter(frame), "61"_hex}), "checksum", 0},
      {"after crc32c of the content",
       {kCrcV3},
       Concat({Crc32cAfter(content), "616263"_hex}),
       "done",
       3},
      {"after two of them",
       {kCrcV3, kCrcV3},
       Concat({Crc32cAfter(Crc32cAfter(content)), "61"_hex}),
       "done",
       1},
      {"after crc32c, within gzip",
       {kCrcV3, Spec(CodecKind::kGzip, true)},
       GzipOf(Concat({Crc32cAfter(content), "6162"_hex})),
       "done",
       2},
      {"after crc32c of other bytes",
       {kCrcV3},
       Concat({"00"_hex, Crc32cAfter(content)}),
       "checksum",
       0},
      {"after crc32c of a frame",
       {kZstdV3, kCrcV3},
       Concat({Crc32cAfter(frame), "61"_hex}),
       "checksum",
       0},
      {"nothing after it", {kCrcV3}, Crc32cAfter(content), "done", 0},
      {"within gzip", {kZstdV3, Spec(CodecKind::kGzip, true)}, GzipOf(junk), "invalid", 0},
      {"after gzip",
       {kZstdV3, Spec(CodecKind::kGzip, true)},
       Concat({GzipOf(frame), "61"_hex}),
       "done",
       1}};
  for (const Case& c : cases)
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(c.name, pieces.in, pieces.out);
      const Outcome outcome = Run(c.specs, c.encoded, content.size(), pieces);
      CHECK(outcome.code() == c.code);
      CHECK(outcome.trailing == c.trailing);
    }
}

TEST_CASE("A bomb inside a chain is stopped") {
  // 64 MiB between the codecs, for a value of 1,000 bytes.
  const std::vector<leafsum::test::ZstdBlock> blocks(512, {{0}, 128 << 10});
  const ByteVector bomb =
      ZstdFrame(blocks, {.content_size = {}, .window = 10 << 3, .dictionary = {}});
  const Outcome outcome = Run({kCrc, kZstd}, bomb, 1000);
  CHECK(outcome.code() == "invalid");
  CHECK(outcome.bytes.size() == 1000);
  CHECK(outcome.error->message == "decodes to more than 1,000 bytes");
  // Blocks of nothing: gzip gives 4 MiB of them, from which zstd makes no byte.
  ByteVector nothing = "28b52ffd 00 58"_hex;
  nothing.resize(nothing.size() + 3 * (4 << 20) / 3, 0);
  const Outcome empty_blocks = Run({kZstd, kGzip}, GzipOf(nothing), 1000);
  REQUIRE(empty_blocks.code() == "limit");
  CHECK(empty_blocks.error->message == "decodes to more than 1,052,576 bytes");
}

TEST_CASE("Memory of a chain is known from the head of the value") {
  const ByteVector head =
      ZstdFrame({{{1}}}, {.content_size = {}, .window = 9 << 3, .dictionary = {}});
  const uint64_t alone = *MakeDecoder({kZstd}, 1)->MemoryNeeded(head);
  // crc32c passes the head on; between two codecs there is one buffer.
  CHECK(MakeDecoder({kZstd, kCrc}, 1)->MemoryNeeded(head) == alone + (64 << 10));
  CHECK(MakeDecoder({kCrc, kZstd}, 1)->MemoryNeeded(head) == alone + (64 << 10));
  CHECK_FALSE(MakeDecoder({kZstd, kCrc}, 1)->MemoryNeeded("28b5"_hex));
  // A frame inside gzip cannot be looked at: its window is bounded, and the bound is what is
  // counted.
  const uint64_t inside = *MakeDecoder({kZstd, kGzip}, 1)->MemoryNeeded("1f8b"_hex);
  CHECK(inside >= 8 << 20);
  CHECK(inside <= 10 << 20);
  for (const auto& [window, code] : {std::pair{13, "done"}, std::pair{14, "limit"}}) {
    const ByteVector frame = ZstdFrame(
        {{{1}}},
        {.content_size = {}, .window = static_cast<uint8_t>(window << 3), .dictionary = {}});
    CHECK(Run({kZstd, kGzip}, GzipOf(frame), 1).code() == code);
    CHECK(Run({kZstd, kCrc}, Crc32cAfter(frame), 1).code() == "done");
  }
}
