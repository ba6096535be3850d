#include "content/chunk_stream.h"

#include <numeric>

#include "support/catch.h"
#include "support/encode.h"
#include "support/hex.h"
#include "support/random.h"
#include "support/stored_array.h"

using namespace leafsum;
using namespace leafsum::content;
using codec::CodecKind;

namespace {

// 6 × 50 elements of 3 bytes.
ChunkFormat Format(codec::CodecSpecs codecs) {
  ChunkFormat f;
  f.chunk_shape = {6, 50};
  f.codecs = std::move(codecs);
  f.itemsize = 3;
  f.nbytes = 900;
  f.fill = test::Concat({test::FromHex("010203"), test::FromHex("010203")});
  return f;
}

// The bytes of the elements with the two axes exchanged.
ByteVector Transposed(Bytes content) {
  ByteVector out;
  for (size_t column = 0; column < 50; ++column)
    for (size_t row = 0; row < 6; ++row)
      for (size_t i = 0; i < 3; ++i) out.push_back(content[(row * 50 + column) * 3 + i]);
  return out;
}

struct Pulled {
  ByteVector bytes;
  std::optional<Error> error;
  uint64_t trailing = 0;
};

// Pulls everything in pieces of random sizes, skipping some; skipped bytes are 0xee.
Pulled PullAll(const ChunkFormat& format, Bytes encoded, bool whole, uint64_t seed,
               uint64_t skip_one_in = 0) {
  ReadQueue queue({});
  const test::Exact input(encoded);
  ChunkStream stream(format, std::make_unique<ValueReader>(queue, input.bytes()), whole);
  test::Random random(seed);
  Pulled p;
  std::unique_ptr<codec::Decoder> shared;
  const auto failed = [&](Pull pull) {
    REQUIRE(pull != Pull::kBlocked);
    if (pull == Pull::kFailed) p.error = stream.error();
    return pull == Pull::kFailed;
  };
  uint64_t memory = 0;
  if (failed(stream.MemoryNeeded(memory)) || failed(stream.Load(shared))) return p;
  while (stream.position() < format.nbytes) {
    const uint64_t left = format.nbytes - stream.position();
    const size_t n = static_cast<size_t>(random.Between(1, std::min<uint64_t>(left, 40)));
    ByteVector scratch(static_cast<size_t>(random.Between(1, 64)));
    if (skip_one_in != 0 && random.OneIn(skip_one_in)) {
      p.bytes.resize(p.bytes.size() + n, 0xee);
      if (failed(stream.SkipTo(p.bytes.size(), scratch))) return p;
      continue;
    }
    Bytes out;
    if (failed(stream.Next(n, scratch, out))) return p;
    REQUIRE(out.size() >= 1);
    REQUIRE(out.size() <= n);
    p.bytes.insert(p.bytes.end(), out.begin(), out.end());
    REQUIRE(stream.position() == p.bytes.size());
  }
  failed(stream.Finish(p.trailing));
  return p;
}

const codec::CodecSpecs kChains[] = {
    {},
    {{CodecKind::kZstd, true}},
    {{CodecKind::kZlib, false}},
    {{CodecKind::kCrc32c, false}},
    {{CodecKind::kGzip, false}, {CodecKind::kCrc32c, false}},
    {{CodecKind::kBlosc, false}},
};

}  // namespace

TEST_CASE("Streams, whole chunks and transposed ones give the same bytes in pieces of any size") {
  const ByteVector content = test::Pattern(900);
  for (const codec::CodecSpecs& codecs : kChains) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      CAPTURE(codecs.size(), seed);
      for (const bool whole : {false, true}) {
        const Pulled p =
            PullAll(Format(codecs), test::EncodeBytes(codecs, content, false), whole, seed);
        CHECK_FALSE(p.error);
        CHECK(p.bytes == content);
      }
      ChunkFormat transposed = Format(codecs);
      transposed.transpose = {1, 0};
      const Pulled p =
          PullAll(transposed, test::EncodeBytes(codecs, Transposed(content), false), true, seed);
      CHECK_FALSE(p.error);
      CHECK(p.bytes == content);
    }
  }
}

TEST_CASE("What is skipped is decoded all the same") {
  const ByteVector content = test::Pattern(900);
  for (const codec::CodecSpecs& codecs : kChains) {
    for (const bool whole : {false, true}) {
      for (uint64_t seed = 0; seed < 10; ++seed) {
        const Pulled p =
            PullAll(Format(codecs), test::EncodeBytes(codecs, content, false), whole, seed, 3);
        REQUIRE_FALSE(p.error);
        REQUIRE(p.bytes.size() == content.size());
        size_t skipped = 0;
        for (size_t i = 0; i < content.size(); ++i) {
          if (p.bytes[i] == 0xee)
            ++skipped;
          else
            REQUIRE(p.bytes[i] == content[i]);
        }
        CHECK(skipped > 0);
      }
    }
  }
}

