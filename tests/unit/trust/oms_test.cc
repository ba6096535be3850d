#include <functional>

#include "evidence/file_manifest.h"
#include "hash/sha256.h"
#include "support/catch.h"
#include "support/hex.h"
#include "trust/oms_manifest.h"
#include "trust/oms_name.h"
#include "vectors.h"

using namespace leafsum;
using namespace leafsum::trust;
using namespace leafsum::test;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string DigestOf(const std::string& seed, size_t bytes = 32) {
  const std::string hex = hash::ToHex(hash::Sha256Of(AsBytes(seed)));
  return bytes == 64 ? hex + hex : hex;
}

Json Files(const std::vector<std::string>& names, const std::string& algorithm = "sha256") {
  Json out = Json::array();
  for (const std::string& name : names)
    out.push_back({{"name", name},
                   {"algorithm", algorithm},
                   {"digest", DigestOf(name, algorithm == "blake2b" ? 64 : 32)}});
  return out;
}

// The subject's digest follows from the resources.
Json Sealed(Json statement) {
  ByteVector all;
  for (const Json& one : statement["predicate"]["resources"])
    if (one.is_object() && one.contains("digest") && one["digest"].is_string())
      if (const auto digest = FromHex(one["digest"].get<std::string>()); true)
        all.insert(all.end(), digest.begin(), digest.end());
  statement["subject"][0]["digest"]["sha256"] = hash::ToHex(hash::Sha256Of(all));
  return statement;
}

Json Good(const Json& resources = Files({"_METADATA", "d/0", "d/1", "manifest.ocdbt"})) {
  return Sealed({{"_type", "https://in-toto.io/Statement/v1"},
                 {"subject", Json::array({{{"name", "ckpt"}, {"digest", Json::object()}}})},
                 {"predicateType", kOmsPredicateType},
                 {"predicate",
                  {{"resources", resources},
                   {"serialization",
                    {{"method", "files"}, {"hash_type", "sha256"}, {"allow_symlinks", false}}}}}});
}

Json Shards(const std::vector<std::string>& names, const Json& size = 1000,
            const std::string& algorithm = "sha256-sharded-1000") {
  Json out = Good(Files(names, algorithm));
  out["predicate"]["serialization"]["method"] = "shards";
  out["predicate"]["serialization"]["shard_size"] = size;
  return Sealed(out);
}

OrRefusal<OmsManifest> Read(const Json& json) {
  const std::string text = json.dump();
  const auto statement = ParseStatement(Exact(AsBytes(text)));
  if (!statement) return statement.refusal();
  return ReadOmsManifest(*statement);
}

std::vector<std::string> Paths(const OmsManifest& manifest) {
  std::vector<std::string> out;
  for (const OmsFile& file : manifest.files) out.push_back(file.path);
  return out;
}

struct Edit {
  const char* says;  // in the message
  std::function<void(Json&)> change;
};
void Refused(const Json& good, const std::vector<Edit>& edits, bool seal = true) {
  REQUIRE(Read(good));
  for (const auto& [says, change] : edits) {
    CAPTURE(says);
    Json changed = good;
    change(changed);
    const auto got = Read(seal ? Sealed(changed) : changed);
    REQUIRE_FALSE(got);
    CHECK_THAT(got.refusal().message, ContainsSubstring(says));
  }
}
void SetFiles(Json& json, const std::vector<std::string>& names) {
  json["predicate"]["resources"] = Files(names);
}

}  // namespace

TEST_CASE("A model signature over files") {
  Json json = Good();
  json["extra"] = 1;
  json["predicate"]["more"] = 1;
  json["predicate"]["resources"][0]["annotations"] = {{"k", "v"}};
  json["predicate"]["serialization"]["ignore_paths"] = {"model.sig", ".git", "a/b/", "./c//d",
                                                        "c/d"};
  const auto got = Read(json);
  REQUIRE(got);
  CHECK(got->model == "ckpt");
  CHECK(Paths(*got) == std::vector<std::string>{"_METADATA", "d/0", "d/1", "manifest.ocdbt"});
  CHECK(Hex(Bytes(got->files[1].digests)) == DigestOf("d/0"));
  CHECK(!got->files[1].nbytes);
  CHECK(got->ignore == std::vector<std::string>{".git", "a/b", "c/d", "model.sig"});
  for (const char* algorithm : {"blake2b", "blake3"}) {
    json["predicate"]["resources"] = Files({"a"}, algorithm);
    json["predicate"]["serialization"]["hash_type"] = algorithm;
    json["predicate"]["serialization"]["allow_symlinks"] = true;
    const auto other = Read(Sealed(json));
    REQUIRE(other);
    CHECK(hash::FileAlgorithmName(other->algorithm) == algorithm);
    CHECK(other->allow_symlinks);
  }
  // A signer may give the model no name, and one file is "." for model_signing.
  json = Good(Files({"."}));
  json["subject"][0].erase("name");
  CHECK(Paths(*Read(json)) == std::vector<std::string>{"."});
  CHECK(Read(Good(Files({"__proto__", "constructor", "toString"}))));
}

