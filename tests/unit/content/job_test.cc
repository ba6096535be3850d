#include "content/job.h"

#include "base/byte_writer.h"
#include "support/catch.h"
#include "support/hex.h"

using namespace leafsum;
using namespace leafsum::content;

namespace {

hash::Digest Filled(uint8_t byte) {
  hash::Digest d;
  d.fill(byte);
  return d;
}

ArrayTask SomeArray() {
  ArrayTask a;
  a.source = 1;
  zarr::ArrayMetadata& m = a.metadata;
  m.shape = {300, 4};
  m.chunk_shape = {128, 4};
  m.type = {"complex64", 8, 4, 0xff, false};
  m.codecs.transpose = {1, 0};
  m.codecs.big_endian = true;
  zarr::ShardingSpec shard;
  shard.chunk_shape = {4, 64};
  shard.codecs.transpose = {1, 0};
  shard.codecs.big_endian = true;
  shard.codecs.bytes_codecs = {{codec::CodecKind::kZstd, true}, {codec::CodecKind::kCrc32c, false}};
  shard.index_codecs = {{codec::CodecKind::kCrc32c, false}};
  shard.index_big_endian = true;
  shard.index_at_end = false;
  m.codecs.sharding.push_back(shard);
  m.key_encoding = {true, '.'};
  m.fill_value = ByteVector(8, 5);
  m.nbytes = 300 * 4 * 8;
  m.chunk_nbytes = 128 * 4 * 8;
  a.key_prefix = "params.w/";
  a.document_name = "zarr.json";
  a.document = {1, 2, 3};
  a.chunks = {{0, 0, uint64_t{1} << 40, 100}, {2, kInlineChunk, 1, 3}};
  a.inline_bytes = {9, 8, 7, 6};
  return a;
}

Job SomeJob() {
  Job job;
  job.memory = 123456789;
  job.files = {"d/1", "ocdbt.process_0/d/2"};
  LeafTask t;
  t.leaf = 70000;
  t.array = SomeArray();
  t.what = ContentTask{true, true, true, Filled(3), ContentPart{1, 2, 0, 0, true, 5}};
  job.tasks = {t, LeafTask{}, t, t};
  job.tasks[1].array.metadata.fill_value = {0};
  job.tasks[1].array.metadata.nbytes = job.tasks[1].array.metadata.chunk_nbytes = 1;
  job.tasks[2].what = StoredTask{};
  job.tasks[3].what = CompareTask{SomeArray()};
  return job;
}

std::vector<LeafResult> SomeResults() {
  LeafResult r;
  r.leaf = 5;
  r.complete = r.stored_matched = true;
  r.memory_needed = uint64_t{1} << 33;
  r.blake3 = Filled(1);
  r.sha256 = Filled(2);
  r.stored = Filled(3);
  r.blocks = ByteVector(64, 4);
  r.chunks = ByteVector(32, 5);
  r.difference = ValueDifference{9, 100, "1.0", "nan", 2.5, 0.25};
  report::Finding f(report::Code::kTruncated);
  f.file = "d/1";
  f.offset = 77;
  f.expected = "8 bytes";
  f.actual = "7 bytes";
  f.message = "text";
  r.findings = {f, report::Finding(report::Code::kTrailingBytes)};
  return {r, LeafResult{}};
}

// Every proper prefix, and one byte more than all, is refused.
template <class Parse>
void CheckEnds(const ByteVector& whole, Parse parse) {
  REQUIRE(parse(test::Exact(whole)));
  for (size_t n = 0; n < whole.size(); ++n) {
    const auto r = parse(test::Exact(Bytes(whole).first(n)));
    CAPTURE(n);
    REQUIRE_FALSE(r);
    CHECK((r.error().code == ErrorCode::kTruncated ||
           r.error().message.find("cannot fit") != std::string::npos));
  }
  ByteVector longer = whole;
  longer.push_back(0);
  CHECK_FALSE(parse(test::Exact(longer)));
}

}  // namespace

