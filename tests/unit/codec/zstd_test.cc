// The rules for a value that is a zstd frame: formats §2.1: v2 (strict) and v3 (what follows is
// ignored).
#include "base/text.h"
#include "support/catch.h"
#include "support/encode.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;
using namespace leafsum::test::literals;
using leafsum::test::Concat;
using leafsum::test::Pattern;
using leafsum::test::SkippableFrame;
using leafsum::test::ZstdFrame;
using leafsum::test::ZstdOf;

namespace {

const CodecSpecs kV2 = {Spec(CodecKind::kZstd)};
const CodecSpecs kV3 = {Spec(CodecKind::kZstd, true)};

// Content "abcde", checksum included; by the reference encoder.
const ByteVector kSummed = "28b52ffd 24 05 290000 6162636465 ebc78d0c"_hex;

}  // namespace

TEST_CASE("What a zstd value may be, in v2 and v3") {
  const ByteVector content = Pattern(300);
  const ByteVector frame = ZstdOf(content);
  const ByteVector empty_frame = ZstdOf({});
  struct Case {
    const char* name;
    ByteVector encoded;
    const char* v2;
    const char* v3;
    const char* message;
    uint64_t trailing = 0;
  };
  ByteVector bad_magic = frame;
  bad_magic[3] = 0xfe;
  ByteVector reserved_bit = frame;
  reserved_bit[4] |= 8;
  ByteVector reserved_block = frame;
  reserved_block[9] |= 6;
  ByteVector wrong_size = frame;
  wrong_size[5] ^= 1;
  const std::vector<Case> cases = {
      {"frame", frame, "done", "done", ""},
      {"second frame", Concat({frame, frame}), "invalid", "done",
       "bytes follow the end of the zstd frame", frame.size()},
      {"empty second frame", Concat({frame, empty_frame}), "invalid", "done",
       "bytes follow the end of the zstd frame", empty_frame.size()},
      {"junk", Concat({frame, "00"_hex}), "invalid", "done",
       "bytes follow the end of the zstd frame", 1},
      {"skippable frame after", Concat({frame, SkippableFrame("01"_hex)}), "invalid", "done",
       "bytes follow the end of the zstd frame", 9},
      {"skippable frame before", Concat({SkippableFrame("0102"_hex), frame}), "invalid", "invalid",
       "a skippable frame where a zstd frame must be"},
      {"skippable frame alone", SkippableFrame({}), "invalid", "invalid",
       "a skippable frame where a zstd frame must be"},
      {"nothing", {}, "truncated", "truncated", "zstd frame ends too early"},
      {"magic alone", "28b52ffd"_hex, "truncated", "truncated", "zstd frame ends too early"},
      {"one wrong byte", "29"_hex, "invalid", "invalid", "not a zstd frame"},
      {"wrong magic", bad_magic, "invalid", "invalid", "not a zstd frame"},
      {"zstd of before 0.8", "27b52ffd 00 58 010000"_hex, "invalid", "invalid", "not a zstd frame"},
      {"reserved bit", reserved_bit, "invalid", "invalid", "zstd: Unsupported frame parameter"},
      {"reserved block type", reserved_block, "invalid", "invalid", "zstd frame is corrupt"},
      {"content size that is not true", wrong_size, "invalid", "invalid", "zstd frame is corrupt"},
      {"content size that is not true, and an empty last block",
       ZstdFrame({{Pattern(100)}, {{}}}, {.content_size = 300, .window = {}, .dictionary = {}}),
       "invalid", "invalid", "zstd frame is corrupt"},
      {"content size, and no content", "28b52ffd 20 10 010000"_hex, "invalid", "invalid",
       "zstd frame is corrupt"},
      {"block that repeats a byte no times, where there is no content",
       "28b52ffd 20 00 030000 99"_hex, "invalid", "invalid", "zstd frame is corrupt"},
      {"block that is larger than the window",
       ZstdFrame({{content}, {"61"_hex, 2000}},
                 {.content_size = {}, .window = 0, .dictionary = {}}),
       "invalid", "invalid", "zstd frame is corrupt"},
      {"compressed block without bytes", "28b52ffd 80 48 00000000 040000 010000"_hex, "invalid",
       "invalid", "zstd frame is corrupt"},
      {"dictionary", ZstdFrame({{content}}, {.content_size = 300, .window = {}, .dictionary = 7}),
       "invalid", "invalid", "zstd frame needs a dictionary"},
      {"dictionary number 0, which is none",
       ZstdFrame({{content}}, {.content_size = 300, .window = {}, .dictionary = 0}), "done", "done",
       ""},
      {"window of 128 MiB",
       ZstdFrame({{content}}, {.content_size = 300, .window = 17 << 3, .dictionary = {}}), "done",
       "done", ""},
      {"window of 144 MiB",
       ZstdFrame({{content}}, {.content_size = 300, .window = 17 << 3 | 1, .dictionary = {}}),
       "limit", "limit", "zstd window is larger than allowed"},
      {"window of 2^41",
       ZstdFrame({{content}}, {.content_size = {}, .window = 31 << 3, .dictionary = {}}), "limit",
       "limit", "zstd: Frame requires too much memory for decoding"},
      {"single segment of 2^40",
       ZstdFrame({{content}}, {.content_size = uint64_t{1} << 40, .window = {}, .dictionary = {}}),
       "limit", "limit", "zstd window is larger than allowed"},
  };
  for (const Case& c : cases) {
    for (const Pieces& pieces : AllPieces()) {
      CAPTURE(c.name, pieces.in, pieces.out);
      const Outcome v2 = Run(kV2, c.encoded, content.size(), pieces);
      const Outcome v3 = Run(kV3, c.encoded, content.size(), pieces);
      CHECK(v2.code() == c.v2);
      CHECK(v3.code() == c.v3);
      if (v2.error) CHECK(v2.error->message == c.message);
      if (v3.error) CHECK(v3.error->message == c.message);
      if (v3.done) {
        CHECK((v3.bytes == content));
        CHECK(v3.trailing == c.trailing);
      }
    }
  }
}