TEST_CASE("A model signature over shards, in both spellings") {
  const std::vector<std::string> names = {"a:0:1000", "a:1000:2000", "a:2000:2001", "b:c:0:5"};
  for (const Json& size : {Json(1000), Json(1000.0)})
    for (const char* algorithm : {"sha256", "sha256-sharded-1000"}) {
      const auto got = Read(Shards(names, size, algorithm));
      REQUIRE(got);
      CHECK(got->shard == 1000);
      CHECK(Paths(*got) == std::vector<std::string>{"a", "b:c"});
      CHECK(got->files[0].nbytes == 2001);
      CHECK(got->files[0].digests.size() == 96);
      CHECK(got->files[1].nbytes == 5);
    }
}

TEST_CASE("Resources stand in the order of the specification, or in that of model_signing") {
  // "-" sorts before "/", and "10000" before "2000".
  const std::vector<std::pair<std::vector<std::string>, bool>> cases = {
      {{"a-b", "a/b"}, true},
      {{"a/b", "a-b"}, true},
      {{"b", "a"}, false},
      {{"a-b", "a/b", "a-c"}, false},
      {{"Z", "a", "\xc3\xa9", "\xef\xbf\xbd", "\xf0\x9f\x98\x80"},
       true},  // code points, not UTF-16
      {{"\xf0\x9f\x98\x80", "\xef\xbf\xbd"}, false},
  };
  for (const auto& [names, taken] : cases) {
    CAPTURE(names);
    const auto got = Read(Good(Files(names)));
    CHECK(static_cast<bool>(got) == taken);
    if (!got) CHECK_THAT(got.refusal().message, ContainsSubstring("not in order"));
  }
  std::vector<std::string> by_number, by_text;
  for (int i = 0; i < 12; ++i)
    by_number.push_back("a:" + std::to_string(i * 1000) + ":" + std::to_string(i * 1000 + 1000));
  by_text = by_number;
  std::sort(by_text.begin(), by_text.end());
  CHECK(by_text != by_number);
  for (const auto& names : {by_number, by_text}) {
    const auto got = Read(Shards(names));
    REQUIRE(got);
    CHECK(got->files[0].nbytes == 12000);
    CHECK(Hex(Bytes(got->files[0].digests)).substr(11 * 64) == DigestOf("a:11000:12000"));
  }
}

