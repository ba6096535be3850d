#include "support/catch.h"
#include "support/hex.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;
using namespace leafsum::test::literals;
using leafsum::test::Concat;

namespace {
// "leafsum" by bzip2 -1.
const ByteVector kStream =
    "425a68313141592653593936630c000001818023060a002000310c00c4c227d35de2ee48a70a120726cc6180"_hex;
const ByteVector kContent = ToVector(AsBytes("leafsum"));
}  // namespace

TEST_CASE("What a bz2 value may be") {
  const auto with = [](size_t at, uint8_t value) {
    ByteVector bytes = kStream;
    bytes[at] = value;
    return bytes;
  };
  const auto flipped = [](size_t from_end) {
    ByteVector bytes = kStream;
    bytes[bytes.size() - from_end] ^= 0x10;
    return bytes;
  };
  const ByteVector empty = "425a6831 177245385090 00000000"_hex;
  struct Case {
    const char* name;
    ByteVector encoded;
    const char* code;
    const char* message;
  };
  const Case cases[] = {
      {"one stream", kStream, "done", ""},
      {"level 9", with(3, '9'), "done", ""},
      {"level 0", with(3, '0'), "invalid", "bz2 stream is corrupt"},
      {"level a", with(3, 'a'), "invalid", "bz2 stream is corrupt"},
      {"another magic", with(1, 'z'), "invalid", "bz2 stream is corrupt"},
      {"bzip", with(2, '0'), "invalid", "bz2 stream is corrupt"},
      {"another block magic", with(5, 0), "invalid", "bz2 stream is corrupt"},
      {"wrong CRC of the block", with(11, static_cast<uint8_t>(kStream[11] ^ 1)), "invalid",
       "bz2 stream is corrupt"},
      {"wrong CRC of the stream", flipped(3), "invalid", "bz2 stream is corrupt"},
      {"a byte more", Concat({kStream, "00"_hex}), "invalid",
       "bytes follow the end of the bz2 stream"},
      {"two streams", Concat({kStream, kStream}), "invalid",
       "bytes follow the end of the bz2 stream"},
      {"an empty stream after it", Concat({kStream, empty}), "invalid",
       "bytes follow the end of the bz2 stream"},
      {"nothing", {}, "truncated", "bz2 stream ends too early"},
  };
  for (const Case& c : cases)
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(c.name, pieces.in, pieces.out);
      const Outcome outcome = Run({Spec(CodecKind::kBz2)}, c.encoded, kContent.size(), pieces);
      CHECK(outcome.code() == c.code);
      if (outcome.error) CHECK(outcome.error->message == c.message);
      if (outcome.done) CHECK((outcome.bytes == kContent));
    }
}

TEST_CASE("Every proper prefix of a bz2 value fails") {
  for (size_t n = 0; n < kStream.size(); ++n)
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(n, pieces.in, pieces.out);
      const Outcome outcome =
          Run({Spec(CodecKind::kBz2)}, Bytes(kStream).first(n), kContent.size(), pieces);
      REQUIRE(outcome.code() == "truncated");
      CHECK(outcome.error->offset == n);
    }
}

TEST_CASE("A bz2 stream's level says what decoding it takes") {
  const auto decoder = MakeDecoder({Spec(CodecKind::kBz2)}, 7);
  CHECK_FALSE(decoder->MemoryNeeded("425a68"_hex));
  const uint64_t one = *decoder->MemoryNeeded("425a6831"_hex),
                 nine = *decoder->MemoryNeeded("425a6839"_hex);
  CHECK(one >= 400000);
  CHECK(nine == one + 8 * 400000);
  CHECK(*decoder->MemoryNeeded("425a68ff"_hex) <= nine);
}
