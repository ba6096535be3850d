#include "ocdbt/envelope.h"

#include "ritual.h"
#include "support/encode.h"
#include "support/ocdbt_writer.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::ocdbt;

namespace {

constexpr uint64_t kLimit = 1 << 16;

Result<ByteVector> Decode(Bytes block, uint64_t limit = kLimit) {
  return DecodeEnvelope(block, {kBtreeNodeMagic, limit, nullptr});
}

EnvelopeForm Form(bool zstd = false) {
  EnvelopeForm form;
  form.magic = kBtreeNodeMagic;
  form.zstd = zstd;
  return form;
}

const ByteVector kBody = Pattern(300);

Error Refused(const EnvelopeForm& form) {
  const auto result = Decode(Exact(WriteEnvelope(kBody, form)));
  REQUIRE_FALSE(result);
  return result.error();
}

// An envelope around bytes that are said to be a zstd frame.
ByteVector Compressed(Bytes frame) {
  EnvelopeForm form = Form();
  form.compression = 1;
  return WriteEnvelope(frame, form);
}

}  // namespace

TEST_CASE("An envelope gives its body, compressed or not") {
  for (bool zstd : {false, true}) {
    const auto body = Decode(Exact(WriteEnvelope(kBody, Form(zstd))));
    REQUIRE(body);
    CHECK(*body == kBody);
  }
  const auto empty = Decode(WriteEnvelope({}, Form()));  // 18 bytes, nothing in it
  REQUIRE(empty);
  CHECK(empty->empty());
}

TEST_CASE("Padded version and compression are legal") {
  const ByteVector padded = Concat({"0cdb20de 1700000000000000 8000 8000 616263"_hex});
  const ByteVector block = Concat({padded, Le32(Crc32cOf(padded))});
  const auto body = Decode(Exact(block));
  REQUIRE(body);
  CHECK(AsText(*body) == "abc");
}

TEST_CASE("Every proper prefix of an envelope fails") {
  for (bool zstd : {false, true}) {
    const ByteVector block = WriteEnvelope(kBody, Form(zstd));
    for (size_t n = 0; n < block.size(); ++n) {
      const auto result = Decode(Exact(Bytes(block).first(n)));
      REQUIRE_FALSE(result);
      CHECK(result.error().code == ErrorCode::kTruncated);  // the header tells of more
    }
  }
}

TEST_CASE("What follows an envelope fails") {
  ByteVector block = WriteEnvelope(kBody, Form());
  block.push_back(0);
  CHECK(Decode(Exact(block)).error().code == ErrorCode::kChecksum);
  // With a checksum over all of it, the length is wrong.
  ByteVector inside = kBody;
  inside.push_back(0);
  EnvelopeForm form = Form();
  form.length = 12 + 2 + kBody.size() + 4;
  const auto result = Decode(WriteEnvelope(inside, form));
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "length in header does not match actual length");
}

TEST_CASE("Every flipped bit of an envelope is a wrong checksum, whatever it hits") {
  const ByteVector block = WriteEnvelope(Bytes(kBody).first(20), Form(true));
  for (size_t bit = 0; bit < block.size() * 8; ++bit) {
    ByteVector damaged = block;
    damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto result = Decode(Exact(damaged));
    REQUIRE_FALSE(result);
    CAPTURE(bit);
    CHECK(result.error().code == ErrorCode::kChecksum);
  }
}

TEST_CASE("The magic is big-endian and one of three") {
  CHECK(kManifestMagic == 0x0cdb3a2a);
  CHECK(kBtreeNodeMagic == 0x0cdb20de);
  CHECK(kVersionTreeNodeMagic == 0x0cdb1234);
  EnvelopeForm form = Form();
  form.magic = kManifestMagic;
  const Error error = Refused(form);
  CHECK(error.code == ErrorCode::kInvalid);
  CHECK(error.offset == 0);
  CHECK(error.expected == "0x0cdb20de");
  CHECK(error.actual == "0x0cdb3a2a");
}

TEST_CASE("Each header field is refused with its own text") {
  SECTION("length, one off either way") {
    const uint64_t right = 12 + 2 + kBody.size() + 4;
    for (uint64_t length : {right - 1, right + 1, uint64_t{0}, ~uint64_t{0}}) {
      EnvelopeForm form = Form();
      form.length = length;
      const Error error = Refused(form);
      CHECK(error.code == ErrorCode::kInvalid);
      CHECK(error.message == "length in header does not match actual length");
      CHECK(error.offset == 4);
      CHECK(error.expected == std::to_string(right));
      CHECK(error.actual == std::to_string(length));
    }
  }
  SECTION("version") {
    EnvelopeForm form = Form();
    form.version = 1;
    CHECK(Refused(form).code == ErrorCode::kUnsupported);
    CHECK(Refused(form).message == "unknown format version");
    form.version = uint64_t{1} << 32;
    CHECK(Refused(form).message == "varint does not fit in 32 bits");
  }
  SECTION("compression") {
    EnvelopeForm form = Form();
    form.compression = 2;
    CHECK(Refused(form).code == ErrorCode::kUnsupported);
    CHECK(Refused(form).message == "unknown compression format");
    CHECK(Refused(form).offset == 13);
    form.compression = uint64_t{1} << 32;
    CHECK(Refused(form).message == "varint does not fit in 32 bits");
  }
  SECTION("checksum") {
    EnvelopeForm form = Form();
    form.crc = 0;
    const Error error = Refused(form);
    CHECK(error.code == ErrorCode::kChecksum);
    CHECK(error.message == "CRC-32C checksum verification failed");
    CHECK(error.offset == 12 + 2 + kBody.size());
    CHECK(error.expected == "0");
  }
}

