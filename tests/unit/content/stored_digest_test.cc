#include "content/stored_digest.h"

#include "base/text.h"
#include "content/leaf_job.h"
#include "hash/sha256.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/vectors.h"
#include "zarr/chunk_grid.h"

using namespace leafsum;
using namespace leafsum::content;

namespace {

struct Vector {
  std::string name;
  ArrayTask task;
  std::vector<std::string> files;
  test::MemorySource source;
  ByteVector content;
  std::string blake3, sha256, stored, chunks;
};

ByteVector ContentOf(const nlohmann::json& content) {
  if (content.is_string()) return test::FromHex(content.get<std::string>());
  return test::Pattern(content["pattern"].get<size_t>());
}

// The leaves that the vectors have a store for: a file per chunk, or inline.
std::vector<Vector> LoadVectors(bool in_files) {
  std::vector<Vector> out;
  const auto vectors = test::LoadVectors("digest.json");
  for (const auto& leaf : vectors["leaves"]) {
    if (!leaf.contains("store") || leaf["store"].is_null()) continue;
    Vector v;
    v.name = leaf["name"];
    const auto& store = leaf["store"];
    const auto& keys = store["keys"];
    v.task.document_name = keys.contains("zarr.json") ? "zarr.json" : ".zarray";
    v.task.document = test::FromHex(keys[v.task.document_name].get<std::string>());
    auto metadata = v.task.document_name == "zarr.json" ? zarr::ParseZarrJson(v.task.document)
                                                        : zarr::ParseZarray(v.task.document);
    CAPTURE(v.name);
    REQUIRE(metadata);
    v.task.metadata = std::move(*metadata);
    uint64_t index = 0;
    for (const auto& key : store["chunk_keys"]) {
      ChunkRef ref;
      ref.index = index++;
      const std::string name = key;
      const auto grid = zarr::GridShape(v.task.metadata.shape, v.task.metadata.chunk_shape);
      CHECK(zarr::ParseChunkKey(v.task.metadata.key_encoding, grid, name) == ref.index);
      if (!keys.contains(name)) continue;
      const ByteVector bytes = test::FromHex(keys[name].get<std::string>());
      ref.length = bytes.size();
      if (in_files) {
        ref.file = static_cast<uint32_t>(v.files.size());
        v.files.push_back(name);
        v.source.Put(name, bytes);
      } else {
        ref.offset = v.task.inline_bytes.size();
        v.task.inline_bytes.insert(v.task.inline_bytes.end(), bytes.begin(), bytes.end());
      }
      v.task.chunks.push_back(ref);
    }
    v.content = ContentOf(leaf["content"]);
    v.blake3 = leaf["digest"]["blake3"];
    v.sha256 = leaf["digest"]["sha256"];
    v.stored = store["stored"];
    v.chunks = store["chunks"];
    out.push_back(std::move(v));
  }
  return out;
}

LeafResult RunTask(const Vector& v, LeafTask task, uint64_t seed) {
  task.array = v.task;
  Job job;
  job.memory = 8 << 20;
  job.files = v.files;
  job.tasks.push_back(std::move(task));
  auto results = ParseResults(test::RunJob(Serialize(job), {&v.source}, seed));
  REQUIRE(results);
  REQUIRE(results->size() == 1);
  CHECK(results->front().findings.empty());
  return results->front();
}

std::string Stored(const std::optional<hash::Digest>& digest) {
  return digest ? "blake3:" + hash::ToHex(*digest) : "none";
}

}  // namespace

TEST_CASE("Stored digests and digests of content are those of the vectors") {
  for (const bool in_files : {false, true}) {
    const auto vectors = LoadVectors(in_files);
    REQUIRE(vectors.size() >= 15);
    for (const Vector& v : vectors) {
      for (uint64_t seed : {0, 1, 2}) {
        CAPTURE(v.name, in_files, seed);
        LeafTask everything;
        everything.leaf = 7;
        everything.what = ContentTask{true, true, true, {}, {}};
        const LeafResult r = RunTask(v, everything, seed);
        CHECK(r.leaf == 7);
        CHECK(r.complete);
        REQUIRE(r.blake3);
        CHECK(hash::ToHex(*r.blake3) == v.blake3);
        REQUIRE(r.sha256);
        CHECK(hash::ToHex(*r.sha256) == v.sha256);
        CHECK(Stored(r.stored) == v.stored);
        CHECK(Base64(r.chunks) == v.chunks);

        LeafTask stored_only;
        stored_only.what = StoredTask{};
        const LeafResult s = RunTask(v, stored_only, seed);
        CHECK(s.complete);
        CHECK_FALSE(s.blake3);
        CHECK(Stored(s.stored) == v.stored);
        CHECK(Base64(s.chunks) == v.chunks);
      }
    }
  }
}

