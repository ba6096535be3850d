#include "readers/companion.h"

#include <string>

#include "support/catch.h"

namespace leafsum::readers {
namespace {

TEST_CASE("a companion is what contract §11.3 lists, and nothing else") {
  struct Row {
    const char* path;
    bool as_file, otherwise;
  };
  const Row rows[] = {
      {"README", true, false},
      {"README.md", true, false},
      {"LICENSE-2.0.txt", true, false},
      {"NOTICE", true, false},
      {".gitattributes", true, false},
      {".gitignore", true, false},
      {".git/config", true, true},
      {".git/objects/0a/1b", true, true},
      {".github/workflows/ci.yml", true, true},
      {".cache/huggingface/download/d/1.metadata", true, true},
      {"ckpt.leafsum.json", true, false},
      {"ckpt.leafsum.json.sigstore.json", true, false},
      {"model.sig", true, false},
      {"SHA256SUMS", true, false},
      {"SHA256SUMS.asc", true, false},
      {"commit_success.txt", true, false},
      {"5/default/commit_success.txt", true, false},
      {"d/abc.__lock", true, false},
      {"manifest.ocdbt.__lock", true, false},
      {"state/.DS_Store", true, false},
      // Of another place, or not quite of that name.
      {"state/README.md", false, false},
      {"README/x", false, false},
      {"readme.md", false, false},
      {"state/ckpt.leafsum.json", false, false},
      {"5/model.sig", false, false},
      {"model.sig.bak", false, false},
      {".git", false, false},
      {"state/.git/config", false, false},
      {".gitmodules", false, false},
      {".cache/other/x", false, false},
      {".cache/huggingface", false, false},
      {"x/.gitignore", false, false},
      {"commit_success.txt.bak", false, false},
      {"my_commit_success.txt", false, false},
      {"__lock", false, false},
      {"config.json", false, false},
      {"_METADATA", false, false},
      {"", false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(IsCompanion(row.path, true) == row.as_file);
    CHECK(IsCompanion(row.path, false) == row.otherwise);
  }
}

TEST_CASE("the companion directory that a path lies in") {
  CHECK(CompanionDirectory(".git/_METADATA") == ".git/");
  CHECK(CompanionDirectory(".cache/huggingface/a/b") == ".cache/huggingface/");
  CHECK(CompanionDirectory("x/.git/config").empty());
  CHECK(CompanionDirectory("README.md").empty());
}

}  // namespace
}  // namespace leafsum::readers
