// Groups of chunks that exceed the budget: whatever plan they are read by, content, digests and
// findings are the same.
#include <map>

#include "content/content_reader.h"
#include "hash/blake3.h"
#include "hash/sha256.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/queue_machine.h"
#include "support/stored_array.h"
#include "verify/leaf_split.h"

using namespace leafsum;
using namespace leafsum::verify;
using codec::CodecKind;
using test::ArrayForm;
using test::Random;
using test::StoredArray;

namespace {

constexpr uint64_t kMiB = 1 << 20;
const codec::CodecSpecs kRaw, kZstd = {{CodecKind::kZstd, false}},
                              kGzip = {{CodecKind::kGzip, false}};

struct Row {
  const char* type;
  std::vector<uint64_t> shape, chunk;
  codec::CodecSpecs codecs;
  std::vector<uint32_t> transpose;
  std::vector<uint64_t> inner;  // of shards
};

// More than a block each, many chunks side by side.
const Row kTable[] = {
    {"float32", {20, 65536}, {20, 256}, kZstd, {}, {}},   // 1 KiB a run
    {"float32", {20, 65536}, {20, 64}, kGzip, {}, {}},    // four runs a KiB
    {"bfloat16", {23, 81920}, {15, 1000}, kRaw, {}, {}},  // runs of 2000 bytes in lines of 160 KiB
    {"float32", {20, 65533}, {20, 256}, kZstd, {}, {}},   // lines that end anywhere
    {"uint8", {3, 2000001}, {3, 50001}, kRaw, {}, {}},    // lines longer than a piece
    {"bool", {15, 262144}, {6, 4096}, kZstd, {}, {}},     // looked at before it is hashed
    {"r24", {15, 81920}, {15, 1024}, kZstd, {}, {}},      // elements that a piece cuts
    {"float32", {20, 40960}, {20, 512}, kZstd, {1, 0}, {}},  // order F
    {"float32", {8, 48, 2560}, {4, 8, 256}, kZstd, {}, {}},  // two inner axes
    {"float32", {9, 50, 2561}, {9, 7, 300}, kRaw, {}, {}},   // the same, with edges
    {"float64", {4, 9, 16, 1024}, {4, 2, 16, 128}, kZstd, {2, 0, 1, 3}, {}},
    {"float32", {32, 32768}, {32, 8192}, kZstd, {}, {32, 256}},  // shards across
    {"float32", {32, 32768}, {32, 16384}, kRaw, {}, {16, 128}},
};

StoredArray Store(const Row& row, uint64_t seed,
                  const std::function<void(test::StoredValue&)>& change = {}) {
  ArrayForm form;
  form.type = row.type;
  form.shape = row.shape;
  form.chunk_shape = row.chunk;
  form.codecs.transpose = row.transpose;
  form.codecs.bytes_codecs = row.codecs;
  if (!row.inner.empty()) {
    zarr::ShardingSpec shard;
    shard.chunk_shape = row.inner;
    shard.codecs.bytes_codecs = row.codecs;
    form.codecs.bytes_codecs.clear();
    form.codecs.sharding.push_back(shard);
  }
  form.absent_one_in = 7;
  form.windowed_zstd = true;
  Random random(seed);
  return test::StoreArray(form, random, change);
}

content::LeafResult RunTask(const StoredArray& a, content::LeafTask task, uint64_t memory,
                            uint64_t budget, uint64_t seed) {
  content::Job job;
  job.memory = memory;
  job.budget = budget;
  job.files = a.files;
  if (task.array.metadata.shape.empty()) task.array = a.task;
  job.tasks.push_back(std::move(task));
  const auto results =
      content::ParseResults(test::RunJob(content::Serialize(job), {&a.source}, seed));
  REQUIRE(static_cast<bool>(results));
  REQUIRE(results->size() == 1);
  return (*results)[0];
}

// With as much as it says that it needs, as the stages do.
content::LeafResult RunWithin(const StoredArray& a, const content::LeafTask& task, uint64_t budget,
                              uint64_t seed) {
  content::LeafResult result;
  std::optional<uint64_t> memory = std::min(kMiB, budget);
  for (; memory; memory = content::LargerGrant(*memory, result.memory_needed, budget)) {
    result = RunTask(a, task, *memory, budget, seed);
    if (result.memory_needed == 0) break;
  }
  return result;
}

hash::Digest ContentDigest(const StoredArray& a) { return hash::Blake3Of(a.content); }

ByteVector ContentBlocks(const StoredArray& a) {
  hash::BlockHasher hasher(a.content.size());
  hasher.Update(a.content);
  return hasher.blocks();
}

// How a reader goes through an array with all of a budget.
struct Walk {
  content::ContentReader::State end = content::ContentReader::State::kBytes;
  content::ReadPlan plan;
  ByteVector content;                // where it gives that
  uint64_t values = 0;               // bytes of content that it gave as values
  std::map<uint64_t, size_t> reads;  // by offset; all chunks are in one file
};

Walk WalkThrough(const StoredArray& a, uint64_t budget, bool values) {
  content::ReadQueue queue(a.files);
  test::QueueMachine machine{queue};
  test::OpenAsks asks({&a.source}, 0);
  content::ContentReader reader(a.task, queue, budget, nullptr);
  reader.AllowParts(budget, content::MakePartsReader);
  if (values) reader.AllowValues(0, 0);
  Walk walk;
  for (;;) {
    Bytes out;
    walk.end = reader.Next(out);
    if (walk.end == content::ContentReader::State::kBytes) {
      if (reader.unit() == 1) {
        walk.content.resize(walk.content.size() + out.size());
        std::copy(out.begin(), out.end(),
                  walk.content.end() - static_cast<std::ptrdiff_t>(out.size()));
      } else {
        walk.values += content::ContentOf(out.size(), reader.unit());
      }
    } else if (walk.end == content::ContentReader::State::kBlocked) {
      auto polled = machine.Poll(asks.Budget());
      for (const Ask& ask : polled) ++walk.reads[ask.range->offset];
      asks.Add(std::move(polled), asks.Budget());
      test::AnswerAsk(machine, asks, asks.Take());
    } else {
      break;
    }
  }
  walk.plan = reader.plan();
  return walk;
}

void CheckDigests(const StoredArray& a, uint64_t number) {
  content::LeafTask task;
  task.content()->stored = task.content()->chunk_digests = true;
  const content::LeafResult expected = RunTask(a, task, 1024 * kMiB, 0, 0);
  REQUIRE(expected.complete);
  CHECK(expected.blake3 == ContentDigest(a));
  CHECK(expected.blocks == ContentBlocks(a));
  size_t read = 0;
  // SHA-256 takes content, where BLAKE3 may do with values.
  for (const auto& [budget, sha256] : {std::pair(2 * kMiB, false), {4 * kMiB, true}}) {
    CAPTURE(budget, sha256);
    task.content()->sha256 = sha256;
    const content::LeafResult result = RunWithin(a, task, budget, number);
    if (result.memory_needed > budget) continue;
    ++read;
    REQUIRE(result.complete);
    CHECK(result.findings.empty());
    CHECK(result.blake3 == expected.blake3);
    CHECK(result.blocks == expected.blocks);
    CHECK(result.stored == expected.stored);
    CHECK(result.chunks == expected.chunks);
    if (sha256) CHECK(result.sha256 == hash::Sha256Of(a.content));
  }
  CHECK(read >= 1);
}

// `taken`: plans that were taken, by what they keep.
void CheckContent(const StoredArray& a, std::map<std::string, size_t>& taken) {
  for (const uint64_t budget : {kMiB, 4 * kMiB}) {
    for (const bool values : {false, true}) {
      CAPTURE(budget, values);
      const Walk walk = WalkThrough(a, budget, values);
      if (walk.end == content::ContentReader::State::kNeedsMemory) continue;
      REQUIRE(walk.end == content::ContentReader::State::kDone);
      CHECK(walk.plan.memory <= budget);
      CHECK(walk.plan.passes <= content::kMaxPasses);
      CHECK(walk.content.size() + walk.values == a.content.size());
      if (walk.values == 0) CHECK(walk.content == a.content);
      if (walk.plan.columns == 0)
        ++taken["at once"];
      else if (walk.plan.unit > 1)
        ++taken[walk.plan.passes > 1 ? "values in passes" : "values"];
      else
        ++taken[walk.plan.passes > 1 ? "content in passes" : "content"];
    }
  }
}

void CheckRefusal(const StoredArray& a) {
  const content::LeafTask task;
  const uint64_t little = 700 << 10;
  const content::LeafResult refused = RunWithin(a, task, little, 1);
  if (refused.complete) return;
  REQUIRE(refused.memory_needed > little);
  CHECK(RunTask(a, task, little, little, 3).memory_needed == refused.memory_needed);
  // A later group, which this one did not come to, may need some more.
  content::LeafResult result = RunWithin(a, task, refused.memory_needed, 2);
  for (int more = 0; more < 2 && !result.complete; ++more)
    result = RunWithin(a, task, result.memory_needed, 2);
  CHECK(result.blake3 == ContentDigest(a));
}

}  // namespace

