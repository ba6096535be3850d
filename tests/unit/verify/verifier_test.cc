// The whole verifier over real checkpoints in memory: whatever the order of the answers and the
// budget, the report and the second document are the same bytes; and a store that fails anywhere
// gives a report, never success.
#include "verify/verifier.h"

#include <algorithm>
#include <filesystem>

#include "support/catch.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "support/memory_source.h"

namespace leafsum::verify {
namespace {

namespace fs = std::filesystem;

test::MemorySource Load(const std::string& directory) {
  return test::MemorySource::Load(leafsum::test::Fixtures() + "/" + directory);
}

struct Outcome {
  std::string report, output;
  int exit_code = -1;
  bool operator==(const Outcome&) const = default;
};

Outcome Run(const std::string& options, const test::Sources& sources, uint64_t seed,
            const std::string& lock = "") {
  Verifier verifier(AsBytes(options));
  for (size_t i = 0; i < sources.size(); ++i) {
    verifier.SetListing(static_cast<uint32_t>(i), sources[i]->Listing());
  }
  if (!lock.empty()) verifier.SetEvidence(AsBytes(lock), false);
  REQUIRE(verifier.error() == "");
  test::Drive(verifier, sources, seed);
  REQUIRE(verifier.error() == "");
  return {report::ToJson(verifier.report()), verifier.output(),
          verifier.report().verdict.exit_code};
}

// Directories of the fixtures that hold a checkpoint, by group.
std::vector<std::string> Cases(const std::string& group) {
  std::vector<std::string> cases;
  for (const auto& entry : fs::directory_iterator(fs::path(leafsum::test::Fixtures()) / group))
    if (fs::is_directory(entry.path() / "ckpt"))
      cases.push_back(group + "/" + entry.path().filename().string() + "/ckpt");
  std::sort(cases.begin(), cases.end());
  REQUIRE(!cases.empty());
  return cases;
}

const std::string kBaseline = "seed000/artifacts/baseline_ckpt",
                  kTampered = "seed000/artifacts/tampered_ckpt";

TEST_CASE("the report is the same bytes for 1,000 orders of answers and budgets") {
  const auto source = Load(kBaseline);
  const Outcome first = Run(R"({"command":"lock"})", {&source}, 0);
  REQUIRE(first.exit_code == 0);
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    const Outcome again = Run(R"({"command":"lock"})", {&source}, seed);
    if (again != first) FAIL("seed " << seed << ": " << again.report);
  }
}

TEST_CASE("every checkpoint gives the same digests in every order") {
  for (const std::string group : {"damaged", "v1", "multiprocess", "manager"}) {
    for (const std::string& name : Cases(group)) {
      const auto source = Load(name);
      const std::string options =
          R"({"command":"digest","all_steps":true,"algorithms":["sha256"]})";
      const Outcome first = Run(options, {&source}, 0);
      for (uint64_t seed = 1; seed <= 3; ++seed) {
        const Outcome again = Run(options, {&source}, seed);
        if (again != first) FAIL(name << ", seed " << seed << ": " << again.report << first.report);
      }
    }
  }
}

TEST_CASE("locked, verified and told from the tampered one") {
  const auto baseline = Load(kBaseline), tampered = Load(kTampered);
  const Outcome locked = Run(R"({"command":"lock"})", {&baseline}, 1);
  REQUIRE(locked.exit_code == 0);
  for (const char* deep : {"true", "false"}) {
    const std::string options = std::string(R"({"command":"verify","deep":)") + deep + "}";
    CHECK(Run(options, {&baseline}, 2, locked.output).exit_code == 0);
    CHECK(Run(options, {&tampered}, 3, locked.output).exit_code == 1);
  }
  const Outcome diff = Run(R"({"command":"diff","source_names":["a","b"],"values":true})",
                           {&baseline, &tampered}, 4);
  CHECK(diff.exit_code == 1);
  CHECK(diff.output.find(R"("first_a":"1.0","first_b":"999.0")") != std::string::npos);
  CHECK(
      Run(R"({"command":"diff","source_names":["a","b"]})", {&baseline, &baseline}, 5).exit_code ==
      0);
}

TEST_CASE("evidence is a lockfile, and nothing else") {
  Verifier verifier(AsBytes(R"({"command":"verify"})"));
  verifier.SetEvidence(AsBytes("{}"), false);
  CHECK(verifier.error().find("lockfile refused") == 0);
  for (const char* options :
       {"", "[]", R"({"command":"destroy"})", R"({"command":"verify","unknown":1})",
        R"({"command":"verify","deep":1})", R"({"command":"diff"})",
        R"({"command":"verify","step":-1})", R"({"command":"verify","fingerprint":"leafsum1:00"})"})
    CHECK(Verifier(AsBytes(options)).error() != "");
}

TEST_CASE("a file that is cut, gone or changed is never a success") {
  const auto source = Load(kBaseline);
  const Outcome locked = Run(R"({"command":"lock"})", {&source}, 1);
  for (const auto& [path, bytes] : source.files()) {
    // Side files and what no leaf depends on may go: the test is about what a verdict rests on.
    const bool needed =
        path == "_METADATA" || path == "manifest.ocdbt" || path.compare(0, 2, "d/") == 0;
    if (!needed) continue;
    for (const size_t keep : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      auto cut = source;
      cut.Find(path)->resize(keep);
      INFO(path << " cut to " << keep);
      CHECK(Run(R"({"command":"verify"})", {&cut}, 7, locked.output).exit_code == 1);
    }
    auto gone = source;
    gone.Remove(path);
    INFO(path << " gone");
    CHECK(Run(R"({"command":"verify"})", {&gone}, 8, locked.output).exit_code == 1);
    for (size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 64) {
      auto flipped = source;
      (*flipped.Find(path))[at] ^= 0x10;
      // Never a crash; what it is called depends on what the bit meant.
      const Outcome outcome = Run(R"({"command":"verify"})", {&flipped}, 9, locked.output);
      CHECK((outcome.exit_code == 0 || outcome.exit_code == 1 || outcome.exit_code == 3));
    }
  }
}

TEST_CASE("a refusal depends on the budget alone") {
  const auto source = Load("orbax/zarr2_sharded_8_devices/ckpt");
  const Outcome small = Run(R"({"command":"digest","max_memory":1000})", {&source}, 0);
  CHECK(small.exit_code == 3);
  CHECK(small.report.find("\"limit\"") != std::string::npos);
  for (uint64_t seed = 1; seed < 20; ++seed)
    CHECK(Run(R"({"command":"digest","max_memory":1000})", {&source}, seed) == small);
}

}  // namespace
}  // namespace leafsum::verify
