// Signed files against real checkpoints in memory: what a manifest says about files, and files
// about leaves, in every order of answers.
#include <functional>

#include "base/byte_writer.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "verify/verifier.h"

namespace leafsum::verify {
namespace {

using hash::FileAlgorithm;

const std::string kBase = "model-signing/orbax-a";
const std::string kData = "d/2a84b96675ba52bff54149f8ef4b1c48";

test::MemorySource Load(const std::string& directory = kBase) {
  return test::MemorySource::Load(test::Fixtures() + "/" + directory);
}

struct Rules {
  FileAlgorithm algorithm = FileAlgorithm::kSha256;
  uint64_t shard = 0;
  bool allow_symlinks = false;
  std::vector<std::string> ignore;
};

bool IsBelow(const std::string& path, const std::vector<std::string>& rules) {
  return std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
    return path == rule || path.starts_with(rule + "/");
  });
}

// The manifest that a signer makes of these files.
ByteVector Manifest(const test::MemorySource& source, const Rules& rules = {}) {
  std::vector<std::pair<std::string, const ByteVector*>> files;
  for (const auto& [path, bytes] : source.files())
    if (!IsBelow(path, rules.ignore) && path != "model.sig" && (rules.shard == 0 || !bytes.empty()))
      files.emplace_back(path, &bytes);
  ByteWriter w;
  w.U8(static_cast<uint8_t>(rules.algorithm)).Varint(rules.shard).U8(rules.allow_symlinks);
  w.Varint(rules.ignore.size());
  for (const std::string& rule : rules.ignore) w.Sized(rule);
  w.Varint(files.size());
  for (const auto& [path, bytes] : files) {
    w.Sized(path);
    if (rules.shard > 0) w.Varint(bytes->size());
    ByteVector digests;
    for (Bytes rest = *bytes; digests.empty() || !rest.empty();) {
      const Bytes part =
          rules.shard == 0
              ? rest
              : rest.first(static_cast<size_t>(std::min<uint64_t>(rest.size(), rules.shard)));
      const auto hash = hash::MakeFileHash(rules.algorithm, {});
      hash->Update(part);
      const ByteVector digest = hash->Finish();
      digests.insert(digests.end(), digest.begin(), digest.end());
      rest = rest.subspan(part.size());
    }
    w.Sized(Bytes(digests));
  }
  return w.Release();
}

struct Run {
  std::string options = R"({"command":"verify","bundle":{"name":"model.sig","path":"model.sig"}})";
  uint64_t seed = 0;
  std::string lock = {};
  std::function<void(std::vector<FileEntry>&, std::vector<Link>&)> listing = {};
};

std::string Report(const test::MemorySource& source, const ByteVector& manifest,
                   const Run& run = {}) {
  Verifier verifier(AsBytes(run.options));
  verifier.SetFiles(test::Exact(Bytes(manifest)));
  std::vector<FileEntry> listing = source.Listing();
  std::vector<Link> links;
  if (run.listing) run.listing(listing, links);
  verifier.SetListing(0, std::move(listing), std::move(links));
  if (!run.lock.empty()) verifier.SetEvidence(AsBytes(run.lock), true);
  REQUIRE(verifier.error() == "");
  test::Drive(verifier, {&source}, run.seed);
  REQUIRE(verifier.error() == "");
  return report::ToJson(verifier.report());
}

bool Has(const std::string& report, const std::string& text) {
  return report.find(text) != report.npos;
}

}  // namespace

TEST_CASE("Files equal to the signed ones prove their leaves, by every algorithm") {
  const auto source = Load();
  for (const FileAlgorithm algorithm :
       {FileAlgorithm::kSha256, FileAlgorithm::kBlake2b, FileAlgorithm::kBlake3})
    for (const uint64_t shard :
         {uint64_t{0}, uint64_t{1}, uint64_t{64}, uint64_t{1000}, uint64_t{1} << 40}) {
      const ByteVector manifest = Manifest(source, {algorithm, shard, false, {}});
      const std::string first = Report(source, manifest);
      CAPTURE(first);
      CHECK(Has(first, "VERIFIED: 12 files equal to model.sig, 5 leaves"));
      CHECK(Has(first, "\"findings\":[]"));
      for (uint64_t seed = 1; seed <= 20; ++seed)
        CHECK(Report(source, manifest, {.seed = seed}) == first);
    }
}

