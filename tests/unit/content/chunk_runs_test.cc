#include "content/chunk_runs.h"

#include <algorithm>
#include <string>

#include "support/catch.h"

using leafsum::content::ChunkRuns;
using leafsum::content::Run;

namespace {

using Index = std::vector<uint64_t>;
constexpr uint32_t kItem = 3;

std::string Text(const Index& v) {
  std::string out = "[";
  for (uint64_t x : v) out += std::to_string(x) + " ";
  return out + "]";
}

uint64_t Product(const Index& v) {
  uint64_t n = 1;
  for (uint64_t x : v) n *= x;
  return n;
}

// Where element number `linear` lies, by division alone.
struct Place {
  uint64_t chunk = 0;
  uint64_t position = 0;
};
Place PlaceOf(uint64_t linear, const Index& shape, const Index& chunk) {
  Index at(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    at[d] = linear % shape[d];
    linear /= shape[d];
  }
  Place p;
  for (size_t d = 0; d < shape.size(); ++d) {
    p.chunk = p.chunk * ((shape[d] + chunk[d] - 1) / chunk[d]) + at[d] / chunk[d];
    p.position = p.position * chunk[d] + at[d] % chunk[d];
  }
  p.position *= kItem;
  return p;
}

// What is wrong with the runs of this array; "" where nothing is.
std::string Check(const Index& shape, const Index& chunk) {
  ChunkRuns runs(shape, chunk, kItem);
  const uint64_t elements = Product(shape);
  Index grid(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) grid[d] = (shape[d] + chunk[d] - 1) / chunk[d];
  if (runs.empty() != (elements == 0)) return "empty()";
  if (elements == 0) return runs.NextGroup() ? "a group of nothing" : "";
  std::vector<bool> seen(static_cast<size_t>(Product(grid)));
  uint64_t next = 0, groups = 0;
  do {
    ++groups;
    Index ends(static_cast<size_t>(runs.slots()));
    for (uint64_t slot = 0; slot < runs.slots(); ++slot) {
      const uint64_t index = runs.ChunkIndex(slot);
      if (index >= seen.size() || seen[static_cast<size_t>(index)])
        return "a chunk twice, or none of the grid";
      seen[static_cast<size_t>(index)] = true;
    }
    Run run;
    while (runs.NextRun(run)) {
      if (run.slot >= runs.slots() || run.bytes == 0 || run.bytes % kItem != 0) return "run";
      uint64_t& end = ends[static_cast<size_t>(run.slot)];
      if (run.position < end) return "a slot goes back";
      end = run.position + run.bytes;
      for (uint64_t i = 0; i < run.bytes; i += kItem, ++next) {
        if (next >= elements) return "too many elements";
        const Place p = PlaceOf(next, shape, chunk);
        if (p.chunk != runs.ChunkIndex(run.slot))
          return "element " + std::to_string(next) + ": chunk";
        if (p.position != run.position + i) return "element " + std::to_string(next) + ": position";
      }
    }
    if (std::count(ends.begin(), ends.end(), 0u) != 0) return "a chunk without a run";
  } while (runs.NextGroup());
  if (next != elements) return "too few elements";
  if (groups * runs.slots() != seen.size()) return "chunks without a group";
  return "";
}

// The same for what Narrow leaves of the groups of this array, in windows of `width` chunks and
// bands of `height` lines.
std::string CheckNarrowed(const Index& shape, const Index& chunk, uint64_t width, uint64_t height) {
  ChunkRuns runs(shape, chunk, kItem);
  if (runs.empty()) return "";
  uint64_t begin = 0;
  do {
    std::vector<Run> all;
    uint64_t offset = 0;
    for (Run run; runs.NextRun(run); offset += run.bytes) {
      if (run.offset != offset) return "offset";
      all.push_back(run);
    }
    if (runs.Begin() != begin) return "begin";
    begin += offset;
    if (runs.lines() * runs.line_bytes() != offset) return "lines";
    for (uint64_t line = 0; line < runs.lines(); line += height) {
      for (uint64_t slot = 0, n = 0; slot < runs.slots(); slot += n) {
        n = std::min(width, runs.columns() - slot % runs.columns());
        runs.Narrow(slot, n, line, line + height);
        Run run;
        for (const Run& expected : all) {
          const uint64_t of = expected.offset / runs.line_bytes();
          if (expected.slot < slot || expected.slot >= slot + n || of < line || of >= line + height)
            continue;
          if (!runs.NextRun(run) || run.slot != expected.slot ||
              run.position != expected.position || run.bytes != expected.bytes ||
              run.offset != expected.offset)
            return "a run of a window";
        }
        if (runs.NextRun(run)) return "too many runs of a window";
      }
    }
  } while (runs.NextGroup());
  return "";
}

// Counts `v` up through digits low…high; false after the last.
bool Count(Index& v, uint64_t low, uint64_t high) {
  for (size_t d = v.size(); d-- > 0;) {
    if (++v[d] <= high) return true;
    v[d] = low;
  }
  return false;
}

}  // namespace

