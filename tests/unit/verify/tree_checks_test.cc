// What is said of a checkpoint whose documents were edited: each row edits a sound one, and the findings are these and
// no others. Unless a row says so, all values verify against the lockfile of the unedited one.
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/fixtures.h"
#include "support/memory_source.h"
#include "verify/verifier.h"

namespace leafsum::verify {
namespace {

using Json = nlohmann::ordered_json;
using test::MemorySource;

struct Told {
  std::vector<std::string> findings;  // "severity code /key/path file", infos left out
  int exit_code = -1;
};

Told Run(const std::string& options, const MemorySource& source, uint64_t seed, const std::string& lock, std::string* output) {
  Verifier verifier(AsBytes(options));
  verifier.SetListing(0, source.Listing());
  if (!lock.empty()) verifier.SetEvidence(AsBytes(lock), false);
  REQUIRE(verifier.error() == "");
  test::Drive(verifier, {&source}, seed);
  REQUIRE(verifier.error() == "");
  if (output) *output = verifier.output();
  Told told;
  told.exit_code = verifier.report().verdict.exit_code;
  const Json report = Json::parse(report::ToJson(verifier.report()));
  for (const Json& f : report["findings"]) {
    if (f["severity"] == "info") continue;
    std::string line = f["severity"].get<std::string>() + " " + f["code"].get<std::string>();
    if (!f["key_path"].is_null()) {
      line += " ";
      for (const Json& key : f["key_path"]) line += "/" + key.get<std::string>();
    }
    if (!f["file"].is_null()) line += " " + f["file"].get<std::string>();
    told.findings.push_back(line);
  }
  return told;
}

std::string Text(const MemorySource& source, const std::string& path) {
  const ByteVector* bytes = source.Find(path);
  REQUIRE(bytes != nullptr);
  return std::string(AsText(*bytes));
}

void PutText(MemorySource& source, const std::string& path, const std::string& text) { source.Put(path, ToVector(AsBytes(text))); }

void EditJson(MemorySource& source, const std::string& path, const std::function<void(Json&)>& edit) {
  Json json = Json::parse(Text(source, path));
  edit(json);
  PutText(source, path, json.dump());
}

// The value metadata of one leaf of `_METADATA`.
std::function<void(MemorySource&)> Value(const std::string& member, const std::function<void(Json&)>& edit) {
  return [=](MemorySource& source) {
    EditJson(source, "_METADATA", [&](Json& tree) { edit(tree["tree_metadata"].at(member)["value_metadata"]); });
  };
}
std::function<void(MemorySource&)> Edit(const std::string& path, const std::function<void(Json&)>& edit) {
  return [=](MemorySource& source) { EditJson(source, path, edit); };
}

struct Row {
  const char* what;
  std::function<void(MemorySource&)> edit;
  std::vector<std::string> findings;
  int check = 0, verify = 0;
};

void CheckRows(const char* base, const std::vector<Row>& rows) {
  const MemorySource sound = MemorySource::Load(leafsum::test::Fixtures() + "/damaged/" + base + "/ckpt");
  std::string lock;
  REQUIRE(Run(R"({"command":"lock"})", sound, 1, "", &lock).findings.empty());
  uint64_t seed = 2;
  for (const Row& row : rows) {
    INFO(base << ": " << row.what);
    MemorySource edited = sound;
    row.edit(edited);
    const Told told = Run(R"({"command":"check"})", edited, seed++, "", nullptr);
    CHECK(told.findings == row.findings);
    CHECK(told.exit_code == row.check);
    CHECK(Run(R"({"command":"verify"})", edited, seed++, lock, nullptr).exit_code == row.verify);
  }
}

const std::string kKernel = "('params', 'Dense_0', 'kernel')";
const std::string kLr = "('lr',)";
const std::string kPath = " /params/Dense_0/kernel ";

// The rows that hold for every layout.
std::vector<Row> CommonRows() {
  return {
      {"np.ndarray for a jax.Array", Value(kKernel, [](Json& v) { v["value_type"] = "np.ndarray"; }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}},
      {"the same, its write_shape gone too",
       Value(kKernel, [](Json& v) { v["value_type"] = "np.ndarray"; v.erase("write_shape"); }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}},
      {"a jax.Array without write_shape", Value(kKernel, [](Json& v) { v.erase("write_shape"); }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}},
      {"a scalar of rank 2", Value(kKernel, [](Json& v) { v["value_type"] = "scalar"; }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}},
      {"a string where an array is", Value(kLr, [](Json& v) { v["value_type"] = "string"; }),
       {"error missing-leaf /lr _strings.json"}, 1, 1},
      {"a leaf turned into None", Value(kKernel, [](Json& v) { v = {{"value_type", "None"}, {"skip_deserialize", true}}; }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}, 0, 1},
      {"a leaf that is skipped", Value(kKernel, [](Json& v) { v["skip_deserialize"] = true; }),
       {"warning value-type-mismatch" + kPath + "_METADATA"}},
      {"another write_shape", Value(kKernel, [](Json& v) { v["write_shape"] = {48, 32}; }),
       {"warning structure-mismatch" + kPath + "_METADATA"}},
      {"a write_shape of another rank", Value(kKernel, [](Json& v) { v["write_shape"] = {48}; }),
       {"warning structure-mismatch" + kPath + "_METADATA"}},
      {"another recorded write_shape",
       Edit("array_metadatas/process_0", [](Json& j) {
         for (Json& a : j["array_metadatas"])
           if (a["array_metadata"]["param_name"] == "params.Dense_0.kernel") a["array_metadata"]["write_shape"] = {64, 96};
       }), {"warning structure-mismatch" + kPath + "array_metadatas/process_0"}},
      {"another recorded chunk_shape",
       Edit("array_metadatas/process_0", [](Json& j) {
         for (Json& a : j["array_metadatas"])
           if (a["array_metadata"]["param_name"] == "params.Dense_0.kernel") a["array_metadata"]["chunk_shape"] = {1, 1};
       }), {"warning structure-mismatch" + kPath + "array_metadatas/process_0"}},
      {"a record that is missing",
       Edit("array_metadatas/process_0", [](Json& j) {
         auto& list = j["array_metadatas"];
         for (auto it = list.begin(); it != list.end();)
           it = (*it)["array_metadata"]["param_name"] == "params.Dense_0.kernel" ? list.erase(it) : it + 1;
       }), {"warning structure-mismatch" + kPath + "array_metadatas/"}},
      {"a record of no leaf",
       Edit("array_metadatas/process_0", [](Json& j) {
         j["array_metadatas"].push_back({{"array_metadata", {{"param_name", "nobody"}, {"write_shape", {1}}, {"chunk_shape", {1}}, {"ext_metadata", nullptr}}}});
       }), {"warning structure-mismatch array_metadatas/process_0"}},
      {"processes that disagree on a key's implementation",
       [](MemorySource& source) {
         PutText(source, "array_metadatas/process_1", Text(source, "array_metadatas/process_0"));
         EditJson(source, "array_metadatas/process_1", [](Json& j) {
           for (Json& a : j["array_metadatas"])
             if (a["array_metadata"]["param_name"] == "params.Dense_0.kernel")
               a["array_metadata"]["ext_metadata"] = {{"random_key_impl", "rbg"}};
         });
       }, {"warning structure-mismatch" + kPath + "array_metadatas/"}},
      {"records that are not JSON", [](MemorySource& s) { PutText(s, "array_metadatas/process_0", "{"); },
       {"warning invalid array_metadatas/process_0"}},
      {"a sharding of no leaf", Edit("_sharding", [](Json& j) { j["bm9ib2R5"] = R"({"sharding_type": "X"})"; }),
       {"warning structure-mismatch _sharding"}},
      {"a sharding with a name that is no base64", Edit("_sharding", [](Json& j) { j["bm9ib2R5!"] = R"({"sharding_type": "X"})"; }),
       {"warning invalid _sharding"}},
      {"a sharding that is not JSON", Edit("_sharding", [](Json& j) { j["cGFyYW1zLkRlbnNlXzAua2VybmVs"] = "{"; }),
       {"warning invalid" + kPath + "_sharding"}},
      {"a sharding of too many axes",
       Edit("_sharding", [](Json& j) {
         j["cGFyYW1zLkRlbnNlXzAua2VybmVs"] =
             R"({"sharding_type": "NamedSharding", "shape": [2], "axis_names": ["x"], "partition_spec": [null, null, "x"]})";
       }), {"warning structure-mismatch" + kPath + "_sharding"}},
      {"a sharding that does not divide",
       Edit("_sharding", [](Json& j) {
         j["cGFyYW1zLkRlbnNlXzAua2VybmVs"] =
             R"({"sharding_type": "NamedSharding", "shape": [7], "axis_names": ["x"], "partition_spec": ["x"]})";
       }), {"warning structure-mismatch" + kPath + "_sharding"}},
      {"a string of no leaf", Edit("_strings.json", [](Json& j) { j["nobody"] = "text"; }), {"warning unclaimed-key _strings.json"}},
      {"zarr of the other version", Edit("_METADATA", [](Json& j) { j["use_zarr3"] = !j["use_zarr3"].get<bool>(); }),
       {"error invalid _METADATA"}, 1, 1},
      {"the other kind of store", Edit("_METADATA", [](Json& j) { j["use_ocdbt"] = !j["use_ocdbt"].get<bool>(); }),
       {"error invalid _METADATA"}, 1, 1},
      {"a time that ran backwards",
       Edit("_CHECKPOINT_METADATA", [](Json& j) { j["commit_timestamp_nsecs"] = j["init_timestamp_nsecs"].get<uint64_t>() - 1; }), {}},
      {"item handlers that are a number", Edit("_CHECKPOINT_METADATA", [](Json& j) { j["item_handlers"] = 5; }),
       {"warning invalid _CHECKPOINT_METADATA"}},
      {"no commit time", Edit("_CHECKPOINT_METADATA", [](Json& j) { j["commit_timestamp_nsecs"] = nullptr; }),
       {"warning uncommitted _CHECKPOINT_METADATA"}},
      {"a marker of v1 without its metadata",
       [](MemorySource& s) { PutText(s, "orbax.checkpoint", ""); s.Remove("_CHECKPOINT_METADATA"); },
       {"warning missing-file _CHECKPOINT_METADATA"}},
      {"the side files that no version needs",
       [](MemorySource& s) { for (const char* f : {"_CHECKPOINT_METADATA", "commit_success.txt", "_sharding"}) s.Remove(f); }, {}},
      {"evidence beside the checkpoint", [](MemorySource& s) { PutText(s, "model.sig", "{}"); PutText(s, "x.leafsum.json", "{}"); }, {}},
      {"not a number, in Orbax's own files",
       [](MemorySource& s) {
         std::string text = Text(s, "_METADATA");
         text.replace(text.rfind("}"), 1, ", \"custom\": [NaN, Infinity, -Infinity]}");
         PutText(s, "_METADATA", text);
       }, {}},
      {"members that occur twice",
       [](MemorySource& s) {
         for (const char* f : {"_METADATA", "_CHECKPOINT_METADATA", "array_metadatas/process_0"}) {
           std::string text = Text(s, f);
           text.replace(text.rfind("}"), 1, ", \"twice\": \"a\", \"twice\": \"b\"}");
           PutText(s, f, text);
         }
       },
       {"warning duplicate-member _CHECKPOINT_METADATA", "warning duplicate-member _METADATA",
        "warning duplicate-member array_metadatas/process_0"}},
      {"a lone surrogate in a key",
       [](MemorySource& s) {
         std::string text = Text(s, "_METADATA");
         const size_t at = text.find("\"key\": \"lr\"");
         REQUIRE(at != text.npos);
         PutText(s, "_METADATA", text.replace(at, 11, "\"key\": \"\\ud800\""));
       }, {"error invalid _METADATA"}, 1, 1},
      {"deeper than any reader goes",
       [](MemorySource& s) { PutText(s, "_METADATA", std::string(2000, '[') + std::string(2000, ']')); }, {"error invalid _METADATA"}, 1, 1},
  };
}

TEST_CASE("an OCDBT checkpoint whose documents were edited") {
  std::vector<Row> rows = CommonRows();
  for (Row& row : rows)
    if (std::string(row.what) == "a time that ran backwards")
      row.findings = {"warning structure-mismatch _CHECKPOINT_METADATA", "warning structure-mismatch manifest.ocdbt"};
  rows.push_back({"a file that nobody knows", [](MemorySource& s) { PutText(s, "notes.txt", "x"); }, {"warning unknown-file notes.txt"}});
  rows.push_back({"a store of another time",
                  Edit("_CHECKPOINT_METADATA",
                       [](Json& j) { for (const char* m : {"init_timestamp_nsecs", "commit_timestamp_nsecs"}) j[m] = j[m].get<uint64_t>() - 3600000000000; }),
                  {"warning structure-mismatch manifest.ocdbt"}});
  rows.push_back({"never merged", [](MemorySource& s) { s.Remove("manifest.ocdbt"); }, {"error uncommitted manifest.ocdbt"}, 1, 1});
  rows.push_back({"without its tree", [](MemorySource& s) { s.Remove("_METADATA"); }, {"warning missing-file _METADATA"}, 0, 1});
  CheckRows("base_zarr2", rows);
}

TEST_CASE("a plain checkpoint whose documents were edited") {
  std::vector<Row> rows = CommonRows();
  for (Row& row : rows)
    if (std::string(row.what) == "a time that ran backwards") row.findings = {"warning structure-mismatch _CHECKPOINT_METADATA"};
  rows.push_back({"a file that nobody knows", [](MemorySource& s) { PutText(s, "notes.txt", "x"); }, {"warning unknown-file notes.txt"}});
  rows.push_back({"an array that nobody knows", [](MemorySource& s) { PutText(s, "x/.zarray", "{}"); PutText(s, "x/0", ""); },
                  {"warning unclaimed-key x/.zarray"}});
  CheckRows("base_plain", rows);
}

TEST_CASE("names that lead out of the checkpoint") {
  const std::pair<const char*, bool> names[] = {
      {"/etc", true}, {"//host/share", true}, {"\\\\host\\share", true}, {"C:x", true}, {"..", true}, {"a/../b", true}, {"a\\..\\b", true},
      {"file:///x", true}, {"back\\slash", false}, {"a//b", false}, {"a:b/c", true}, {"layer:0", false}, {"a/b", false}, {"...", false}};
  for (const char* base : {"base_zarr2", "base_plain"}) {
    const MemorySource sound = MemorySource::Load(leafsum::test::Fixtures() + "/damaged/" + base + "/ckpt");
    const bool plain = std::string(base) == "base_plain";
    for (const auto& [name, leaves] : names) {
      INFO(base << " " << name);
      MemorySource edited = sound;
      EditJson(edited, "_METADATA", [&](Json& j) {
        Json& entry = j["tree_metadata"].at(kLr);
        entry["key_metadata"] = {{{"key", name}, {"key_type", 2}}};
      });
      const Told told = Run(R"({"command":"check"})", edited, 1, "", nullptr);
      const auto hostile = std::count_if(told.findings.begin(), told.findings.end(),
                                         [](const std::string& f) { return f.find("hostile-path") != f.npos; });
      const bool unsafe = leaves || (plain && (std::string(name) == "back\\slash" || std::string(name) == "a//b"));
      CHECK(hostile == unsafe);
      for (const std::string& f : told.findings)
        if (f.find("hostile-path") != f.npos) CHECK(f.starts_with(plain ? "error" : "warning"));
      CHECK(told.exit_code == 1);  // no array has that name
    }
  }
}

}  // namespace
}  // namespace leafsum::verify