TEST_CASE("A body is one zstd frame and nothing else") {
  const ByteVector frame = ZstdOf(kBody);
  CHECK(Decode(Compressed(frame)));
  CHECK_FALSE(Decode(Compressed(Concat({frame, frame}))));
  CHECK_FALSE(Decode(Compressed(Concat({frame, ZstdOf({})}))));
  CHECK_FALSE(Decode(Compressed(Concat({frame, SkippableFrame("00"_hex)}))));
  CHECK_FALSE(Decode(Compressed(Concat({SkippableFrame("00"_hex), frame}))));
  CHECK_FALSE(Decode(Compressed(Concat({frame, "00"_hex}))));
  CHECK_FALSE(Decode(Compressed({})));
  CHECK_FALSE(Decode(Compressed(kBody)));
  for (size_t n = 0; n < frame.size(); ++n) CHECK_FALSE(Decode(Compressed(Bytes(frame).first(n))));
}

TEST_CASE("The limit is on the decompressed body, and exact") {
  for (bool zstd : {false, true}) {
    const ByteVector block = WriteEnvelope(kBody, Form(zstd));
    CHECK(Decode(block, kBody.size()));
    const auto over = Decode(block, kBody.size() - 1);
    REQUIRE_FALSE(over);
    CHECK(over.error().code == ErrorCode::kLimit);
  }
}

TEST_CASE("The work is what was decompressed, or a bound of it") {
  uint64_t work = 99;
  REQUIRE(
      DecodeEnvelope(WriteEnvelope(kBody, Form(true)), {kBtreeNodeMagic, kLimit, nullptr}, &work));
  CHECK(work == kBody.size());
  REQUIRE(DecodeEnvelope(WriteEnvelope(kBody, Form()), {kBtreeNodeMagic, kLimit, nullptr}, &work));
  CHECK(work == kBody.size());
  REQUIRE_FALSE(DecodeEnvelope(Compressed(kBody), {kBtreeNodeMagic, kLimit, nullptr}, &work));
  CHECK(work == kLimit);
  EnvelopeForm form = Form();
  form.crc = 0;
  REQUIRE_FALSE(
      DecodeEnvelope(WriteEnvelope(kBody, form), {kBtreeNodeMagic, kLimit, nullptr}, &work));
  CHECK(work == 0);
}

TEST_CASE("A bomb is refused by its start where that ends a structure, else by the limit") {
  std::vector<ZstdBlock> blocks{{kBody, 0}};
  for (int i = 0; i < 1024; ++i) blocks.push_back({{0}, 128 << 10});  // 128 MiB of zeros
  ZstdFrameOptions options;
  options.window = 0x38;  // 128 KiB
  const ByteVector block = Compressed(ZstdFrame(blocks, options));

  static size_t seen;
  static bool starts_right;
  seen = 0;
  EnvelopeOptions with_probe{kBtreeNodeMagic, 64 << 20, [](Bytes start) {
                               seen = start.size();
                               starts_right = ToVector(start.first(kBody.size())) == kBody;
                               return true;
                             }};
  const auto refused = DecodeEnvelope(block, with_probe);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kInvalid);
  CHECK(seen > kBody.size());
  CHECK(starts_right);

  with_probe.ends_early = [](Bytes) { return false; };
  const auto over = DecodeEnvelope(block, with_probe);
  REQUIRE_FALSE(over);
  CHECK(over.error().code == ErrorCode::kLimit);
}

TEST_CASE("The start of a body is looked at where that is cheap") {
  static size_t seen;
  const EnvelopeOptions probe{kBtreeNodeMagic, 64 << 20, [](Bytes start) {
                                seen = start.size();
                                return false;
                              }};
  std::vector<ZstdBlock> bomb{{kBody, 0}};
  for (int i = 0; i < 1024; ++i) bomb.push_back({{0}, 128 << 10});
  struct Row {
    const char* what;
    ByteVector frame;
    size_t seen;
  };
  const auto frame = [](const std::vector<ZstdBlock>& blocks, ZstdFrameOptions options) {
    return ZstdFrame(blocks, options);
  };
  const Row rows[] = {
      {"a small window", frame(bomb, {.content_size = {}, .window = 0x38, .dictionary = {}}),
       256 << 10},
      // 2^(10 + 15): memory for nothing.
      {"a window of 32 MiB", frame(bomb, {.content_size = {}, .window = 15 << 3, .dictionary = {}}),
       0},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    seen = 1;
    CHECK_FALSE(DecodeEnvelope(Compressed(row.frame), probe));
    CHECK(seen == row.seen);
  }
}