TEST_CASE("A changed byte anywhere is never VERIFIED, and names its file") {
  const auto source = Load();
  const ByteVector manifest = Manifest(source);
  for (const auto& [path, bytes] : source.files()) {
    if (path == "model.sig") continue;
    for (const size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      if (at >= bytes.size()) continue;
      auto changed = source;
      (*changed.Find(path))[at] ^= 1;
      CAPTURE(path, at);
      const std::string report = Report(changed, manifest);
      CHECK(Has(report, "\"verdict\":\"MISMATCH\""));
      CHECK(Has(report, "\"file\":\"" + path + "\""));
    }
  }
  // The shard that differs.
  auto changed = source;
  (*changed.Find("_METADATA"))[1100] ^= 1;
  CHECK(Has(Report(changed, Manifest(source, {FileAlgorithm::kSha256, 1000, false, {}})),
            "\"file\":\"_METADATA\",\"offset\":1000"));
}

TEST_CASE("Which leaves lie in a file that differs") {
  const auto source = Load();
  const ByteVector manifest = Manifest(source);
  const std::string file = "ocdbt.process_0/d/be699ab6749c8e838add7d6816a492ee";
  auto changed = source;
  (*changed.Find(file))[0] ^= 1;
  const std::string report = Report(changed, manifest);
  CAPTURE(report);
  CHECK(Has(report, "1 of 5 leaves differs from model.sig"));
  CHECK(Has(report, "\"key_path\":[\"params\",\"Dense_0\",\"kernel\"],\"file\":\"" + file));
}

TEST_CASE("Files that are missing or that nobody signed") {
  const auto source = Load();
  const ByteVector manifest = Manifest(source);
  const std::string allow =
      R"({"command":"verify","allow_extra":true,"allow_missing":true,"bundle":{"name":"b"}})";
  auto missing = source;
  missing.Remove("_sharding");
  CHECK(Has(Report(missing, manifest), "1 error: missing-file at _sharding"));
  CHECK(Has(Report(missing, manifest, {.options = allow}), "\"exit_code\":0"));
  auto extra = source;
  extra.Put("params.extra", {1});
  CHECK(Has(Report(extra, manifest), "1 error: unknown-file at params.extra"));
  CHECK(Has(Report(extra, manifest, {.options = allow}), "\"exit_code\":0"));
  // What is allowed to be extra proves no leaf.
  const ByteVector without = Manifest(source, {FileAlgorithm::kSha256, 0, false, {kData}});
  ByteWriter w;  // the same without its rule
  w.Raw(Bytes(without).first(3)).Varint(0).Raw(Bytes(without).subspan(4 + 1 + kData.size()));
  const std::string report = Report(source, w.bytes(), {.options = allow});
  CAPTURE(report);
  CHECK(Has(report, "\"exit_code\":3"));
  CHECK(Has(report, "0 of 5 leaves are covered by b"));
}

TEST_CASE("What a signer left out is left out, and never proves a leaf") {
  auto source = Load();
  for (const char* path : {".gitattributes", ".git/HEAD", ".github/x/y.yml", ".gitignore"})
    source.Put(path, {1});
  const ByteVector manifest = Manifest(Load());
  const std::string report = Report(source, manifest);
  CAPTURE(report);
  CHECK(Has(report, "VERIFIED"));
  CHECK(Has(report, "\"ignored\":4"));
  CHECK(Has(report, "4 files (4 B) are left out by the rules of model.sig"));
  for (const char* path : {"a/.git", "a/.gitignore", ".gitx", ".gitignore/x", "model.sig/x"}) {
    auto extra = Load();
    if (std::string(path).starts_with("model.sig/")) extra.Remove("model.sig");
    extra.Put(path, {1});
    CAPTURE(path);
    CHECK(Has(Report(extra, manifest),
              std::string(path) == ".gitignore/x" ? "VERIFIED" : "unknown-file"));
  }
  // Rules are paths, not patterns, and hide no byte that a leaf needs from the verdict.
  for (const char* rule : {"d", "manifest.ocdbt", "_METADATA", "ocdbt.process_0"}) {
    const std::string hidden =
        Report(Load(), Manifest(Load(), {FileAlgorithm::kSha256, 0, false, {rule}}));
    CAPTURE(hidden);
    CHECK(Has(hidden, "\"exit_code\":3"));
    CHECK(Has(hidden, "of 5 leaves are covered by model.sig"));
    CHECK(Has(hidden, std::string("its rule ") + rule + " ignores it"));
  }
}

TEST_CASE("A signature that is not good is no evidence, whatever the files are") {
  const auto source = Load();
  const ByteVector manifest = Manifest(source);
  const std::string options =
      R"({"command":"verify","bundle":{"name":"b","problem":{"message":"not by this key"}}})";
  const std::string report = Report(source, manifest, {.options = options});
  CAPTURE(report);
  CHECK(Has(report, "\"verdict\":\"UNTRUSTED\""));
  CHECK(Has(report, "not by this key"));
  auto changed = source;
  (*changed.Find(kData))[0] ^= 1;
  CHECK(Has(Report(changed, manifest, {.options = options}), "\"verdict\":\"MISMATCH\""));
}