// Together, because making the arrays takes longer than any of it.
TEST_CASE(
    "Every plan gives the content and its digests; a refusal says the least budget that is "
    "enough") {
  std::map<std::string, size_t> taken;
  uint64_t number = 0;
  for (const Row& row : kTable) {
    const StoredArray a = Store(row, ++number);
    CAPTURE(number, row.type);
    CheckDigests(a, number);
    CheckContent(a, taken);
    CheckRefusal(a);
  }
  for (const char* plan : {"at once", "values", "content in passes"}) {
    CAPTURE(plan);
    CHECK(taken[plan] >= 3);
  }
}

TEST_CASE(
    "Chunks that are compressed are read again in each pass, others where the last one ended") {
  for (const bool compressed : {false, true}) {
    const StoredArray a =
        Store({"float32", {1024, 2055}, {1024, 100}, compressed ? kZstd : kRaw, {}, {}}, 5);
    const Walk walk = WalkThrough(a, 2 * kMiB, true);  // lines that are not aligned
    REQUIRE(walk.end == content::ContentReader::State::kDone);
    CHECK(walk.content == a.content);
    REQUIRE(walk.plan.passes >= 5);
    REQUIRE(walk.plan.unit == 1);
    size_t begun = 0;
    for (const content::ChunkRef& chunk : a.task.chunks) {
      const auto read = walk.reads.find(chunk.offset);
      REQUIRE(read != walk.reads.end());
      // The heads are looked at before there is a plan.
      if (compressed) CHECK(read->second >= walk.plan.passes);
      begun += read->second;
    }
    if (!compressed) CHECK(begun <= 2 * a.task.chunks.size());
  }
}

