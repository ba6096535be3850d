#include "content/leaf_job.h"

#include "content/value_compare.h"
#include "hash/blake3.h"
#include "hash/sha256.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/stored_array.h"

using namespace leafsum;
using namespace leafsum::content;
using test::ArrayForm;
using test::Random;
using test::StoredArray;

namespace {

// Arrays of one job: their files follow one another.
void AddArray(Job& job, test::MemorySource& source, StoredArray a, uint32_t number,
              ArrayTask& out) {
  const std::string prefix = "array" + std::to_string(number) + "/";
  for (ChunkRef& ref : a.task.chunks)
    if (ref.file != kInlineChunk) ref.file += static_cast<uint32_t>(job.files.size());
  for (const std::string& file : a.files) {
    job.files.push_back(prefix + file);
    if (const ByteVector* bytes = a.source.Find(file)) source.Put(prefix + file, *bytes);
  }
  out = std::move(a.task);
}

ArrayForm Form(const char* type, uint64_t rows, uint64_t columns, codec::CodecSpecs codecs) {
  ArrayForm form;
  form.type = type;
  form.shape = {rows, columns};
  form.chunk_shape = {rows, columns};
  form.codecs.bytes_codecs = std::move(codecs);
  form.windowed_zstd = true;
  return form;
}

const codec::CodecSpecs kZstd = {{codec::CodecKind::kZstd, false}};

std::vector<LeafResult> Run(const Job& job, const test::MemorySource& source, uint64_t seed,
                            const Abilities& abilities = test::AllAbilities()) {
  auto results = ParseResults(test::RunJob(Serialize(job), {&source}, seed, abilities));
  REQUIRE(results);
  return *results;
}

}  // namespace

TEST_CASE("A job of many leaves gives the same bytes for every order of answers and every budget") {
  Random random(11);
  Job job;
  job.memory = 64 << 20;
  test::MemorySource source;
  std::vector<ByteVector> contents;
  const char* types[] = {"float32", "r40", "bool", "int4", "complex128"};
  for (uint32_t i = 0; i < 25; ++i) {
    ArrayForm form = Form(types[i % 5], random.Between(1, 20), random.Between(1, 3000),
                          i % 2 ? kZstd : codec::CodecSpecs{});
    form.chunk_shape = {random.Between(1, 20), random.Between(1, 3000)};
    form.absent_one_in = 4;
    form.inline_one_in = i % 3;
    StoredArray a = test::StoreArray(form, random);
    contents.push_back(a.content);
    LeafTask task;
    task.leaf = i;
    task.content()->sha256 = i % 2;
    task.content()->stored = i % 3;
    task.content()->chunk_digests = i % 4;
    AddArray(job, source, std::move(a), i, task.array);
    job.tasks.push_back(std::move(task));
  }
  source.Remove(job.files[job.tasks[20].array.chunks[0].file == kInlineChunk
                              ? 0
                              : job.tasks[20].array.chunks[0].file]);
  const ByteVector first = test::RunJob(Serialize(job), {&source}, 0);
  size_t complete = 0;
  for (const LeafResult& r : Run(job, source, 0)) {
    complete += r.complete;
    CHECK(r.complete == r.findings.empty());
    if (!r.complete) continue;
    CHECK(r.blake3 == hash::Blake3Of(contents[r.leaf]));
    if (r.leaf % 2) CHECK(r.sha256 == hash::Sha256Of(contents[r.leaf]));
  }
  CHECK(complete < job.tasks.size());
  CHECK(complete > 15);
  for (uint64_t seed = 1; seed < 20; ++seed) {
    CAPTURE(seed);
    CHECK(test::RunJob(Serialize(job), {&source}, seed) == first);
  }
}

