#include "archive/unpacker.h"

#include "archive_writer.h"
#include "gzip_vector.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::archive;
using namespace leafsum::test;

namespace {

std::string Lines() {
  std::string out;
  for (int i = 0; i < 300; ++i) out += std::to_string(i * 7919 % 1009) + "\n";
  return out;
}

ByteVector Gzip() { return FromHex(kGzipVector); }

struct Outcome {
  std::string content;
  std::vector<RestartPoint> points;
  uint64_t used = 0;
  std::string error;
};

// In pieces of `step` bytes in and out.
Outcome All(Unpacker& unpacker, Bytes in, size_t step) {
  Outcome all;
  size_t at = 0, given = std::min(step, in.size());
  for (int n = 0; n < 1'000'000; ++n) {
    ByteVector out(step);
    const auto p = unpacker.Unpack(Exact(in.subspan(at, given - at)), given == in.size(), out);
    at += p.consumed;
    all.content += AsText(Bytes(out).first(p.produced));
    all.used = at;
    if (p.error) {
      all.error = ErrorCodeName(p.error->code);
      return all;
    }
    if (p.is_done) return all;
    if (p.is_boundary) all.points.push_back(unpacker.Point());
    if (at == given || (p.consumed == 0 && p.produced == 0))
      given = std::min(given + step, in.size());
  }
  all.error = "endless";
  return all;
}

// A frame of raw blocks.
std::string Zstd(const std::string& content) {
  const uint32_t head = static_cast<uint32_t>(content.size()) << 3 | 1;
  return Le(0xfd2fb528, 4) + std::string("\0\70", 2) + Le(head, 3) + content;
}

}  // namespace

TEST_CASE("gzip: the content, in pieces of every size, and the same from every point") {
  const ByteVector gzip = Gzip();
  for (const size_t step : {1u, 7u, 100u, 5000u}) {
    CAPTURE(step);
    const auto unpacker = MakeInflater(Compression::kGzip);
    const Outcome all = All(*unpacker, gzip, step);
    CHECK(all.error.empty());
    CHECK(all.content == Lines());
    CHECK(all.used == gzip.size());
    if (step == 5000) CHECK(all.points.size() >= 4);
    bool has_bits = false;
    for (const RestartPoint& point : all.points) {
      has_bits |= point.bits != 0;
      REQUIRE(unpacker->Restart(point));
      const size_t from = static_cast<size_t>(point.in) - (point.bits != 0 ? 1 : 0);
      const Outcome rest = All(*unpacker, Bytes(gzip).subspan(from), step);
      CHECK(rest.error.empty());
      CHECK(rest.content == Lines().substr(static_cast<size_t>(point.out)));
    }
    if (!all.points.empty()) CHECK(has_bits);
  }
}

TEST_CASE("gzip: members one after another, and what follows them") {
  const ByteVector one = Gzip();
  const ByteVector two = Concat({one, one});
  const auto unpacker = MakeInflater(Compression::kGzip);
  const Outcome all = All(*unpacker, two, 1000);
  CHECK(all.content == Lines() + Lines());
  // From the middle of the first into the second.
  REQUIRE(!all.points.empty());
  const RestartPoint& point = all.points.front();
  REQUIRE(unpacker->Restart(point));
  const Outcome rest =
      All(*unpacker, Bytes(two).subspan(static_cast<size_t>(point.in) - (point.bits != 0 ? 1 : 0)),
          1000);
  CHECK(rest.content == (Lines() + Lines()).substr(static_cast<size_t>(point.out)));
  REQUIRE(unpacker->Restart({}));
  const Outcome padded = All(*unpacker, Concat({one, ByteVector(10)}), 5000);
  CHECK(padded.error.empty());
  CHECK(padded.used == one.size());
}

TEST_CASE("gzip: every truncation and every damage is told") {
  const ByteVector gzip = Gzip();
  for (size_t cut = 0; cut < gzip.size(); cut += cut < 20 ? 1 : 13) {
    CAPTURE(cut);
    const auto unpacker = MakeInflater(Compression::kGzip);
    const Outcome part = All(*unpacker, Bytes(gzip).first(cut), 5000);
    CHECK(part.error == "truncated");
    CHECK(Lines().substr(0, part.content.size()) == part.content);
  }
  for (size_t at = 10; at < gzip.size(); at += 11) {
    CAPTURE(at);
    ByteVector changed = gzip;
    changed[at] ^= 0x10;
    CHECK_FALSE(All(*MakeInflater(Compression::kGzip), changed, 5000).error.empty());
  }
}

TEST_CASE("deflate: one raw stream") {
  const ByteVector gzip = Gzip();
  const Bytes raw = Bytes(gzip).subspan(10, gzip.size() - 18);
  const auto unpacker = MakeInflater(Compression::kDeflate);
  const Outcome all = All(*unpacker, Concat({raw, ByteVector(3, 'x')}), 5000);
  CHECK(all.error.empty());
  CHECK(all.content == Lines());
  CHECK(all.used == raw.size());
  CHECK(All(*MakeInflater(Compression::kDeflate), raw.first(raw.size() - 1), 5000).error ==
        "truncated");
}

TEST_CASE("zstd: frames, and a point at each") {
  const std::string two = Zstd("abc") + Le(0x184d2a50, 4) + Le(2, 4) + "xx" + Zstd("defg");
  for (const size_t step : {1u, 5u, 100u}) {
    CAPTURE(step);
    const auto unpacker = MakeUnzstd();
    const Outcome all = All(*unpacker, AsBytes(two), step);
    CHECK(all.error.empty());
    CHECK(all.content == "abcdefg");
    REQUIRE(!all.points.empty());
    CHECK(all.points.front().out == 3);
    for (const RestartPoint& point : all.points) {
      REQUIRE(unpacker->Restart(point));
      CHECK(All(*unpacker, AsBytes(two).subspan(static_cast<size_t>(point.in)), step).content ==
            std::string("abcdefg").substr(static_cast<size_t>(point.out)));
    }
  }
  for (size_t cut = 1; cut < two.size(); ++cut) {
    CAPTURE(cut);
    const Outcome part = All(*MakeUnzstd(), AsBytes(two).first(cut), 100);
    const bool is_between = cut == Zstd("abc").size() || cut == Zstd("abc").size() + 10;
    CHECK(part.error == (is_between ? "" : "truncated"));
  }
  CHECK(All(*MakeUnzstd(), AsBytes(Zstd("abc") + "xxxxxxxx"), 100).error == "invalid");
}