TEST_CASE("Segments of a leaf whose rows are read in parts merge to the leaf") {
  for (const uint64_t columns : {uint64_t{65536}, uint64_t{65532}}) {
    const StoredArray a = Store({"float32", {64, columns}, {8, 256}, kZstd, {}, {}}, 3);
    const auto segments = SplitRows(a.task.metadata, 4 * kMiB);
    REQUIRE(segments.size() > 1);
    std::vector<content::LeafResult> results;
    for (const Segment& s : segments) {
      content::LeafTask task;
      task.array = a.task;
      const auto refs = ChunksOfRows(a.task.metadata, a.task.chunks, s.begin, s.read_end);
      task.array.chunks.assign(refs.begin(), refs.end());
      KeepRows(task.array, s.begin, s.read_end);
      task.content()->part = s.part;
      results.push_back(RunWithin(a, task, 2 * kMiB, 1));
      REQUIRE(results.back().complete);
    }
    const content::LeafResult merged =
        MergeContent(a.task, a.task.chunks, segments, results, false);
    CHECK(merged.blake3 == ContentDigest(a));
    CHECK(merged.blocks == ContentBlocks(a));
  }
}

TEST_CASE("One damaged chunk is the same finding by every plan") {
  for (const Row& row : {kTable[0], kTable[3], kTable[8]}) {
    const StoredArray a = Store(row, 4, [](test::StoredValue& v) {
      if (v.index == 11) v.bytes.resize(v.bytes.size() * 2 / 3);
    });
    const content::LeafResult expected = RunTask(a, {}, 1024 * kMiB, 0, 0);
    REQUIRE(expected.findings.size() == 1);
    for (const uint64_t budget : {2 * kMiB, 3 * kMiB}) {
      const content::LeafResult result = RunWithin(a, {}, budget, 1);
      REQUIRE(result.findings.size() == 1);
      CHECK(result.findings[0].code == expected.findings[0].code);
      CHECK(result.findings[0].message == expected.findings[0].message);
      CHECK(result.findings[0].file == expected.findings[0].file);
      CHECK(result.findings[0].offset == expected.findings[0].offset);
    }
  }
}