TEST_CASE("Fill repeats its element from any position") {
  const ChunkFormat format = Format({});
  ByteVector scratch(64);
  ChunkStream stream(format);
  CHECK_FALSE(stream.has_reader());
  uint64_t trailing = 0;
  for (uint64_t position : {0, 1, 2, 3, 5, 10, 899}) {
    REQUIRE(stream.SkipTo(position, scratch) == Pull::kBytes);
    Bytes out;
    REQUIRE(stream.Next(7, scratch, out) == Pull::kBytes);
    REQUIRE(!out.empty());
    REQUIRE(out.size() <= std::min<uint64_t>(7, 900 - position));
    for (size_t i = 0; i < out.size(); ++i) CHECK(out[i] == (position + i) % 3 + 1);
  }
  CHECK(stream.Finish(trailing) == Pull::kBytes);
}

TEST_CASE("Every proper prefix of an encoded chunk fails, and every longer one") {
  const ByteVector content = test::Pattern(900);
  for (const codec::CodecSpecs& codecs : kChains) {
    const ByteVector encoded = test::EncodeBytes(codecs, content, false);
    const bool ignored = codecs.size() == 1 && codecs[0].trailing_bytes_ignored;
    for (const bool whole : {false, true}) {
      CAPTURE(codecs.size(), whole);
      for (size_t n = 0; n < encoded.size(); ++n) {
        const Pulled p = PullAll(Format(codecs), Bytes(encoded).first(n), whole, n);
        CAPTURE(n);
        REQUIRE(p.error);
      }
      ByteVector longer = encoded;
      longer.push_back(0);
      const Pulled p = PullAll(Format(codecs), longer, whole, 1);
      CHECK(p.error.has_value() == !ignored);
      CHECK(p.trailing == (ignored ? 1 : 0));
    }
  }
}

TEST_CASE("A chunk of another size than its shape says both sizes") {
  struct Case {
    codec::CodecSpecs codecs;
    size_t size;
    const char* message;
  };
  const codec::CodecSpecs zstd = {{CodecKind::kZstd, false}};
  const Case cases[] = {
      {{}, 899, "the chunk has fewer bytes than its shape"},
      {{}, 901, "the chunk has more bytes than its shape"},
      {zstd, 899, "the chunk decodes to fewer bytes than its shape has"},
      {zstd, 0, "the chunk decodes to fewer bytes than its shape has"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.message, c.size);
    const Pulled p = PullAll(Format(c.codecs),
                             test::EncodeBytes(c.codecs, test::Pattern(c.size), false), false, 1);
    REQUIRE(p.error);
    CHECK(p.error->code == ErrorCode::kInvalid);
    CHECK(p.error->message == c.message);
    CHECK(p.error->expected == "900 bytes");
    CHECK(p.error->actual == std::to_string(c.size) + " bytes");
  }
}

TEST_CASE("A stream is blocked until its bytes are here, and goes on where it was") {
  const ByteVector content = test::Pattern(900);
  for (const codec::CodecSpecs& codecs : kChains) {
    const ByteVector encoded = test::EncodeBytes(codecs, content, false);
    ReadQueue queue({"f"});
    const ChunkFormat format = Format(codecs);
    ChunkStream stream(format, std::make_unique<ValueReader>(queue, 0, 0, 1000, encoded.size(), 64),
                       false);
    CHECK(queue.Poll(1 << 20).empty());  // nothing is asked for before Start
    stream.Start();
    ByteVector got, scratch(50);
    std::vector<Ask> open;
    for (;;) {
      Bytes out;
      uint64_t trailing = 0;
      const bool ended = got.size() == content.size();
      const Pull p = ended ? stream.Finish(trailing) : stream.Next(50, scratch, out);
      if (p == Pull::kBytes && ended) break;
      if (p == Pull::kBytes) {
        REQUIRE(!out.empty());
        got.insert(got.end(), out.begin(), out.end());
        continue;
      }
      REQUIRE(p == Pull::kBlocked);
      for (Ask& ask : queue.Poll(1 << 20)) open.push_back(std::move(ask));
      REQUIRE(!open.empty());
      REQUIRE(open.size() <= 2);  // one piece in use, one ahead
      const Ask ask = open.back();
      open.pop_back();
      REQUIRE(ask.range);
      REQUIRE(ask.range->length <= 64);
      const Bytes bytes = Bytes(encoded).subspan(static_cast<size_t>(ask.range->offset - 1000),
                                                 static_cast<size_t>(ask.range->length));
      std::copy(bytes.begin(), bytes.end(), queue.Reserve(ask.id, bytes.size()).begin());
      REQUIRE(queue.Commit(ask.id, bytes.size()));
    }
    CHECK(got == content);
    CHECK(stream.encoded_position() == encoded.size());
  }
}