TEST_CASE("Where the expected stored digest matches nothing is decoded, else the content decides") {
  for (const Vector& v : LoadVectors(true)) {
    CAPTURE(v.name);
    LeafTask task;
    task.content()->stored = true;
    const LeafResult first = RunTask(v, task, 3);
    task.content()->expected_stored = first.stored;
    const LeafResult matched = RunTask(v, task, 4);
    CHECK(matched.complete);
    CHECK(matched.stored_matched);
    CHECK_FALSE(matched.blake3);
    (*task.content()->expected_stored)[31] ^= 1;
    const LeafResult decoded = RunTask(v, task, 5);
    CHECK(decoded.complete);
    CHECK_FALSE(decoded.stored_matched);
    REQUIRE(decoded.blake3);
    CHECK(hash::ToHex(*decoded.blake3) == v.blake3);
    CHECK(Stored(decoded.stored) == v.stored);
  }
}

TEST_CASE("Every byte of document and chunks, and every place, is in the stored digest") {
  const auto vectors = LoadVectors(false);
  const auto v = std::find_if(vectors.begin(), vectors.end(),
                              [](const Vector& x) { return x.task.chunks.size() >= 2; });
  REQUIRE(v != vectors.end());
  const auto digest = [](const ArrayTask& task) {
    ReadQueue queue({});
    StoredPass pass(task, queue, false);
    REQUIRE(pass.Advance() == StoredPass::State::kDone);
    return hash::ToHex(pass.Finish());
  };
  const std::string right = digest(v->task);
  CHECK("blake3:" + right == v->stored);
  for (size_t i = 0; i < v->task.inline_bytes.size(); ++i) {
    ArrayTask t = v->task;
    t.inline_bytes[i] ^= 1;
    CHECK(digest(t) != right);
  }
  for (size_t i = 0; i < v->task.document.size(); ++i) {
    ArrayTask t = v->task;
    t.document[i] ^= 1;
    CHECK(digest(t) != right);
  }
  ArrayTask t = v->task;
  t.document_name = t.document_name == ".zarray" ? "zarr.json" : ".zarray";
  CHECK(digest(t) != right);
  t = v->task;
  t.chunks.back().index += 1;
  CHECK(digest(t) != right);
  t = v->task;
  t.chunks.pop_back();
  CHECK(digest(t) != right);
}

TEST_CASE("A value that cannot be read ends the pass with its file and offset") {
  ArrayTask task;
  task.metadata.shape = task.metadata.chunk_shape = {4};
  task.document_name = ".zarray";
  task.chunks = {{0, 0, 10, 30}};
  Job job;
  job.memory = 1 << 20;
  job.files = {"d/f"};
  job.tasks.resize(1);
  job.tasks[0].what = StoredTask{};
  task.metadata.type.name = "uint8";
  task.metadata.fill_value = {0};
  task.metadata.nbytes = task.metadata.chunk_nbytes = 4;
  job.tasks[0].array = task;
  struct Case {
    const char* what;
    test::MemorySource source;
    report::Code code;
  };
  std::vector<Case> cases = {
      {"missing", {}, report::Code::kMissingFile},
      {"short", test::MemorySource({{"d/f", ByteVector(39)}}), report::Code::kTruncated},
      {"unreadable", {}, report::Code::kUnreadable},
      {"changed", {}, report::Code::kChangedDuringRead}};
  cases[2].source.Refuse("d/f", {Failure::kUnreadable, "EIO"});
  cases[3].source.Refuse("d/f", {Failure::kChanged, ""});
  for (const Case& c : cases) {
    CAPTURE(c.what);
    auto results = ParseResults(test::RunJob(Serialize(job), {&c.source}, 1));
    REQUIRE(results);
    REQUIRE(results->size() == 1);
    CHECK_FALSE((*results)[0].complete);
    CHECK_FALSE((*results)[0].stored);
    REQUIRE((*results)[0].findings.size() == 1);
    const report::Finding& f = (*results)[0].findings[0];
    CHECK(f.code == c.code);
    CHECK(f.file == "d/f");
    CHECK(f.offset == 10);
  }
}