TEST_CASE("What is no model signature is refused, each for its own reason") {
  const auto serialization = [](const char* name, Json value) {
    return [name, value](Json& j) { j["predicate"]["serialization"][name] = value; };
  };
  const auto resource = [](const char* name, Json value) {
    return [name, value](Json& j) { j["predicate"]["resources"][1][name] = value; };
  };
  const auto drop = [](const char* name) {
    return [name](Json& j) { j["predicate"]["serialization"].erase(name); };
  };
  Refused(
      Good(),
      {{"not about a model", [](Json& j) { j["predicateType"] = "https://example.com/v1"; }},
       {"model_signing 0.2",
        [](Json& j) { j["predicateType"] = "https://model_signing/Digests/v0.1"; }},
       {"Statement v1", [](Json& j) { j["_type"] = "https://in-toto.io/Statement/v0.1"; }},
       {"one subject",
        [](Json& j) {
          j["subject"].push_back(j["subject"][0]);
          j["subject"][1]["name"] = "other";
        }},
       {"\"serialization\" is missing", [](Json& j) { j["predicate"].erase("serialization"); }},
       {"must be an object", [](Json& j) { j["predicate"]["serialization"] = Json::array(); }},
       {"\"resources\" is missing", [](Json& j) { j["predicate"].erase("resources"); }},
       {"must be an array", [](Json& j) { j["predicate"]["resources"] = "all"; }},
       {"names no file", [](Json& j) { j["predicate"]["resources"] = Json::array(); }},
       {"\"method\" is missing", drop("method")},
       {"\"hash_type\" is missing", drop("hash_type")},
       {"\"allow_symlinks\" is missing", drop("allow_symlinks")},
       {"unknown \"method\"", serialization("method", "tensors")},
       {"unknown \"hash_type\"", serialization("hash_type", "md5")},
       {"unknown \"hash_type\"", serialization("hash_type", "blake2")},
       {"must be true or false", serialization("allow_symlinks", "false")},
       {"unknown member \"only\"", serialization("only", "d/**")},
       {"\"shards\" alone", serialization("shard_size", 1000)},
       {"list of strings", serialization("ignore_paths", "d")},
       {"list of strings", serialization("ignore_paths", {1})},
       {"a resource must be an object", [](Json& j) { j["predicate"]["resources"][1] = "d/0"; }},
       {"\"name\" is missing", [](Json& j) { j["predicate"]["resources"][1].erase("name"); }},
       {"\"name\" must be a string", resource("name", 1)},
       {"\"digest\" is missing", [](Json& j) { j["predicate"]["resources"][1].erase("digest"); }},
       {"\"algorithm\" is missing",
        [](Json& j) { j["predicate"]["resources"][1].erase("algorithm"); }},
       {"not that of the signature", resource("algorithm", "md5")},
       {"not that of the signature", resource("algorithm", "blake3")},
       {"not that of the signature", resource("algorithm", "sha256-sharded-1000")},
       {"wrong length", resource("digest", "c2c7")},
       {"wrong length", resource("digest", DigestOf("x", 64))},
       {"names \"d/0\" twice", [](Json& j) { SetFiles(j, {"_METADATA", "d/0", "d/0"}); }},
       {"names \"d/0\" twice", [](Json& j) { SetFiles(j, {"d/0", "_METADATA", "d/0"}); }},
       {"not in order", [](Json& j) { SetFiles(j, {"d/1", "d/0"}); }},
       {"stands for a model that is one file", [](Json& j) { SetFiles(j, {".", "a"}); }}});
  Refused(
      Good(),
      {{"\"predicate\" is missing", [](Json& j) { j.erase("predicate"); }},
       {"lower case", resource("digest", std::string(64, 'A'))},
       {"lower case", resource("digest", "0x" + std::string(62, '0'))},
       {"lower case", resource("digest", "")},
       {"\"digest\" must be a string", resource("digest", 7)},
       {"no SHA-256", [](Json& j) { j["subject"][0]["digest"] = {{"sha512", DigestOf("x", 64)}}; }},
       {"contradicts itself: its subject",
        [](Json& j) { j["subject"][0]["digest"]["sha256"] = DigestOf("x"); }},
       {"contradicts itself: its subject",
        [](Json& j) { j["subject"][0]["digest"]["sha256"] = "70c0"; }},
       {"contradicts itself: its subject", resource("digest", DigestOf("x"))}},
      false);
  // The same name with another digest.
  Json twice = Good(Files({"a", "a"}));
  twice["predicate"]["resources"][1]["digest"] = DigestOf("b");
  CHECK_THAT(Read(Sealed(twice)).refusal().message, ContainsSubstring("twice"));
}

