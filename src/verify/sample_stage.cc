#include "verify/sample_stage.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/decimal.h"
#include "base/sort.h"
#include "base/text.h"
#include "content/kept_chunks.h"
#include "content/stored_digest.h"
#include "hash/blake3.h"
#include "verify/array_task.h"
#include "verify/hash_stage.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

// SplitMix64. An attacker who knows neither the seed nor the draw when the files are written cannot
// aim at the chunks that will not be drawn. The seed comes from the system's generator.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // A number below n, each equally likely.
  uint64_t Below(uint64_t n) {
    const uint64_t uneven = (uint64_t{0} - n) % n;  // 2^64 mod n
    uint64_t v = Next();
    while (v < uneven) v = Next();
    return v % n;
  }

 private:
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  uint64_t state_;
};

std::string Share(double v) { return DoubleText(v, 4); }

}  // namespace

double ChanceToFind(uint64_t total, uint64_t drawn, uint64_t changed) {
  double missed = 1;
  for (uint64_t k = 0; k < changed && missed > 0; ++k)
    missed *= k + drawn >= total
                  ? 0.0
                  : static_cast<double>(total - drawn - k) / static_cast<double>(total - k);
  return 1 - missed;
}

SampleStage::SampleStage(plan::Context& context, const evidence::Lockfile* lock)
    : JobStage(context, {"the worker gave no result for this leaf",
                         "the worker failed: ", "reading this leaf"}),
      lock_(lock) {
  const plan::Scan& scan = context.scans[0];
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < scan.items.size(); ++i) {
    for (size_t l = 0; l < scan.items[i].leaves.size(); ++l) {
      const plan::LeafPlan& leaf = scan.items[i].leaves[l];
      if (leaf.state != plan::LeafPlan::State::kPlanned) continue;
      if (!leaf.in_zarr) chunks.push_back({i, l, 0, leaf.record.nbytes});
      for (size_t c = 0; leaf.in_zarr && c < leaf.chunks.size(); ++c)
        chunks.push_back({i, l, c, leaf.chunks[c].length});
    }
  }
  total_chunks_ = chunks.size();
  Choose(std::move(chunks));
}

// Takes chunks in a random order until there are enough, at least one.
void SampleStage::Choose(std::vector<Chunk> chunks) {
  const plan::Sample& sample = *context_.options.sample;
  Random random(sample.seed);
  const double share = static_cast<double>(sample.millionths.value_or(0)) / 1e6;
  const double wanted = share * static_cast<double>(chunks.size());
  uint64_t bytes = 0;
  size_t n = 0;
  while (n < chunks.size()) {
    if (n > 0 && (sample.bytes ? bytes >= *sample.bytes : static_cast<double>(n) >= wanted)) break;
    std::swap(chunks[n], chunks[n + static_cast<size_t>(random.Below(chunks.size() - n))]);
    bytes += chunks[n++].length;
  }
  chunks.resize(n);
  drawn_chunks_ = n;
  StableSort(chunks, [](const Chunk& a, const Chunk& b) {
    return std::tie(a.item, a.leaf, a.chunk) < std::tie(b.item, b.leaf, b.chunk);
  });
  const plan::Scan& scan = context_.scans[0];
  std::map<std::pair<size_t, orbax::KeyPath>, const evidence::LeafRecord*> evidence;
  for (size_t i = 0; lock_ && i < scan.items.size(); ++i)
    if (const evidence::ItemRecord* item = EvidenceOf(*lock_, scan, scan.items[i]))
      for (const evidence::LeafRecord& record : item->leaves)
        evidence.emplace(std::pair(i, record.key_path), &record);
  uint64_t of_draw = 0;
  for (const Chunk& c : chunks) {
    if (draws_.empty() || draws_.back().item != c.item || draws_.back().leaf != c.leaf) {
      const plan::LeafPlan& leaf = scan.items[c.item].leaves[c.leaf];
      const auto found = evidence.find(std::pair(c.item, leaf.record.key_path));
      const evidence::LeafRecord* expected = found == evidence.end() ? nullptr : found->second;
      Draw draw{c.item, c.leaf, {}, expected, !leaf.in_zarr, false};
      if (!draw.whole && expected && !expected->chunks.empty()) {
        // If the leaf is stored differently now, its content decides, as everywhere.
        draw.by_digest = IsAsLocked(draw);
        draw.whole = !draw.by_digest;
      }
      draws_.push_back(std::move(draw));
      of_draw = 0;
    } else if (!draws_.back().whole && of_draw >= context_.options.segment) {
      Draw more = draws_.back();
      more.chunks.clear();
      draws_.push_back(std::move(more));
      of_draw = 0;
    }
    draws_.back().chunks.push_back(c.chunk);
    of_draw += c.length;
  }
  for (size_t d = 0; d < draws_.size(); ++d)
    Push({d, d + 1, FirstGrant(LeafOf(draws_[d]), context_.options.max_memory)});
}

