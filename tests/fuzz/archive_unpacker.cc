// gzip, deflate and zstd as streams: the same content in pieces of every size, and the rest of it
// from every point.
#include <string>
#include <vector>

#include "archive/unpacker.h"
#include "fuzz/fuzz.h"

namespace leafsum::fuzz {
namespace {

using archive::Compression;
using archive::RestartPoint;
using archive::Unpacker;

constexpr size_t kMost = 64 << 10;  // bytes of content that are looked at
constexpr size_t kPoints = 8;

struct Outcome {
  ByteVector content;
  std::vector<RestartPoint> points;
  bool is_done = false, has_failed = false;
};

Outcome All(Unpacker& unpacker, Bytes in, size_t in_step, size_t out_step) {
  Outcome all;
  size_t at = 0, given = std::min(in_step, in.size());
  ByteVector out(out_step);
  while (all.content.size() < kMost) {
    const auto p = unpacker.Unpack(in.subspan(at, given - at), given == in.size(), out);
    FUZZ_CHECK(p.consumed <= given - at && p.produced <= out.size());
    at += p.consumed;
    all.content.insert(all.content.end(), out.begin(),
                       out.begin() + static_cast<ptrdiff_t>(p.produced));
    all.has_failed = p.error.has_value();
    all.is_done = p.is_done;
    if (p.error || p.is_done) break;
    if (p.is_boundary && all.points.size() < kPoints) all.points.push_back(unpacker.Point());
    FUZZ_CHECK(p.consumed > 0 || p.produced > 0 || p.is_boundary || given < in.size());
    if (at == given || (p.consumed == 0 && p.produced == 0))
      given = std::min(given + in_step, in.size());
  }
  return all;
}

bool IsPrefix(Bytes shorter, Bytes longer) {
  return shorter.size() <= longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

std::unique_ptr<Unpacker> Make(size_t kind) {
  if (kind == 2) return archive::MakeUnzstd();
  return archive::MakeInflater(kind == 0 ? Compression::kGzip : Compression::kDeflate);
}

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  const size_t kind = choices.Below(3);
  const size_t in_step = 1 + choices.U16() % 5000, out_step = 1 + choices.U16() % 5000;
  const Bytes in = choices.Rest();
  const auto unpacker = Make(kind);
  const Outcome pieces = All(*unpacker, in, in_step, out_step);
  const Outcome whole = All(*Make(kind), in, in.size(), 64 << 10);
  if (!pieces.has_failed && !whole.has_failed && pieces.is_done && whole.is_done)
    FUZZ_CHECK(pieces.content == whole.content);
  else
    FUZZ_CHECK(IsPrefix(pieces.content, whole.content) || IsPrefix(whole.content, pieces.content));
  FUZZ_CHECK(pieces.is_done == whole.is_done || whole.content.size() >= kMost ||
             pieces.content.size() >= kMost);
  for (const RestartPoint& point : pieces.points) {
    FUZZ_CHECK(point.in <= in.size() && point.out <= pieces.content.size());
    FUZZ_CHECK(unpacker->Restart(point));
    const Outcome rest =
        All(*unpacker, in.subspan(static_cast<size_t>(point.in) - (point.bits != 0 ? 1 : 0)),
            in_step, out_step);
    const Bytes expected = Bytes(pieces.content).subspan(static_cast<size_t>(point.out));
    // Begun in the middle, a gzip member's checksum is not seen.
    FUZZ_CHECK(IsPrefix(expected, rest.content) || IsPrefix(rest.content, expected));
    if (pieces.is_done) FUZZ_CHECK(rest.is_done);
  }
}

}  // namespace leafsum::fuzz
