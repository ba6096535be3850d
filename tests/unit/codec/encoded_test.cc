// Values by the real writers (tests/campaigns/make_codec_vectors.py), and damage done to them.
#include <map>

#include "base/text.h"
#include "support/catch.h"
#include "support/vectors.h"
#include "unit/codec/run.h"

using namespace leafsum;
using namespace leafsum::codec;
using namespace leafsum::codec::test;

namespace {

struct Case {
  std::string name;
  CodecSpecs specs;
  ByteVector content;
  ByteVector encoded;
};

ByteVector ContentOf(const nlohmann::json& spec) {
  const auto kind = spec["kind"].get<std::string>();
  const auto size = spec["size"].get<size_t>();
  if (kind == "pattern") return leafsum::test::Pattern(size);
  ByteVector out(size);
  if (kind == "zeros") return out;
  if (kind == "counter") {
    for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(i / 20 * 1000 >> (8 * (i % 4)));
    return out;
  }
  REQUIRE(kind == "skewed");
  uint32_t state = 1;
  for (uint8_t& b : out) {
    state = (state * 1103515245u + 12345u) % (1u << 31);
    b = static_cast<uint8_t>((state >> 16) % 16 * ((state >> 20) % 16) / 8);
  }
  return out;
}

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = [] {
    const std::map<std::string, CodecKind> kinds = {
        {"zstd", CodecKind::kZstd},     {"zlib", CodecKind::kZlib}, {"gzip", CodecKind::kGzip},
        {"crc32c", CodecKind::kCrc32c}, {"bz2", CodecKind::kBz2},   {"blosc", CodecKind::kBlosc}};
    std::vector<Case> out;
    const auto vectors = leafsum::test::LoadVectors("codec/encoded.json");
    for (const auto& v : vectors["encoded"]) {
      Case c;
      c.name = v["name"].get<std::string>();
      for (const auto& codec : v["codecs"])
        c.specs.push_back({kinds.at(codec.get<std::string>()), false});
      c.content = ContentOf(v["content"]);
      c.encoded = leafsum::test::FromHex(v["encoded"].get<std::string>());
      out.push_back(std::move(c));
    }
    return out;
  }();
  return cases;
}

}  // namespace

TEST_CASE("Real writers' values decode to their content, however they are cut") {
  REQUIRE(Cases().size() >= 30);
  for (const Case& c : Cases()) {
    const auto decoder = MakeDecoder(
        c.specs, c.content.size());  // one for all: Reset must not leave anything behind
    for (const Pieces& pieces : AllPieces()) {
      if (pieces.out == 1 && c.content.size() > 50000) continue;  // a call for each byte
      CAPTURE(c.name, pieces.in, pieces.out);
      decoder->Reset();
      const Outcome outcome = Run(*decoder, c.encoded, c.content.size(), pieces);
      REQUIRE(outcome.code() == "done");
      CHECK(outcome.trailing == 0);
      CHECK((outcome.bytes == c.content));
    }
  }
}

TEST_CASE("Every proper prefix of a real value fails") {
  for (const Case& c : Cases()) {
    const auto decoder = MakeDecoder(c.specs, c.content.size());
    const size_t step = c.encoded.size() / 400 + 1;
    for (size_t n = 0; n<c.encoded.size(); n += n + 40> c.encoded.size() || n < 40 ? 1 : step) {
      for (const Pieces& pieces : {Pieces{}, Pieces{7, 1000}, Pieces{SIZE_MAX, SIZE_MAX, true}}) {
        CAPTURE(c.name, n, pieces.in);
        decoder->Reset();
        const std::string code =
            Run(*decoder, Bytes(c.encoded).first(n), c.content.size(), pieces).code();
        // Cut bytes look like a wrong checksum where that is what comes last.
        const bool has_crc = c.specs.back().kind == CodecKind::kCrc32c;
        CHECK((code == "truncated" || (has_crc && code == "checksum")));
      }
    }
  }
}

TEST_CASE("One byte after a real value is refused, and so is a byte more than may come out") {
  for (const Case& c : Cases()) {
    for (const Pieces& pieces : AllPieces()) {
      if (pieces.out == 1 && c.content.size() > 50000) continue;  // a call for each byte
      CAPTURE(c.name, pieces.in, pieces.out);
      ByteVector longer = c.encoded;
      longer.push_back(0);
      const std::string code = Run(c.specs, longer, c.content.size(), pieces).code();
      // A crc32c alone passes the byte on before it sees the checksum; in a chain the checksum
      // comes first.
      CHECK(code == (c.specs.size() > 1 && c.specs.back().kind == CodecKind::kCrc32c ? "checksum"
                                                                                     : "invalid"));

      if (c.content.empty()) continue;
      const Outcome capped = Run(c.specs, c.encoded, c.content.size() - 1, pieces);
      REQUIRE(capped.code() == "invalid");
      CHECK(capped.error->message == "decodes to more than " + ByteCount(c.content.size() - 1));
      // Blosc says beforehand how many bytes it holds.
      const bool knows = c.specs.front().kind == CodecKind::kBlosc;
      CHECK(capped.bytes.size() == (knows ? 0 : c.content.size() - 1));
    }
  }
}

TEST_CASE("Flipped bits never give more bytes than asked for, and the same answer for every cut") {
  for (const Case& c : Cases()) {
    if (c.content.size() > 20000) continue;
    const auto decoder = MakeDecoder(c.specs, c.content.size());
    const size_t step = c.encoded.size() / 100 + 1;
    for (size_t bit = 0; bit < c.encoded.size() * 8; bit += step * 8 + 3) {
      ByteVector bad = c.encoded;
      bad[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      CAPTURE(c.name, bit);
      decoder->Reset();
      const Outcome whole = Run(*decoder, bad, c.content.size());
      decoder->Reset();
      const Outcome cut = Run(*decoder, bad, c.content.size(), {11, 50});
      CHECK(whole.code() != "stuck");
      CHECK(whole.bytes.size() <= c.content.size());
      CHECK(whole.code() == cut.code());
      if (whole.error && cut.error) CHECK(whole.error->message == cut.error->message);
      if (c.specs.back().kind == CodecKind::kCrc32c) CHECK(whole.code() == "checksum");
    }
  }
}