TEST_CASE("A lockfile among the signed files is trusted through them") {
  auto source = Load();
  Verifier locker(AsBytes(R"({"command":"lock"})"));
  locker.SetListing(0, source.Listing());
  test::Drive(locker, {&source}, 0);
  const std::string lock = locker.output();
  REQUIRE(!lock.empty());
  source.Put("ckpt.leafsum.json", ToVector(AsBytes(lock)));
  const std::string with_path =
      R"({"command":"verify","bundle":{"name":"b","path":"model.sig","lock_path":"ckpt.leafsum.json"}})";
  for (const uint64_t shard : {uint64_t{0}, uint64_t{100}}) {
    const ByteVector manifest = Manifest(source, {FileAlgorithm::kSha256, shard, false, {}});
    const std::string report = Report(source, manifest, {.options = with_path, .lock = lock});
    CAPTURE(report);
    CHECK(Has(report, "VERIFIED: 13 files equal to b, 5 leaves equal"));
  }
  // Data that the signer left out is proved by the signed lockfile, and the headline says by what.
  const ByteVector hides =
      Manifest(source, {FileAlgorithm::kSha256, 0, false, {"d", "ocdbt.process_0"}});
  const std::string partly = Report(source, hides, {.options = with_path, .lock = lock});
  CAPTURE(partly);
  CHECK(Has(partly, "5 leaves equal to the lockfile (the signature covers 0 of them)"));
  // Another lockfile than the signed one, one that is not signed, one under a bad signature.
  const ByteVector manifest = Manifest(source);
  std::string other = lock;
  other.insert(other.size() - 1, " ");
  CHECK(Has(Report(source, manifest, {.options = with_path, .lock = other}), "UNTRUSTED"));
  const ByteVector unsigned_lock =
      Manifest(source, {FileAlgorithm::kSha256, 0, false, {"ckpt.leafsum.json"}});
  CHECK(Has(Report(source, unsigned_lock, {.options = with_path, .lock = lock}), "UNTRUSTED"));
  const std::string bad =
      R"({"command":"verify","bundle":{"name":"b","path":"model.sig","lock_path":"ckpt.leafsum.json","problem":{"message":"bad"}}})";
  CHECK(Has(Report(source, manifest, {.options = bad, .lock = lock}), "UNTRUSTED"));
}

TEST_CASE("Links count as the signature has it") {
  const auto source = Load();
  const auto linked = [](std::vector<FileEntry>& listing, std::vector<Link>&) {
    for (FileEntry& entry : listing) entry.linked = entry.path == kData;
  };
  const auto unfollowed = [](std::vector<FileEntry>& listing, std::vector<Link>& links) {
    for (FileEntry& entry : listing)
      if (entry.path == kData) {
        entry.kind = FileEntry::Kind::kSymlink;
        entry.size = 0;
        links.push_back({kData, "", false, false});
      }
  };
  for (const bool allowed : {false, true}) {
    const ByteVector manifest = Manifest(source, {FileAlgorithm::kSha256, 0, allowed, {}});
    const std::string report = Report(source, manifest, {.listing = linked});
    CAPTURE(report);
    CHECK(Has(report, allowed ? "VERIFIED" : "\"exit_code\":3"));
    CHECK(Has(report, "symlink") == !allowed);
    CHECK_FALSE(Has(Report(source, manifest, {.listing = unfollowed}), "VERIFIED"));
  }
  // Files again, behind a link to a directory of the source.
  auto again = source;
  for (const auto& [path, bytes] : source.files())
    if (path.starts_with("array_metadatas/")) again.Put("also" + path.substr(15), bytes);
  const auto behind = [](std::vector<FileEntry>& listing, std::vector<Link>& links) {
    for (FileEntry& entry : listing) entry.linked = entry.path.starts_with("also/");
    links.push_back({"also", "array_metadatas", true, true});
  };
  const ByteVector allowed = Manifest(source, {FileAlgorithm::kSha256, 0, true, {}});
  CHECK_FALSE(Has(Report(again, allowed, {.listing = behind}), "does not name this"));
  CHECK(Has(Report(again, Manifest(source), {.listing = behind}), "does not name this"));
}

TEST_CASE("A store that fails gives a gap, never success") {
  auto source = Load();
  const ByteVector manifest = Manifest(source);
  source.Refuse(kData, {Failure::kUnreadable, "denied"});
  CHECK_FALSE(Has(Report(source, manifest), "VERIFIED"));
  source = Load();
  source.Refuse("commit_success.txt", {Failure::kChanged, ""});
  const std::string report = Report(source, manifest);
  CAPTURE(report);
  CHECK(Has(report, "\"exit_code\":3"));
}

}  // namespace leafsum::verify