plan::LeafPlan& SampleStage::LeafOf(const Draw& draw) {
  return context_.scans[0].items[draw.item].leaves[draw.leaf];
}

// Whether the leaf's document and the index and length of every chunk are as locked. If so, a chunk
// with the lockfile's digest decodes to the locked content. The stored digest binds all of these,
// and the lockfile's digests of the chunks let us compute it without reading a chunk (contract §3).
bool SampleStage::IsAsLocked(const Draw& draw) const {
  const plan::Scan& scan = context_.scans[0];
  const plan::ItemScan& item = scan.items[draw.item];
  const plan::LeafPlan& leaf = item.leaves[draw.leaf];
  if (!draw.expected->stored ||
      draw.expected->chunks.size() != leaf.chunks.size() * hash::kBlockValueSize)
    return false;
  content::Job job;
  FileIds file_ids;
  const content::ArrayTask task = MakeArrayTask(scan, item, leaf, job.files, file_ids);
  return content::StoredDigestOf(task, task.chunks, draw.expected->chunks) ==
         *draw.expected->stored;
}

content::Job SampleStage::MakeJob(const Work& work) {
  const Draw& draw = draws_[work.begin];
  const plan::Scan& scan = context_.scans[0];
  const plan::LeafPlan& leaf = LeafOf(draw);
  content::Job job;
  FileIds file_ids;
  content::LeafTask task;
  task.array = MakeArrayTask(scan, scan.items[draw.item], leaf, job.files, file_ids);
  if (draw.whole) {
    job.tasks.push_back(std::move(task));
  } else if (draw.by_digest) {
    task.what.emplace<content::StoredTask>();
    std::vector<content::ChunkRef> chunks;
    chunks.reserve(draw.chunks.size());
    for (const size_t c : draw.chunks) chunks.push_back(task.array.chunks[c]);
    task.array.chunks = std::move(chunks);
    job.tasks.push_back(std::move(task));
  } else {
    const auto& m = leaf.metadata;
    const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
    // Each task gets only the part of the array that its chunk needs; a thousand whole copies would
    // take unbounded memory.
    const std::vector<content::ChunkRef> all = std::exchange(task.array.chunks, {});
    const ByteVector inline_bytes = std::exchange(task.array.inline_bytes, {});
    for (const size_t c : draw.chunks) {
      content::LeafTask one;
      one.leaf = static_cast<uint32_t>(job.tasks.size());
      one.array = task.array;
      content::ChunkRef chunk = all[c];
      if (chunk.file == content::kInlineChunk) {
        one.array.inline_bytes = ToVector(
            Bytes(inline_bytes)
                .subspan(static_cast<size_t>(chunk.offset), static_cast<size_t>(chunk.length)));
        chunk.offset = 0;
      }
      one.array.chunks = {chunk};
      std::vector<std::vector<uint64_t>> axes;
      for (const uint64_t index : zarr::Unravel(leaf.chunks[c].index, grid))
        axes.push_back({index});
      content::KeepChunks(one.array, axes);
      job.tasks.push_back(std::move(one));
    }
  }
  return job;
}

// Takes a draw as a whole: if one of its chunks needs more memory, all are read again.
void SampleStage::TakeAll(const Work& work, const std::vector<content::LeafResult>& results) {
  const Draw& draw = draws_[work.begin];
  if (results.size() != (draw.whole || draw.by_digest ? 1 : draw.chunks.size()))
    return NoResult(work.begin);
  uint64_t needed = 0;
  for (const content::LeafResult& result : results) needed = std::max(needed, result.memory_needed);
  if (RunsAgain(work.begin, work.memory, needed)) return;
  if (needed != 0) return Unread(work.begin, TooLarge(needed));
  for (const content::LeafResult& result : results) Take(work.begin, result);
  Count(draws_[work.begin]);
}