TEST_CASE("Values are compared element by element however the pieces are cut") {
  for (const char* type : {"r40", "r24", "float32", "complex64"}) {
    Random random(5);
    Job job;
    job.memory = 64 << 20;
    test::MemorySource source;
    ArrayForm form = Form(type, 7, 60001, {});
    StoredArray a = test::StoreArray(form, random);
    // The other side: the same content with some changes, compressed.
    StoredArray b = a;
    b.task.metadata.codecs.bytes_codecs = kZstd;
    const uint32_t item = a.task.metadata.type.itemsize;
    for (size_t at : {size_t{0}, size_t{300001}, b.content.size() / item - 1})
      b.content[at * item + item - 1] ^= 0x40;
    const ByteVector encoded = test::EncodeBytes(kZstd, b.content, true);
    b.source.Put(b.files[0], encoded);
    b.task.chunks[0].offset = 0;
    b.task.chunks[0].length = encoded.size();
    ValueComparer whole(a.task.metadata.type);
    whole.Update(a.content, b.content);
    const ValueDifference expected = whole.Finish();
    CHECK(expected.differing == 3);
    job.tasks.resize(1);
    CompareTask& compare = job.tasks[0].what.emplace<CompareTask>();
    AddArray(job, source, std::move(a), 0, job.tasks[0].array);
    AddArray(job, source, std::move(b), 1, compare.other);
    for (uint64_t seed = 0; seed < 4; ++seed) {
      CAPTURE(type, seed);
      const auto results = Run(job, source, seed);
      REQUIRE(results.size() == 1);
      CHECK(results[0].complete);
      REQUIRE(results[0].difference);
      const ValueDifference& d = *results[0].difference;
      CHECK(d.differing == expected.differing);
      CHECK(d.first_index == 0);
      CHECK(d.first_a == expected.first_a);
      CHECK(d.first_b == expected.first_b);
      CHECK(d.max_abs == expected.max_abs);
      CHECK(d.max_rel == expected.max_rel);
    }
  }
}

TEST_CASE("SHA-256 is the same alone, by the host, and beside other leaves'") {
  Random random(2);
  Job job;
  job.memory = 64 << 20;
  test::MemorySource source;
  std::vector<ByteVector> contents;
  // Below what the host is asked for, above it, more than is kept, and what is kept behind that.
  for (const uint64_t size : {uint64_t{1}, uint64_t{40} << 10, uint64_t{80} << 10,
                              uint64_t{5} << 20, uint64_t{120} << 10}) {
    StoredArray a = test::StoreArray(Form("uint8", 1, size, {}), random);
    contents.push_back(a.content);
    LeafTask task;
    task.leaf = static_cast<uint32_t>(contents.size() - 1);
    task.content()->sha256 = true;
    AddArray(job, source, std::move(a), task.leaf, task.array);
    job.tasks.push_back(std::move(task));
  }
  CHECK(HashesTogether(job));
  const ByteVector together = test::RunJob(Serialize(job), {&source}, 1);
  for (uint64_t seed : {0, 2}) CHECK(test::RunJob(Serialize(job), {&source}, seed) == together);
  for (const LeafResult& r : Run(job, source, 0)) {
    CHECK(r.complete);
    CHECK(r.sha256 == hash::Sha256Of(contents[r.leaf]));
  }
  // One after the other where the module has no more, as core.wasm.
  CHECK(test::RunJob(Serialize(job), {&source}, 1, {}) == together);
  Abilities abilities = test::AllAbilities();
  for (const uint64_t cap : {0, 100 << 10}) {
    abilities.host_digest_cap = cap;
    for (const LeafTask& task : job.tasks) {
      CAPTURE(cap, task.leaf);
      Job one = job;
      one.tasks = {task};
      CHECK_FALSE(HashesTogether(one));
      CHECK(Run(one, source, 0, abilities)[0].sha256 == hash::Sha256Of(contents[task.leaf]));
    }
  }
  // A host's engine is faster than either.
  size_t engines = 0;
  abilities.sha256 = [&] {
    ++engines;
    return hash::MakePortableSha256();
  };
  abilities.sha256_of_all = [](std::span<const ByteVector> messages) {
    CHECK(messages.empty());
    return std::vector<hash::Digest>(messages.size());
  };
  CHECK(JobAsk(job, 1 << 30, false).rare_codecs);
  CHECK_FALSE(JobAsk(job, 1 << 30, true).rare_codecs);
  CHECK(test::RunJob(Serialize(job), {&source}, 1, abilities) == together);
  CHECK(engines > 0);
}