TEST_CASE("Jobs come back as they were") {
  const Job job = SomeJob();
  const ByteVector bytes = Serialize(job);
  const auto parsed = ParseJob(test::Exact(bytes));
  REQUIRE(parsed);
  CHECK(Serialize(*parsed) == bytes);
  CHECK(parsed->memory == job.memory);
  CHECK(parsed->files == job.files);
  const auto& tasks = parsed->tasks;
  REQUIRE(tasks.size() == 4);
  CHECK(tasks[0].leaf == 70000);
  const ContentTask* t = tasks[0].content();
  REQUIRE(t);
  CHECK((t->sha256 && t->stored && t->chunk_digests));
  CHECK(t->expected_stored == Filled(3));
  REQUIRE(t->part);
  CHECK((t->part->skip == 1 && t->part->take == 2 && t->part->hand_out && t->part->owned == 5));
  REQUIRE(tasks[1].content());
  CHECK_FALSE(tasks[1].content()->expected_stored);
  CHECK_FALSE(tasks[1].content()->part);
  CHECK_FALSE((tasks[2].content() || tasks[2].comparison()));
  REQUIRE(tasks[3].comparison());
  for (const ArrayTask* a :
       {&tasks[0].array, &tasks[2].array, &tasks[3].array, &tasks[3].comparison()->other}) {
    const ArrayTask expected = SomeArray();
    CHECK(a->source == 1);
    CHECK(a->metadata.shape == expected.metadata.shape);
    CHECK(a->metadata.chunk_shape == expected.metadata.chunk_shape);
    CHECK(a->metadata.type == expected.metadata.type);
    CHECK(a->metadata.codecs.transpose == expected.metadata.codecs.transpose);
    CHECK(a->metadata.codecs.big_endian);
    REQUIRE(a->metadata.codecs.sharding.size() == 1);
    const zarr::ShardingSpec &s = a->metadata.codecs.sharding[0],
                             &e = expected.metadata.codecs.sharding[0];
    CHECK(s.chunk_shape == e.chunk_shape);
    CHECK(s.codecs.transpose == e.codecs.transpose);
    CHECK(s.codecs.big_endian);
    CHECK(s.codecs.bytes_codecs == e.codecs.bytes_codecs);
    CHECK(s.index_codecs == e.index_codecs);
    CHECK(s.index_big_endian);
    CHECK_FALSE(s.index_at_end);
    CHECK(a->metadata.key_encoding.is_default);
    CHECK(a->metadata.key_encoding.separator == '.');
    CHECK(a->metadata.fill_value == expected.metadata.fill_value);
    CHECK(a->metadata.nbytes == expected.metadata.nbytes);
    CHECK(a->metadata.chunk_nbytes == expected.metadata.chunk_nbytes);
    CHECK(a->key_prefix == expected.key_prefix);
    CHECK(a->document_name == expected.document_name);
    CHECK(a->document == expected.document);
    REQUIRE(a->chunks.size() == 2);
    CHECK(a->chunks[0].offset == uint64_t{1} << 40);
    CHECK(a->chunks[1].file == kInlineChunk);
    CHECK(a->chunks[1].index == 2);
    CHECK(a->chunks[1].length == 3);
    CHECK(a->inline_bytes == expected.inline_bytes);
  }
}

TEST_CASE("Results come back as they were") {
  const ByteVector bytes = Serialize(SomeResults());
  const auto parsed = ParseResults(test::Exact(bytes));
  REQUIRE(parsed);
  CHECK(Serialize(*parsed) == bytes);
  REQUIRE(parsed->size() == 2);
  const LeafResult &r = (*parsed)[0], expected = SomeResults()[0], &empty = (*parsed)[1];
  CHECK(r.leaf == 5);
  CHECK((r.complete && r.stored_matched));
  CHECK(r.memory_needed == expected.memory_needed);
  CHECK(r.blake3 == expected.blake3);
  CHECK(r.sha256 == expected.sha256);
  CHECK(r.stored == expected.stored);
  CHECK(r.blocks == expected.blocks);
  CHECK(r.chunks == expected.chunks);
  REQUIRE(r.difference);
  CHECK(r.difference->differing == 9);
  CHECK(r.difference->first_index == 100);
  CHECK(r.difference->first_a == "1.0");
  CHECK(r.difference->first_b == "nan");
  CHECK(r.difference->max_abs == 2.5);
  CHECK(r.difference->max_rel == 0.25);
  REQUIRE(r.findings.size() == 2);
  CHECK(r.findings[0] == expected.findings[0]);
  CHECK(r.findings[1] == expected.findings[1]);
  CHECK_FALSE(
      (empty.complete || empty.stored_matched || empty.blake3 || empty.sha256 || empty.stored));
  CHECK_FALSE(empty.difference);
}

TEST_CASE("Jobs and results that are cut or too long are refused") {
  CheckEnds(Serialize(SomeJob()), ParseJob);
  CheckEnds(Serialize(SomeResults()), ParseResults);
}