TEST_CASE("A first frame that is too short is not continued by a second one") {
  const ByteVector content = Pattern(300);
  const ByteVector encoded =
      Concat({ZstdOf(Bytes(content).first(100)), ZstdOf(Bytes(content).subspan(100))});
  const Outcome outcome = Run(kV3, encoded, content.size());
  CHECK(outcome.done);
  CHECK(outcome.bytes.size() == 100);
  CHECK(outcome.trailing == encoded.size() - ZstdOf(Bytes(content).first(100)).size());
}

TEST_CASE("A content checksum is checked") {
  CHECK(AsText(Run(kV2, kSummed, 5).bytes) == "abcde");
  for (size_t at : {size_t{9}, kSummed.size() - 1}) {
    ByteVector bad = kSummed;
    bad[at] ^= 1;
    for (const Pieces& pieces : AllPieces()) {
      const Outcome outcome = Run(kV2, bad, 5, pieces);
      REQUIRE(outcome.code() == "checksum");
      CHECK(outcome.error->message == "content checksum of the zstd frame does not match");
    }
  }
}

TEST_CASE("Errors of zstd values say what was found and where") {
  const ByteVector frame = ZstdOf(Pattern(300));
  const Outcome magic = Run(kV2, "1f8b0800"_hex, 300);
  CHECK(magic.error->expected == "magic 28b52ffd");
  CHECK(magic.error->actual == "1f8b0800");
  const Outcome cut = Run(kV2, Bytes(frame).first(200), 300, {13, 13});
  CHECK(cut.error->offset == 200);
  const Outcome more = Run(kV2, Concat({frame, "00"_hex}), 300, {13, 13});
  CHECK(more.error->offset == frame.size());
  const Outcome window = Run(
      kV2, ZstdFrame({{Pattern(3)}}, {.content_size = {}, .window = 18 << 3, .dictionary = {}}), 3);
  CHECK(window.error->expected == "at most 134,217,728 bytes");
  CHECK(window.error->actual == "268,435,456 bytes");
}

TEST_CASE("A bomb is stopped at the size that the metadata demands") {
  // 128 KiB in four bytes, 1000 times.
  const std::vector<leafsum::test::ZstdBlock> blocks(1000, {{0xaa}, 128 << 10});
  const ByteVector bomb =
      ZstdFrame(blocks, {.content_size = {}, .window = 10 << 3, .dictionary = {}});
  for (uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{1000}, uint64_t{300000}}) {
    const Outcome outcome = Run(kV2, bomb, size);
    REQUIRE(outcome.code() == "invalid");
    CHECK(outcome.error->message == "decodes to more than " + ByteCount(size));
    CHECK(outcome.bytes.size() == size);
  }
}

TEST_CASE("Memory is known from the head, before it is taken") {
  struct Case {
    const char* name;
    ByteVector head;
    uint64_t at_least, at_most;
  };
  const auto frame = [](std::optional<uint64_t> size, std::optional<uint8_t> window) {
    return ZstdFrame({{Pattern(1)}}, {.content_size = size, .window = window, .dictionary = {}});
  };
  constexpr uint64_t kKiB = 1 << 10;
  const std::vector<Case> cases = {
      {"window 512 KiB", frame({}, 9 << 3), 512 * kKiB, 1100 * kKiB},
      {"window 512 KiB, more content", frame(1 << 30, 9 << 3), 512 * kKiB, 1100 * kKiB},
      {"window 512 KiB, content of 10 bytes", frame(10, 9 << 3), 128 * kKiB, 300 * kKiB},
      {"window 128 MiB", frame({}, 17 << 3), 128 << 20, 129 << 20},
      {"single segment of 1 MiB", frame(1 << 20, {}), 1 << 20, 1300 * kKiB},
      {"window too large", frame({}, 18 << 3), 0, 300 * kKiB},
      {"not zstd", "00000000000000000000"_hex, 0, 300 * kKiB},
      {"skippable", SkippableFrame(Pattern(20)), 0, 300 * kKiB}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto needed = MakeDecoder(kV2, 1)->MemoryNeeded(c.head);
    REQUIRE(needed);
    CHECK(*needed >= c.at_least);
    CHECK(*needed <= c.at_most);
  }
  CHECK_FALSE(MakeDecoder(kV2, 1)->MemoryNeeded({}));
  CHECK_FALSE(MakeDecoder(kV2, 1)->MemoryNeeded("28b52ffd04"_hex));
}