void SampleStage::Unread(size_t piece, Finding finding) { Add(draws_[piece], std::move(finding)); }

void SampleStage::Take(size_t piece, const content::LeafResult& result) {
  const Draw& draw = draws_[piece];
  for (const Finding& finding : result.findings) Add(draw, finding);
  if (!result.complete) return;
  plan::LeafPlan& leaf = LeafOf(draw);
  if (draw.whole) {
    leaf.state = plan::LeafPlan::State::kRead;
    leaf.record.blake3 = result.blake3;
    leaf.record.blocks = result.blocks;
  } else if (draw.by_digest) {
    constexpr size_t kSize = hash::kBlockValueSize;
    bool same = result.chunks.size() == draw.chunks.size() * kSize;
    for (size_t n = 0; same && n < draw.chunks.size(); ++n)
      same = std::equal(
          result.chunks.begin() + static_cast<ptrdiff_t>(n * kSize),
          result.chunks.begin() + static_cast<ptrdiff_t>((n + 1) * kSize),
          draw.expected->chunks.begin() + static_cast<ptrdiff_t>(draw.chunks[n] * kSize));
    if (same || !read_whole_.emplace(draw.item, draw.leaf).second) return;
    Draw whole = draw;
    whole.whole = true;
    Push({draws_.size(), draws_.size() + 1, FirstGrant(leaf, context_.options.max_memory)});
    draws_.push_back(std::move(whole));
  } else {
    ++decoded_chunks_;
  }
}

void SampleStage::Count(const Draw& draw) {
  plan::Scan& scan = context_.scans[0];
  const plan::LeafPlan& leaf = LeafOf(draw);
  if (draw.whole) {
    for (const content::ChunkRef& c : leaf.chunks) bytes_read_ += c.length;
    if (!leaf.in_zarr && leaf.chunks.empty()) bytes_read_ += leaf.record.nbytes;
    return;
  }
  for (const size_t c : draw.chunks) {
    const content::ChunkRef& chunk = leaf.chunks[c];
    bytes_read_ += chunk.length;
    if (chunk.file != content::kInlineChunk)
      scan.coverage.Mark(chunk.file, chunk.offset, chunk.length, plan::ByteClass::kLeaf);
  }
}

void SampleStage::Add(const Draw& draw, Finding finding) {
  plan::Scan& scan = context_.scans[0];
  plan::LeafPlan& leaf = LeafOf(draw);
  if (finding.severity == report::Severity::kError || finding.severity == report::Severity::kGap)
    leaf.state = plan::LeafPlan::State::kNotRead;
  context_.Add(scan, scan.items[draw.item], leaf, std::move(finding));
}

std::string SampleStage::Finish() {
  const uint64_t percent = std::max<uint64_t>(1, (total_chunks_ + 99) / 100);
  const double share = total_chunks_ == 0 ? 0
                                          : 100.0 * static_cast<double>(drawn_chunks_) /
                                                static_cast<double>(total_chunks_);
  Finding f = plan::MakeFinding(
      Code::kSkipped,
      Text("a sample of ", Grouped{drawn_chunks_}, " of ", Grouped{total_chunks_}, " chunks (",
           Share(share), " %) with seed ", context_.options.sample->seed, ", ",
           ByteCount(bytes_read_), " read: it holds a single changed chunk with probability ",
           Share(ChanceToFind(total_chunks_, drawn_chunks_, 1)), ", one of a changed 1 % (",
           Grouped{percent}, ") with ", Share(ChanceToFind(total_chunks_, drawn_chunks_, percent)),
           decoded_chunks_ == 0 ? ""
                                : Text("; ", Grouped{decoded_chunks_},
                                       " of them were only decoded, which finds damage but not "
                                       "changed values: lock with --chunks")));
  f.expected = Text(Grouped{total_chunks_}, " chunks");
  f.actual = Text(Grouped{drawn_chunks_}, " chunks");
  context_.findings.Add(std::move(f));
  return {};
}

}  // namespace leafsum::verify