TEST_CASE("Any byte of a job may be wrong: it is refused or read, and nothing else happens") {
  const ByteVector whole = Serialize(SomeJob());
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      ByteVector damaged = whole;
      damaged[i] ^= static_cast<uint8_t>(1 << bit);
      if (const auto job = ParseJob(test::Exact(damaged)))
        CHECK(job->files.size() <= damaged.size());
    }
  }
  const ByteVector results = Serialize(SomeResults());
  for (size_t i = 0; i < results.size(); ++i) {
    ByteVector damaged = results;
    damaged[i] ^= 0xff;
    if (const auto r = ParseResults(test::Exact(damaged))) CHECK(r->size() <= damaged.size());
  }
}

TEST_CASE("What readers of a job rely on is checked") {
  struct Case {
    const char* what;
    void (*spoil)(ArrayTask&);
  };
  const Case cases[] = {
      {"rank", [](ArrayTask& a) { a.metadata.chunk_shape.pop_back(); }},
      {"rank over the limit",
       [](ArrayTask& a) {
         a.metadata.shape.assign(33, 1);
         a.metadata.chunk_shape.assign(33, 1);
         a.metadata.codecs = {};
         a.metadata.nbytes = a.metadata.chunk_nbytes = 8;
       }},
      {"chunk of nothing", [](ArrayTask& a) { a.metadata.chunk_shape[1] = 0; }},
      {"itemsize",
       [](ArrayTask& a) {
         a.metadata.type.itemsize = 0;
         a.metadata.fill_value.clear();
       }},
      {"fill value", [](ArrayTask& a) { a.metadata.fill_value.pop_back(); }},
      {"unit of byte order", [](ArrayTask& a) { a.metadata.type.swap_size = 3; }},
      {"size of content", [](ArrayTask& a) { a.metadata.nbytes += 8; }},
      {"size of a chunk", [](ArrayTask& a) { a.metadata.chunk_nbytes = 8; }},
      {"size overflows", [](ArrayTask& a) { a.metadata.chunk_shape = {uint64_t{1} << 62, 4}; }},
      {"transpose of another rank", [](ArrayTask& a) { a.metadata.codecs.transpose = {0}; }},
      {"transpose that is none", [](ArrayTask& a) { a.metadata.codecs.transpose = {1, 1}; }},
      {"inner transpose that is none",
       [](ArrayTask& a) { a.metadata.codecs.sharding[0].codecs.transpose = {2, 0}; }},
      {"two shardings",
       [](ArrayTask& a) { a.metadata.codecs.sharding.push_back(a.metadata.codecs.sharding[0]); }},
      {"inner chunk of nothing",
       [](ArrayTask& a) { a.metadata.codecs.sharding[0].chunk_shape[0] = 0; }},
      {"inner chunk that does not divide",
       [](ArrayTask& a) { a.metadata.codecs.sharding[0].chunk_shape = {4, 60}; }},
      {"inner rank", [](ArrayTask& a) { a.metadata.codecs.sharding[0].chunk_shape = {4}; }},
      {"file", [](ArrayTask& a) { a.chunks[0].file = 2; }},
      {"range over 64 bits", [](ArrayTask& a) { a.chunks[0].offset = ~uint64_t{0} - 98; }},
      {"inline range", [](ArrayTask& a) { a.chunks[1].length = 4; }},
      {"inline offset", [](ArrayTask& a) { a.chunks[1].offset = 5; }},
      {"order of chunks", [](ArrayTask& a) { a.chunks[1].index = 0; }},
      {"chunk outside the grid", [](ArrayTask& a) { a.chunks[1].index = 3; }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    Job job = SomeJob();
    c.spoil(job.tasks[0].array);
    const auto parsed = ParseJob(Serialize(job));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::kInvalid);
    Job other = SomeJob();
    c.spoil(std::get<CompareTask>(other.tasks[3].what).other);
    CHECK_FALSE(ParseJob(Serialize(other)));
  }
  REQUIRE(ParseJob(Serialize(SomeJob())));
}

TEST_CASE("Shards within shards end somewhere") {
  Job job = SomeJob();
  zarr::CodecChain nested = job.tasks[0].array.metadata.codecs;
  for (int depth = 0; depth < 200; ++depth) {
    zarr::CodecChain outer;
    outer.sharding.resize(1);
    outer.sharding[0].codecs = std::move(nested);
    nested = std::move(outer);
  }
  job.tasks[0].array.metadata.codecs = std::move(nested);
  const auto parsed = ParseJob(Serialize(job));
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::kLimit);
}
