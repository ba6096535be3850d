#include "support/catch.h"
#include "support/encode.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;
using namespace leafsum::test::literals;
using leafsum::test::Concat;
using leafsum::test::GzipOf;
using leafsum::test::Pattern;
using leafsum::test::ZlibOf;

TEST_CASE("What a zlib and a gzip value may be") {
  const ByteVector content = Pattern(70000);  // two stored blocks
  const ByteVector zlib = ZlibOf(content);
  const ByteVector gzip = GzipOf(content);
  const auto flipped = [](ByteVector bytes, size_t from_end) {
    bytes[bytes.size() - from_end] ^= 1;
    return bytes;
  };
  const auto with = [](ByteVector bytes, size_t at, uint8_t value) {
    bytes[at] = value;
    return bytes;
  };
  struct Case {
    const char* name;
    CodecKind kind;
    ByteVector encoded;
    const char* code;
    const char* message;
  };
  const auto kZlib = CodecKind::kZlib;
  const auto kGzip = CodecKind::kGzip;
  const std::vector<Case> cases = {
      {"zlib", kZlib, zlib, "done", ""},
      {"gzip", kGzip, gzip, "done", ""},
      {"gzip as zlib", kZlib, gzip, "invalid", "zlib stream: incorrect header check"},
      {"zlib as gzip", kGzip, zlib, "invalid", "gzip member: incorrect header check"},
      {"raw deflate as zlib", kZlib, ToVector(Bytes(zlib).subspan(2)), "invalid",
       "zlib stream: incorrect header check"},
      {"zlib, wrong Adler-32", kZlib, flipped(zlib, 1), "checksum",
       "zlib stream: incorrect data check"},
      {"gzip, wrong CRC", kGzip, flipped(gzip, 5), "checksum", "gzip member: incorrect data check"},
      {"gzip, wrong size", kGzip, flipped(gzip, 1), "invalid",
       "gzip member: incorrect length check"},
      {"zlib, changed content", kZlib, flipped(zlib, 100), "checksum",
       "zlib stream: incorrect data check"},
      {"gzip, changed content", kGzip, flipped(gzip, 100), "checksum",
       "gzip member: incorrect data check"},
      {"zlib and a byte", kZlib, Concat({zlib, "00"_hex}), "invalid",
       "bytes follow the end of the zlib stream"},
      {"two zlib streams", kZlib, Concat({zlib, zlib}), "invalid",
       "bytes follow the end of the zlib stream"},
      {"gzip and a byte", kGzip, Concat({gzip, "00"_hex}), "invalid",
       "bytes follow the end of the gzip member"},
      {"two gzip members", kGzip, Concat({gzip, gzip}), "invalid",
       "bytes follow the end of the gzip member"},
      {"an empty second member", kGzip, Concat({gzip, GzipOf({})}), "invalid",
       "bytes follow the end of the gzip member"},
      {"zlib, nothing", kZlib, {}, "truncated", "zlib stream ends too early"},
      {"gzip, nothing", kGzip, {}, "truncated", "gzip member ends too early"},
      {"zlib, another method", kZlib, with(with(zlib, 0, 0x79), 1, 0x18), "invalid",
       "zlib stream: unknown compression method"},
      {"zlib, window over 32 KiB", kZlib, with(with(zlib, 0, 0x88), 1, 0x1c), "invalid",
       "zlib stream: invalid window size"},
      {"zlib with a dictionary", kZlib, Concat({"78bb 00000001"_hex, Bytes(zlib).subspan(2)}),
       "invalid", "zlib stream needs a preset dictionary"},
      {"gzip, another method", kGzip, with(gzip, 2, 7), "invalid",
       "gzip member: unknown compression method"},
      {"gzip, unknown flags", kGzip, with(gzip, 3, 0x80), "invalid",
       "gzip member: unknown header flags set"},
      {"gzip, wrong header CRC", kGzip,
       Concat({"1f8b0802 00000000 00ff 0000"_hex, Bytes(gzip).subspan(10)}), "checksum",
       "gzip member: header crc mismatch"},
      {"zlib, block type 3", kZlib, "7801 07"_hex, "invalid", "zlib stream: invalid block type"},
      {"zlib, lengths that disagree", kZlib, with(zlib, 5, 1), "invalid",
       "zlib stream: invalid stored block lengths"},
      {"zlib, distance before the start", kZlib, "7801 030200000000"_hex, "invalid",
       "zlib stream: invalid distance too far back"},
  };
  for (const Case& c : cases) {
    for (const Pieces& pieces : AllPieces()) {
      if (pieces.in == 1 && pieces.out == 1) continue;  // 70,000 calls for each
      CAPTURE(c.name, pieces.in, pieces.out);
      const Outcome outcome = Run({Spec(c.kind)}, c.encoded, content.size(), pieces);
      CHECK(outcome.code() == c.code);
      if (outcome.error) CHECK(outcome.error->message == c.message);
      if (outcome.done) CHECK((outcome.bytes == content));
    }
  }
}

TEST_CASE("Every proper prefix of a zlib and of a gzip value fails") {
  const ByteVector content = Pattern(40);
  for (const auto& [kind, encoded] :
       {std::pair{CodecKind::kZlib, ZlibOf(content)}, std::pair{CodecKind::kGzip, GzipOf(content)}})
    for (size_t n = 0; n < encoded.size(); ++n)
      for (const Pieces& pieces : AllPieces()) {
        CAPTURE(n, pieces.in, pieces.out);
        const Outcome outcome = Run({Spec(kind)}, Bytes(encoded).first(n), content.size(), pieces);
        REQUIRE(outcome.code() == "truncated");
        CHECK(outcome.error->offset == n);
      }
}

TEST_CASE("v3 readers ignore what follows a gzip member") {
  const ByteVector encoded = Concat({GzipOf(Pattern(40)), GzipOf(Pattern(10)), "00"_hex});
  for (const Pieces& pieces : AllPieces()) {
    const Outcome outcome = Run({Spec(CodecKind::kGzip, true)}, encoded, 40, pieces);
    REQUIRE(outcome.code() == "done");
    CHECK((outcome.bytes == Pattern(40)));
    CHECK(outcome.trailing == GzipOf(Pattern(10)).size() + 1);
  }
}