TEST_CASE("Names lead nowhere but below the model") {
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"/etc/hostname", "absolute"},
      {"//a", "absolute"},
      {"..", "out of the model"},
      {"../outside.txt", "out of the model"},
      {"a/../../b", "out of the model"},
      {"a/..", "out of the model"},
      {"..\\outside.txt", "backslash"},
      {"a\\b", "backslash"},
      {std::string("a\0b", 3), "NUL"},
      {"a/", "ends in"},
      {"a//b", "shortest form"},
      {"./a", "shortest form"},
      {"a/./b", "shortest form"},
      {std::string(4097, 'a'), "longer"},
  };
  for (const auto& [name, says] : cases) {
    CAPTURE(name);
    const auto got = Read(Good(Files({name})));
    REQUIRE_FALSE(got);
    CHECK_THAT(got.refusal().message, ContainsSubstring(says));
    const auto shards = Read(Shards({name + ":0:10"}));
    CHECK_FALSE(shards);
  }
  for (const char* name : {"...", "..a", "a..", " ", "C:", "<img src=x onerror=alert(1)>", "a/.b"})
    CHECK(Read(Good(Files({name}))));

  for (const char* path :
       {"", "/", "/abs", ".", "./", "..", "../a", "a/../b", "*", "a/*.bin", "a?", "[a]", "a\\b"}) {
    CAPTURE(path);
    Json json = Good();
    json["predicate"]["serialization"]["ignore_paths"] = {path};
    const auto got = Read(json);
    REQUIRE_FALSE(got);
    CHECK_THAT(got.refusal().message, ContainsSubstring("no path below the model"));
  }
  for (const char* path : {"d", "d/", "d/0", "manifest.ocdbt"}) {
    Json json = Good();
    json["predicate"]["serialization"]["ignore_paths"] = {"a", path, "z"};
    CHECK_THAT(Read(json).refusal().message, ContainsSubstring("ignore_paths"));
  }
  Json json = Good();
  json["predicate"]["serialization"]["ignore_paths"] = {"d/00", "manifest", "D", "d/0/x"};
  CHECK(Read(json));
}

TEST_CASE("Shards lie end to end, in numbers of one form") {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"a"}, "not that of a shard"},
      {{"a:0"}, "not that of a shard"},
      {{"a:0:"}, "not that of a shard"},
      {{":0:"}, "not that of a shard"},
      {{"a:0:0"}, "not that of a shard"},
      {{"a:10:5"}, "not that of a shard"},
      {{"a:00:5"}, "not that of a shard"},
      {{"a:0:05"}, "not that of a shard"},
      {{"a:-1:5"}, "not that of a shard"},
      {{"a:+0:5"}, "not that of a shard"},
      {{"a: 0:5"}, "not that of a shard"},
      {{"a:0:9007199254740992"}, "not that of a shard"},
      {{"a:0:99999999999999999999"}, "not that of a shard"},
      {{":0:5"}, "empty"},
      {{"a:0:1001"}, "end to end"},
      {{"a:1:5"}, "end to end"},
      {{"a:1000:1005"}, "end to end"},
      {{"a:0:1000", "a:2000:2005"}, "end to end"},
      {{"a:0:500", "a:500:600"}, "end to end"},
      {{"a:0:1000", "a:0:500"}, "not in order"},
      {{"a:0:500", "a:0:1000"}, "not in order"},
      {{"a:0:1000", "a:0:1000"}, "twice"},
  };
  for (const auto& [names, says] : cases) {
    CAPTURE(names);
    const auto got = Read(Shards(names));
    REQUIRE_FALSE(got);
    if (std::string(says) != "not in order")
      CHECK_THAT(got.refusal().message, ContainsSubstring(says));
  }
  for (const Json& size : {Json(0), Json(-1), Json(0.5), Json(1000.5), Json("1000"), Json(nullptr),
                           Json(1e300), Json(9007199254740992.0), Json(true)}) {
    CAPTURE(size.dump());
    const auto got = Read(Shards({"a:0:10"}, size));
    REQUIRE_FALSE(got);
    CHECK_THAT(got.refusal().message, ContainsSubstring("shard_size"));
  }
  CHECK_FALSE(Read(Shards({"a:0:10"}, 2000)));  // the algorithm names another size
}

TEST_CASE("The core takes the manifest as it was signed") {
  for (const Json& json : {Good(), Shards({"a:0:1000", "a:1000:1001", "b:0:1"})}) {
    const auto signed_manifest = Read(json);
    REQUIRE(signed_manifest);
    const ByteVector bytes = WriteFileManifest(*signed_manifest);
    const auto got = evidence::ParseFileManifest(Exact(Bytes(bytes)));
    REQUIRE(got);
    CHECK(got->shard == signed_manifest->shard);
    REQUIRE(got->files.size() == signed_manifest->files.size());
    for (size_t i = 0; i < got->files.size(); ++i) {
      CHECK(got->files[i].path == signed_manifest->files[i].path);
      CHECK(got->files[i].nbytes == signed_manifest->files[i].nbytes);
      CHECK((got->files[i].digests == signed_manifest->files[i].digests));
    }
    for (size_t n = 0; n < bytes.size(); ++n)
      CHECK_FALSE(evidence::ParseFileManifest(Exact(Bytes(bytes).first(n))));
    ByteVector longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(evidence::ParseFileManifest(longer));
  }
}