TEST_CASE("Memory that a decoder keeps over Reset is counted") {
  const auto decoder = MakeDecoder(kV2, 200000);
  const ByteVector head =
      ZstdFrame({{Pattern(1)}}, {.content_size = {}, .window = 0, .dictionary = {}});
  const uint64_t fresh = *decoder->MemoryNeeded(head);
  const ByteVector wide = ZstdFrame({{{1}, 100000}, {{2}, 100000}},
                                    {.content_size = {}, .window = 13 << 3, .dictionary = {}});
  REQUIRE(Run(*decoder, wide, 200000).done);
  decoder->Reset();
  CHECK(*decoder->MemoryNeeded(head) >= 8 << 20);
  CHECK(fresh < 1 << 20);
}

TEST_CASE("DecodeZstdFrame: one frame, all of it, within the limit") {
  const ByteVector content = Pattern(300000);
  const ByteVector frame = ZstdOf(content);
  const auto whole = DecodeZstdFrame(leafsum::test::Exact(frame), content.size());
  REQUIRE(whole);
  CHECK((*whole == content));
  REQUIRE(DecodeZstdFrame(ZstdOf({}), 0));
  CHECK(DecodeZstdFrame(ZstdOf({}), 0)->empty());
  REQUIRE(DecodeZstdFrame(kSummed, 5));

  const auto over = DecodeZstdFrame(frame, content.size() - 1);
  REQUIRE_FALSE(over);
  CHECK(over.error().code == ErrorCode::kLimit);
  CHECK(over.error().message == "decodes to more than 299,999 bytes");

  struct Case {
    const char* name;
    ByteVector encoded;
    ErrorCode code;
    const char* message;
  };
  ByteVector bad_sum = kSummed;
  bad_sum.back() ^= 1;
  ByteVector bad_block = frame;
  bad_block[9] |= 6;
  ByteVector bad_size = frame;
  bad_size[5] ^= 1;
  const std::vector<Case> cases = {
      {"second frame", Concat({frame, frame}), ErrorCode::kInvalid,
       "bytes follow the end of the zstd frame"},
      {"junk", Concat({frame, "00"_hex}), ErrorCode::kInvalid,
       "bytes follow the end of the zstd frame"},
      {"skippable after", Concat({frame, SkippableFrame({})}), ErrorCode::kInvalid,
       "bytes follow the end of the zstd frame"},
      {"skippable before", Concat({SkippableFrame({}), frame}), ErrorCode::kInvalid,
       "a skippable frame where a zstd frame must be"},
      {"wrong checksum", bad_sum, ErrorCode::kChecksum,
       "content checksum of the zstd frame does not match"},
      {"reserved block type", bad_block, ErrorCode::kInvalid, "zstd frame is corrupt"},
      {"content size that is not true", bad_size, ErrorCode::kInvalid, "zstd frame is corrupt"},
      {"dictionary", ZstdFrame({{{1}}}, {.content_size = 1, .window = {}, .dictionary = 7}),
       ErrorCode::kInvalid, "zstd frame needs a dictionary"},
      {"window", ZstdFrame({{{1}}}, {.content_size = 1, .window = 18 << 3, .dictionary = {}}),
       ErrorCode::kLimit, "zstd window is larger than allowed"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto result = DecodeZstdFrame(leafsum::test::Exact(c.encoded), 1 << 20);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == c.code);
    CHECK(result.error().message == c.message);
  }
  const ByteVector small = ZstdOf(Pattern(200));
  for (size_t n = 0; n < small.size(); ++n) {
    const auto result = DecodeZstdFrame(leafsum::test::Exact(Bytes(small).first(n)), 1 << 20);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::kTruncated);
  }
}

TEST_CASE("DecodeZstdFrame grows to what is there, not to what is claimed") {
  // 12.5 MiB in 400 bytes: far over the first guess.
  const std::vector<leafsum::test::ZstdBlock> blocks(100, {{0xaa}, 128 << 10});
  const ByteVector bomb =
      ZstdFrame(blocks, {.content_size = {}, .window = 10 << 3, .dictionary = {}});
  const auto whole = DecodeZstdFrame(bomb, 100 * (128 << 10));
  REQUIRE(whole);
  CHECK((*whole == ByteVector(100 * (128 << 10), 0xaa)));
  CHECK(DecodeZstdFrame(bomb, 100 * (128 << 10) - 1).error().code == ErrorCode::kLimit);
  // A claim of 2^40 bytes asks for nothing.
  const ByteVector liar =
      ZstdFrame({{{1}}}, {.content_size = uint64_t{1} << 40, .window = 0, .dictionary = {}});
  CHECK(DecodeZstdFrame(liar, uint64_t{1} << 41).error().message == "zstd frame is corrupt");
}
