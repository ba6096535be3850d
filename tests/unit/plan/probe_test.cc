// Sources without a listing: the same digests as with one, and what a listing alone shows is not
// claimed.
#include "plan/probe.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "orbax/key_path.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "verify/verifier.h"

namespace leafsum::plan {

namespace fs = std::filesystem;
using nlohmann::json;

struct Outcome {
  std::string error, report, output;
};

Outcome Run(const json& options, const test::MemorySource& source, bool listed, uint64_t seed = 0) {
  const std::string text = options.dump();
  verify::Verifier verifier(AsBytes(text));
  if (listed) verifier.SetListing(0, source.Listing());
  REQUIRE(verifier.error() == "");
  test::Drive(verifier, {&source}, seed);
  if (!verifier.error().empty()) return {verifier.error(), "", ""};
  return {"", report::ToJson(verifier.report()), verifier.output()};
}

// Directories that hold one checkpoint, not a root of steps: nothing says which steps there are.
std::vector<std::string> Sources() {
  std::vector<std::string> out;
  for (const std::string group : {"orbax", "v1", "multiprocess", "damaged", "zarr"})
    for (const auto& entry : fs::directory_iterator(fs::path(test::Fixtures()) / group))
      if (fs::is_directory(entry.path() / "ckpt")) out.push_back((entry.path() / "ckpt").string());
  std::sort(out.begin(), out.end());
  REQUIRE(out.size() > 50);
  return out;
}

bool IsRoot(const test::MemorySource& source) {
  return orbax::FindLayout(source.Listing(), {}).is_root;
}

// Only files that a reference or a rule names can be found: of a bare directory of arrays, or of
// one without any of the names that make an item, nothing is.
bool CanBeFound(const test::MemorySource& source) {
  const auto layout = orbax::FindLayout(source.Listing(), {});
  return !layout.items.empty() &&
         std::none_of(layout.items.begin(), layout.items.end(), [&](const orbax::Item& item) {
           return item.kind == orbax::ItemKind::kBareZarr &&
                  !source.Find(item.directory + ".zarray") &&
                  !source.Find(item.directory + "zarr.json");
         });
}

TEST_CASE("without a listing the digests are the same") {
  size_t compared = 0;
  for (const std::string& name : Sources()) {
    const auto source = test::MemorySource::Load(name);
    if (IsRoot(source) || !CanBeFound(source)) continue;
    INFO(name);
    const Outcome with = Run({{"command", "digest"}}, source, true);
    const Outcome without = Run({{"command", "digest"}}, source, false);
    REQUIRE(without.error == "");
    const json report = json::parse(without.report);
    if (json::parse(with.report)["exit_code"] == 0 && report["exit_code"] == 0) {
      CHECK(without.output == with.output);
      ++compared;
    }
    CHECK_FALSE(report["source"].contains("files"));
    CHECK(report["headline"].get<std::string>().find("no listing") != std::string::npos);
  }
  CHECK(compared > 40);
}

// The pattern that is a leaf's own name, and others that are spelled with `*` or `?` as it is.
std::string PatternOf(const std::string& item, const json& key_path) {
  return (item.empty() ? "" : item + ":") + orbax::JsonPointer(key_path.get<orbax::KeyPath>());
}

TEST_CASE(
    "without a listing leaves that are chosen are read as with one, and never more is claimed") {
  size_t compared = 0;
  for (const std::string& name : Sources()) {
    const auto source = test::MemorySource::Load(name);
    if (IsRoot(source) || !CanBeFound(source) || source.files().size() > 150) continue;
    const Outcome list = Run({{"command", "ls"}}, source, true);
    if (!list.error.empty()) continue;
    verify::Verifier lister(AsBytes(std::string(R"({"command":"ls"})")));
    lister.SetListing(0, source.Listing());
    test::Drive(lister, {&source}, 0);
    const json items = json::parse(lister.output())["items"];
    for (size_t i = 0; i < items.size(); ++i) {
      size_t next = 0;
      const json leaves = json::parse('[' + lister.Rows(i, next, 1 << 20) + ']');
      const size_t some = std::max<size_t>(1, leaves.size() / 3);
      for (size_t l = 0; l < leaves.size(); l += some) {
        const std::string pattern = PatternOf(items[i]["name"], leaves[l]["key_path"]);
        INFO(name << " " << pattern);
        for (const char* option : {"include", "exclude"}) {
          const json options = {{"command", "digest"}, {option, {pattern}}};
          const Outcome with = Run(options, source, true), without = Run(options, source, false);
          REQUIRE(without.error == "");
          const json a = json::parse(with.report), b = json::parse(without.report);
          CHECK(Run(options, source, false, 1).report == without.report);
          if (a["exit_code"] == 0) continue;  // the pattern left nothing out, or everything
          CHECK(b["exit_code"] != 0);
          if (a["exit_code"] != 3 || b["exit_code"] != 3) continue;
          CHECK(without.output == with.output);
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 100);
}

TEST_CASE("without a listing the report is the same for every order of answers") {
  for (const std::string& name : Sources()) {
    const auto source = test::MemorySource::Load(name);
    if (source.files().size() > 100) continue;
    INFO(name);
    const Outcome first = Run({{"command", "check"}}, source, false);
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      const Outcome again = Run({{"command", "check"}}, source, false, seed);
      CHECK(again.error == first.error);
      CHECK(again.report == first.report);
    }
  }
}

TEST_CASE("without a listing a step is found by its number, and nothing else of a root") {
  const auto root = test::MemorySource::Load(test::Fixtures() + "/manager/zarr2_items/ckpt");
  const auto steps = orbax::FindLayout(root.Listing(), {}).steps;
  REQUIRE(!steps.empty());
  const uint64_t step = *steps[0].number();
  const Outcome named = Run({{"command", "digest"}, {"step", step}}, root, false);
  REQUIRE(named.error == "");
  CHECK(named.output == Run({{"command", "digest"}, {"step", step}}, root, true).output);
  CHECK(Run({{"command", "digest"}}, root, false).error.find("--step") != std::string::npos);
  CHECK(Run({{"command", "digest"}, {"step", step + 100}}, root, false).error != "");
}

TEST_CASE("without a listing a data file that is gone or cut is still missed") {
  const auto intact = test::MemorySource::Load(test::Fixtures() + "/damaged/base_zarr2/ckpt");
  size_t tried = 0;
  for (const auto& [path, bytes] : intact.files()) {
    if (path.find("/d/") == std::string::npos || bytes.size() < 2000) continue;
    INFO(path);
    for (const bool gone : {true, false}) {
      auto source = intact;
      if (gone)
        source.Remove(path);
      else
        source.Put(path, ByteVector(bytes.begin(), bytes.begin() + 100));
      const json report = json::parse(Run({{"command", "check"}}, source, false).report);
      const json listed = json::parse(Run({{"command", "check"}}, source, true).report);
      CHECK(report["exit_code"] == listed["exit_code"]);
    }
    ++tried;
  }
  CHECK(tried > 0);
}

TEST_CASE("a source that cannot be reached is an error, not a verdict") {
  test::MemorySource source;
  CHECK(Run({{"command", "check"}}, source, false).error.find("no file of a checkpoint") !=
        std::string::npos);
}

}  // namespace leafsum::plan
