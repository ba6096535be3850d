// Segments of a large leaf: rows and blocks are shared out without gap or overlap, and what the
// segments' jobs give is together what one job gives, to the byte, for every form of array and
// whatever is wrong with it.
#include "verify/leaf_split.h"

#include <numeric>

#include "hash/blake3.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/stored_array.h"

namespace leafsum::verify {
namespace {

using test::ArrayForm;
using test::Random;

constexpr uint64_t kBlock = hash::kBlockSize;

zarr::ArrayMetadata Shaped(std::vector<uint64_t> shape, std::vector<uint64_t> chunk,
                           uint32_t itemsize) {
  zarr::ArrayMetadata m;
  m.type.itemsize = itemsize;
  m.nbytes = itemsize;
  for (const uint64_t n : shape) m.nbytes *= n;
  m.shape = std::move(shape);
  m.chunk_shape = std::move(chunk);
  return m;
}

void CheckSegments(const zarr::ArrayMetadata& m, const std::vector<Segment>& segments) {
  REQUIRE(segments.size() >= 2);
  const uint64_t row = m.nbytes / m.shape[0] * m.chunk_shape[0];
  uint64_t rows = 0, content = 0, owned = 0;
  for (const Segment& s : segments) {
    CHECK(s.begin == rows);
    CHECK(s.end > s.begin);
    CHECK(s.read_end >= s.end);
    CHECK(s.part.begin == content);
    CHECK(s.part.whole == m.nbytes);
    CHECK(s.part.take > 0);
    CHECK(s.begin * row + s.part.skip == content);
    CHECK(s.part.skip < kBlock);
    rows = s.end;
    content += s.part.take;
    owned += s.bytes;
    CHECK((content % kBlock == 0 || content == m.nbytes));
    // It decodes as many rows as it takes and no more.
    CHECK(std::min(s.read_end * row, m.nbytes) >= content);
    CHECK((s.read_end == s.end || (s.read_end - 1) * row < content));
  }
  CHECK(rows == (m.shape[0] + m.chunk_shape[0] - 1) / m.chunk_shape[0]);
  CHECK(content == m.nbytes);
  CHECK(owned == m.nbytes);
}

TEST_CASE("rows and blocks are shared out without gap or overlap") {
  size_t split = 0;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const uint32_t itemsize = 1u << random.Below(4);
    const uint64_t rows = 1 + random.Below(2000), columns = 1 + random.Below(60000);
    const auto m =
        Shaped({rows, columns}, {1 + random.Below(rows), 1 + random.Below(columns)}, itemsize);
    const uint64_t bytes = 1 + random.Below(64u << 20);
    INFO("seed " << seed);
    const auto segments = SplitRows(m, bytes);
    if (segments.empty()) continue;
    ++split;
    CheckSegments(m, segments);
  }
  CHECK(split > 1000);
}

TEST_CASE("sizes at the edge") {
  const auto rows = [](uint64_t n, uint64_t chunk) { return Shaped({n}, {chunk}, 1); };
  CHECK(SplitRows(rows(2 * kBlock - 1, 1000), kBlock).empty());
  CHECK(SplitRows(rows(2 * kBlock, kBlock), kBlock).size() == 2);
  CHECK(SplitRows(rows(2 * kBlock, kBlock), 1).size() == 2);           // one block at least
  CHECK(SplitRows(rows(100 * kBlock, 100 * kBlock), kBlock).empty());  // one chunk
  CHECK(SplitRows(rows(100 * kBlock, 99 * kBlock), kBlock).size() == 2);
  CHECK(SplitRows(rows(3 * kBlock - 1, 3 * kBlock - 100), kBlock)
            .empty());  // no block begins in the last row
  CHECK(SplitRows(Shaped({}, {}, 8), 1).empty());
  CHECK(SplitRows(Shaped({0, 5}, {1, 5}, 8), 1).empty());
  // One element in a chunk, and more of them than may be counted one by one.
  const auto many = rows(uint64_t{1} << 40, 1);
  CheckSegments(many, SplitRows(many, uint64_t{1} << 34));
}

// What a job that is not split gives for this array, and what its segments give.
struct Both {
  content::LeafResult whole, merged;
};

content::LeafResult RunOne(const test::StoredArray& a, content::LeafTask task, uint64_t seed) {
  content::Job job;
  job.memory = 64 << 20;
  job.files = a.files;
  job.tasks.push_back(std::move(task));
  const auto results =
      content::ParseResults(test::RunJob(content::Serialize(job), {&a.source}, seed));
  REQUIRE(static_cast<bool>(results));
  REQUIRE(results->size() == 1);
  return (*results)[0];
}

Both RunBoth(const test::StoredArray& a, uint64_t bytes, uint64_t seed) {
  content::LeafTask task;
  task.content()->stored = task.content()->chunk_digests = true;
  task.array = a.task;
  const auto segments = SplitRows(a.task.metadata, bytes);
  CheckSegments(a.task.metadata, segments);
  const bool in_one_pass = a.task.metadata.codecs.sharding.empty();
  std::vector<content::LeafResult> stored, content;
  for (const Segment& s : segments) {
    for (const bool decodes : {false, true}) {
      content::LeafTask one = task;
      const uint64_t end = decodes ? s.read_end : s.end;
      const auto refs = ChunksOfRows(a.task.metadata, a.task.chunks, s.begin, end);
      one.array.chunks.assign(refs.begin(), refs.end());
      KeepRows(one.array, s.begin, end);
      if (decodes) {
        one.content()->part = s.part;
        one.content()->stored = one.content()->chunk_digests = in_one_pass;
      } else {
        one.what = content::StoredTask{};
      }
      (decodes ? content : stored).push_back(RunOne(a, std::move(one), seed));
    }
  }
  Both both;
  both.whole = RunOne(a, task, seed);
  const content::LeafResult values = MergeStored(a.task, a.task.chunks, segments, stored);
  both.merged = MergeContent(a.task, a.task.chunks, segments, content, in_one_pass);
  if (values.complete && both.merged.complete) {
    CHECK(values.stored == both.whole.stored);
    CHECK(values.chunks == both.whole.chunks);
    if (!in_one_pass) both.merged.stored = values.stored, both.merged.chunks = values.chunks;
  }
  return both;
}

std::vector<ArrayForm> Forms() {
  std::vector<ArrayForm> forms;
  const auto add = [&](std::vector<uint64_t> shape, std::vector<uint64_t> chunk) -> ArrayForm& {
    ArrayForm f;
    f.shape = std::move(shape);
    f.chunk_shape = std::move(chunk);
    return forms.emplace_back(std::move(f));
  };
  add({3100, 1000}, {100, 1000});  // rows below a block
  add({3100, 1000}, {1300, 1000}).codecs.bytes_codecs = {{codec::CodecKind::kZstd}};
  add({3100, 1000}, {700, 300});                        // cut across
  add({4096, 1024}, {1024, 1024});                      // a row is a block
  add({40, 60, 1100}, {1, 7, 1100}).absent_one_in = 3;  // groups below axis 0
  add({3100, 1000}, {700, 1000}).codecs.transpose = {1, 0};
  ArrayForm& shards = add({3200, 1000}, {800, 1000});
  zarr::ShardingSpec spec;
  spec.chunk_shape = {100, 500};
  shards.codecs.sharding.push_back(spec);
  shards.empty_one_in = 4;
  return forms;
}

TEST_CASE("segments give together what one job gives") {
  Random random(7);
  for (const ArrayForm& form : Forms()) {
    const test::StoredArray a = test::StoreArray(form, random);
    INFO("shape " << form.shape[0] << ", chunk " << form.chunk_shape[0]);
    for (const uint64_t bytes : {kBlock, kBlock + 1}) {
      const auto [whole, merged] = RunBoth(a, bytes, bytes);
      CHECK(whole.complete);
      CHECK(merged.complete);
      CHECK(merged.blake3 == whole.blake3);
      CHECK(merged.blocks == whole.blocks);
      CHECK(merged.stored == whole.stored);
      CHECK(merged.chunks == whole.chunks);
      CHECK(merged.findings.size() == whole.findings.size());
    }
  }
}

TEST_CASE("one damaged chunk is told as it would be without segments, wherever it lies") {
  for (const ArrayForm& form : {Forms()[0], Forms()[1]}) {
    const uint64_t rows = (form.shape[0] + form.chunk_shape[0] - 1) / form.chunk_shape[0];
    for (uint64_t damaged = 0; damaged < rows; damaged += 1 + rows / 8) {
      Random random(11);
      const test::StoredArray a = test::StoreArray(form, random, [&](test::StoredValue& v) {
        if (v.index == damaged) v.bytes.resize(v.bytes.size() / 2);
      });
      const auto [whole, merged] = RunBoth(a, kBlock, 3);
      INFO("chunk " << damaged);
      CHECK(!whole.complete);
      CHECK(!merged.complete);
      REQUIRE(whole.findings.size() == 1);
      REQUIRE(merged.findings.size() == 1);
      CHECK(merged.findings[0].code == whole.findings[0].code);
      CHECK(merged.findings[0].message == whole.findings[0].message);
      CHECK(merged.findings[0].file == whole.findings[0].file);
      CHECK(merged.findings[0].offset == whole.findings[0].offset);
    }
  }
}

TEST_CASE(
    "bytes behind frames are told once for each chunk, also of those that two segments read") {
  ArrayForm form = Forms()[1];
  form.chunk_shape = {100, 1000};  // ten in a block: whole ones are read twice
  form.codecs.bytes_codecs[0].trailing_bytes_ignored = true;
  Random random(13);
  const test::StoredArray a = test::StoreArray(
      form, random, [](test::StoredValue& v) { v.bytes.resize(v.bytes.size() + 3); });
  const auto [whole, merged] = RunBoth(a, kBlock, 1);
  REQUIRE(merged.findings.size() == whole.findings.size());
  CHECK(whole.findings.size() == 31);
  for (size_t i = 0; i < whole.findings.size(); ++i) {
    CHECK(merged.findings[i].code == whole.findings[i].code);
    CHECK(merged.findings[i].message == whole.findings[i].message);
    CHECK(merged.findings[i].offset == whole.findings[i].offset);
  }
}

TEST_CASE("there are never more segments than can be held") {
  const auto huge = Shaped({uint64_t{1} << 60}, {uint64_t{1} << 20}, 1);
  const auto segments = SplitRows(huge, kBlock);
  CHECK(segments.size() <= 4097);
  CheckSegments(huge, segments);
}

TEST_CASE("a result that lacks something is a finding, not a success") {
  const auto m = Shaped({4 * kBlock}, {kBlock}, 1);
  const auto segments = SplitRows(m, kBlock);
  content::ArrayTask array;
  array.metadata = m;
  std::vector<content::ChunkRef> refs{{0, 0, 0, 10}};
  std::vector<content::LeafResult> results(segments.size());
  for (content::LeafResult& r : results) r.complete = true;
  for (const content::LeafResult& merged : {MergeStored(array, refs, segments, results),
                                            MergeContent(array, refs, segments, results, false)}) {
    CHECK(!merged.complete);
    REQUIRE(merged.findings.size() == 1);
    CHECK(merged.findings[0].code == report::Code::kUnreadable);
  }
  results[1].complete = false;
  results[1].memory_needed = 77;
  CHECK(MergeContent(array, refs, segments, results, false).memory_needed == 77);
}

}  // namespace
}  // namespace leafsum::verify
