// What `cat` and `match` ask for, by hand-written options: what the host cannot write, too.
#include "verify/part_stage.h"

#include <map>
#include <nlohmann/json.hpp>

#include "content/leaf_job.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "verify/verifier.h"

namespace leafsum::verify {

using nlohmann::json;

namespace {

test::MemorySource Source() {
  return test::MemorySource::Load(test::Fixtures() + "/seed000/artifacts/baseline_ckpt");
}

struct Outcome {
  json report;
  std::map<uint32_t, ByteVector> parts;  // by number
  bool Has(const std::string& code) const {
    for (const json& finding : report["findings"])
      if (finding["code"] == code) return true;
    return false;
  }
};

Outcome Read(const json& reads, const test::MemorySource& source, const std::string& lock = "",
             uint64_t seed = 0) {
  Outcome out;
  content::Abilities abilities = test::AllAbilities();
  abilities.sink = [&](uint32_t part, uint64_t offset, Bytes bytes) {
    ByteVector& content = out.parts[part];
    content.resize(std::max<size_t>(content.size(), offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<ptrdiff_t>(offset));
  };
  const std::string options = json{{"command", "cat"}, {"reads", reads}}.dump();
  Verifier verifier(AsBytes(options));
  REQUIRE(verifier.error() == "");
  if (!lock.empty()) verifier.SetEvidence(AsBytes(lock), false);
  REQUIRE(verifier.error() == "");
  verifier.SetListing(0, source.Listing());
  test::Drive(verifier, {&source}, seed, abilities);
  out.report = json::parse(report::ToJson(verifier.report()));
  return out;
}

// The kernel of 8 x 4 float32 in one chunk, whole.
json Request() {
  return {{"item", ""},
          {"key_path", {"params", "kernel"}},
          {"dtype", "float32"},
          {"shape", {8, 4}},
          {"chunk_shape", {8, 4}},
          {"nbytes", 128},
          {"parts", json::array({{{"chunks", json::array({json::array({0}), json::array({0})})},
                                  {"skip", 0},
                                  {"take", 128},
                                  {"begin", 0}}})}};
}

std::string Lock(const test::MemorySource& source) {
  const std::string options = json{{"command", "lock"}}.dump();
  Verifier verifier(AsBytes(options));
  verifier.SetListing(0, source.Listing());
  test::Drive(verifier, {&source}, 0);
  return verifier.output();
}

}  // namespace

TEST_CASE("parts are the bytes they ask for, in every order of answers, checked or not") {
  const test::MemorySource source = Source();
  const std::string lock = Lock(source);
  const ByteVector whole = Read(json::array({Request()}), source).parts.at(0);
  REQUIRE(whole.size() == 128);
  json request = Request();
  json& parts = request["parts"];
  for (const auto& [skip, take] :
       std::vector<std::pair<int, int>>{{0, 16}, {16, 112}, {127, 1}, {0, 128}}) {
    json part = parts[0];
    part["skip"] = skip, part["take"] = take;
    part.erase("begin");
    parts.push_back(part);
  }
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Outcome got = Read(json::array({request}), source, "", seed);
    CHECK(got.report["exit_code"] == 0);
    REQUIRE(got.parts.size() == parts.size());
    for (size_t p = 0; p < parts.size(); ++p) {
      const auto begin = whole.begin() + parts[p]["skip"].get<int>();
      CHECK(got.parts.at(static_cast<uint32_t>(p)) ==
            ByteVector(begin, begin + parts[p]["take"].get<int>()));
    }
  }
  const Outcome checked = Read(json::array({Request()}), source, lock);
  CHECK(checked.report["exit_code"] == 0);
  CHECK(checked.parts.at(0) == whole);
}

TEST_CASE("a leaf that is not what was listed is not read") {
  const test::MemorySource source = Source();
  for (const json& change :
       {json{{"dtype", "int32"}}, json{{"shape", {4, 8}}}, json{{"chunk_shape", {4, 4}}},
        json{{"nbytes", 64}}, json{{"shape", nullptr}}}) {
    json request = Request();
    request.update(change);
    INFO(change.dump());
    const Outcome got = Read(json::array({request}), source);
    CHECK(got.Has("changed-during-read"));
    CHECK(got.report["exit_code"] == 3);
    CHECK(got.parts.empty());
    CHECK(got.report["leaves"]["not_read"] == 1);
  }
}

TEST_CASE("a leaf that is not there is missing, and the others are read") {
  const test::MemorySource source = Source();
  for (const json& change : {json{{"key_path", {"params", "none"}}}, json{{"key_path", {"params"}}},
                             json{{"item", "state"}}}) {
    json absent = Request();
    absent.update(change);
    INFO(change.dump());
    const Outcome got = Read(json::array({absent, Request()}), source);
    CHECK(got.Has("missing-leaf"));
    CHECK(got.report["exit_code"] == 1);
    CHECK(got.parts.size() == 1);
    CHECK(got.parts.at(1).size() == 128);  // parts are numbered through
  }
}

TEST_CASE("with a lockfile: another leaf's values are not vouched for") {
  const test::MemorySource source = Source();
  const std::string lock = Lock(source);
  const std::string tampered = test::Fixtures() + "/seed000/artifacts/tampered_ckpt";
  const Outcome got = Read(json::array({Request()}), test::MemorySource::Load(tampered), lock);
  CHECK(got.Has("digest-mismatch"));
  CHECK(got.report["exit_code"] == 1);
  CHECK(got.report["leaves"]["not_read"] == 1);
  json part = Request();
  part["parts"][0]["take"] = 64;  // no whole block, and not all of the leaf
  const Outcome unchecked = Read(json::array({part}), source, lock);
  CHECK(unchecked.Has("skipped"));
  CHECK(unchecked.report["exit_code"] == 3);
}

TEST_CASE("chunks that the array does not have are a gap") {
  const test::MemorySource source = Source();
  json request = Request();
  for (const char* chunks : {"[[1],[0]]", "[[0],[1]]", "[[0]]", "[[0],[0],[0]]"}) {
    request["parts"][0]["chunks"] = json::parse(chunks);
    INFO(chunks);
    const Outcome got = Read(json::array({request}), source);
    CHECK(got.report["exit_code"] != 0);
    CHECK(got.parts.empty());
  }
}

}  // namespace leafsum::verify