TEST_CASE("Content that is not read has no SHA-256") {
  Random random(2);
  Job job;
  job.memory = 64 << 20;
  test::MemorySource source;
  for (uint32_t i = 0; i < 3; ++i) {
    StoredArray a = test::StoreArray(Form("uint8", 1, 1000, {}), random);
    LeafTask task;
    task.leaf = i;
    task.content()->sha256 = true;
    if (i == 1) task.what = StoredTask{};
    AddArray(job, source, std::move(a), i, task.array);
    job.tasks.push_back(std::move(task));
  }
  source.Remove(job.files.back());
  const auto results = Run(job, source, 0);
  CHECK(results[0].sha256);
  CHECK((results[1].complete && results[1].stored && !results[1].sha256));
  CHECK((!results[2].complete && !results[2].sha256));
}

TEST_CASE("A grant that is too small comes back with one that is enough") {
  Random random(2);
  Job job;
  test::MemorySource source;
  job.memory = 1 << 20;
  StoredArray a = test::StoreArray(Form("float64", 2, 100000, kZstd), random);
  const ByteVector content = a.content;
  job.tasks.resize(1);
  AddArray(job, source, std::move(a), 0, job.tasks[0].array);
  const auto refused = Run(job, source, 1);
  REQUIRE(refused.size() == 1);
  CHECK_FALSE(refused[0].complete);
  CHECK(refused[0].findings.empty());
  REQUIRE(refused[0].memory_needed > job.memory);
  job.memory = refused[0].memory_needed;
  for (int i = 0; i < 3 && !Run(job, source, 1)[0].complete; ++i)
    job.memory = Run(job, source, 1)[0].memory_needed;
  const auto done = Run(job, source, 2);
  REQUIRE(done[0].complete);
  CHECK(done[0].blake3 == hash::Blake3Of(content));
}

TEST_CASE("A job that cannot be read ends at once without results") {
  const Abilities abilities;
  LeafJob job(Bytes{}, abilities);
  CHECK(job.Done());
  const auto results = ParseResults(job.TakeResult());
  REQUIRE(results);
  CHECK(results->empty());
}

TEST_CASE("Answers that nobody asked for are ignored") {
  Random random(2);
  Job job;
  test::MemorySource source;
  job.memory = 16 << 20;
  job.tasks.resize(1);
  StoredArray a = test::StoreArray(Form("uint8", 1, 100, {}), random);
  AddArray(job, source, std::move(a), 0, job.tasks[0].array);
  const Abilities abilities;
  LeafJob machine(Serialize(job), abilities);
  machine.Feed(77, ByteVector(5));
  machine.Fail(78, Failure::kMissing, "");
  const auto asks = machine.Poll(0);
  REQUIRE(asks.size() == 1);
  machine.Feed(asks[0].id, test::Answer(source, asks[0]).bytes);
  CHECK(machine.Done());
  machine.Feed(asks[0].id, ByteVector(100));
  CHECK(machine.Poll(1 << 20).empty());
  CHECK((*ParseResults(machine.TakeResult()))[0].complete);
}

TEST_CASE(
    "Content that takes no reads is hashed with pauses, and an abort would be heard in them") {
  Job job;
  job.memory = 64 << 20;
  job.tasks.resize(1);
  Random random(1);
  ArrayForm form;
  form.type = "uint8";
  form.shape = {100 << 20};
  form.chunk_shape = {50 << 20};
  LeafTask& task = job.tasks[0];
  task.array.metadata = test::MetadataOf(form, random);
  const Abilities abilities;
  LeafJob leaf_job(Serialize(job), abilities);
  size_t pauses = 0;
  for (; leaf_job.Paused(); ++pauses) {
    CHECK_FALSE(leaf_job.Done());
    CHECK(leaf_job.progress() >= (pauses + 1) * (16 << 20));
    CHECK(leaf_job.progress() < (pauses + 2) * (16 << 20));
    CHECK(leaf_job.Poll(1 << 20).empty());
  }
  CHECK(pauses == 6);
  REQUIRE(leaf_job.Done());
  const auto results = ParseResults(leaf_job.TakeResult());
  REQUIRE(results);
  const ByteVector content(100 << 20, task.array.metadata.fill_value[0]);
  CHECK((*results)[0].blake3 == hash::Blake3Of(content));
}