TEST_CASE("Every element of every small array comes once and in order") {
  for (size_t rank = 0; rank <= 4; ++rank) {
    const uint64_t largest = rank <= 2 ? 6 : rank == 3 ? 4 : 3;
    Index shape(rank, 0);
    do {
      Index chunk(rank, 1);
      do {
        const std::string wrong = Check(shape, chunk);
        if (!wrong.empty())
          FAIL("shape " << Text(shape) << " chunks " << Text(chunk) << ": " << wrong);
      } while (Count(chunk, 1, largest + 1));
    } while (Count(shape, 0, largest));
  }
  SUCCEED();
}

TEST_CASE("Windows and bands together have every run of their group") {
  for (size_t rank = 1; rank <= 4; ++rank) {
    const uint64_t largest = rank <= 2 ? 5 : 3;
    Index shape(rank, 1);
    do {
      Index chunk(rank, 1);
      do {
        for (uint64_t width = 1; width <= 3; ++width) {
          const std::string wrong = CheckNarrowed(shape, chunk, width, 4 - width);
          if (!wrong.empty())
            FAIL("shape " << Text(shape) << " chunks " << Text(chunk) << " by " << width << ": "
                          << wrong);
        }
      } while (Count(chunk, 1, largest + (rank < 4)));
    } while (Count(shape, 1, largest));
  }
  SUCCEED();
}

TEST_CASE("A byte of the content is found in the last group that begins before it") {
  for (const auto& [shape, chunk] : std::vector<std::pair<Index, Index>>{{{}, {}},
                                                                         {{10}, {3}},
                                                                         {{10}, {20}},
                                                                         {{5, 6}, {2, 4}},
                                                                         {{5, 6}, {1, 4}},
                                                                         {{3, 4, 5}, {1, 1, 2}},
                                                                         {{3, 4, 5}, {1, 3, 5}},
                                                                         {{2, 3, 1}, {1, 1, 1}}}) {
    // Where each group begins, by its runs.
    ChunkRuns runs(shape, chunk, kItem);
    std::vector<uint64_t> begins;
    uint64_t bytes = 0;
    do {
      begins.push_back(bytes);
      for (Run run; runs.NextRun(run);) bytes += run.bytes;
    } while (runs.NextGroup());
    for (uint64_t position = 0; position < bytes; ++position) {
      const auto after = std::upper_bound(begins.begin(), begins.end(), position);
      INFO(Text(shape) << " " << Text(chunk) << " at " << position);
      CHECK(runs.StartAt(position) == *(after - 1));
      CHECK(runs.group() == static_cast<uint64_t>(after - begins.begin() - 1));
    }
  }
  // Its bytes would not fit in 64 bits times the chunk.
  ChunkRuns wide({10, uint64_t{1} << 30}, {uint64_t{1} << 40, 1}, 1);
  CHECK(wide.StartAt(uint64_t{9} << 30) == 0);
}

TEST_CASE("The example of the header") {
  ChunkRuns runs({5, 6}, {2, 4}, 1);
  REQUIRE(runs.slots() == 2);
  const std::vector<std::vector<uint64_t>> expected = {{0, 0, 4}, {1, 0, 2}, {0, 4, 4}, {1, 4, 2}};
  Run run;
  for (const auto& e : expected) {
    REQUIRE(runs.NextRun(run));
    CHECK(std::vector<uint64_t>{run.slot, run.position, run.bytes} == e);
  }
  CHECK_FALSE(runs.NextRun(run));
  REQUIRE(runs.NextGroup());
  CHECK(runs.ChunkIndex(1) == 3);
}

TEST_CASE("As few runs as can be: whole chunks along the first axis are one") {
  ChunkRuns runs({10, 4, 3}, {4, 4, 3}, 2);
  std::vector<uint64_t> bytes;
  Run run;
  do {
    while (runs.NextRun(run)) bytes.push_back(run.bytes);
  } while (runs.NextGroup());
  CHECK(bytes == std::vector<uint64_t>{96, 96, 48});
}

TEST_CASE("Groups too large to count are said to be so") {
  const uint64_t large = uint64_t{1} << 33;
  CHECK(ChunkRuns({4, large, large}, {2, 1, 1}, 4).slots() == ~uint64_t{0});
  CHECK(ChunkRuns({4, large, large - 1}, {1, 1, 1}, 4).slots() == 1);
  CHECK(ChunkRuns({4, large}, {2, 1}, 4).slots() == large);
}
