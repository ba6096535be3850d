#include "evidence/lockfile.h"

#include <algorithm>
#include <random>
#include <set>

#include "records.h"
#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::evidence;
using namespace leafsum::test;

namespace {

// Every kind of leaf and every optional member once.
Lockfile Sample() {
  ItemRecord state{"state", {}, false};
  LeafRecord big = Array({"big"}, {1048577}, 7);
  big.key_types = std::vector<uint64_t>{2};
  LeafRecord w = Array({"params", "w"}, {2, 3}, 1);
  w.sha256 = hash::Digest{};
  w.stored = hash::Digest{};
  w.has_chunks = true;
  w.chunks = ByteVector(64, 5);
  w.key_types = std::vector<uint64_t>{2, 1};
  LeafRecord rng = Array({"rng"}, {2}, 3);
  rng.dtype = "uint32";
  rng.prng_impl = "fry";
  LeafRecord none = Empty({"tail"}, "None");
  none.key_types = std::vector<uint64_t>{2};
  state.leaves = {w, none, rng, big};
  ItemRecord metrics{"metrics", {}, false};
  LeafRecord json;
  json.value_type = json.dtype = "json";
  json.nbytes = 3;
  json.blake3 = hash::Digest{};
  metrics.leaves = {json};
  Lockfile out;
  out.items = {state, metrics};
  out.files = {{"a/stats.json", 7, hash::Digest{}}, {"tokenizer \"x\"", 0, hash::Digest{}}};
  out.step = 3;
  out.commit_timestamp_nsecs = "1763770000000000000";
  return out;
}

const std::string& SampleText() {
  static const std::string text = WriteLockfile(Sample());
  return text;
}

Result<Lockfile> Parse(const std::string& text) { return ParseLockfile(Exact(AsBytes(text))); }

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == text.npos) return "";
  return text.replace(at, from.size(), to);
}

std::string Upper(std::string hex) {
  for (char& c : hex)
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  return hex;
}

struct Edit {
  const char* what;
  std::string from, to;  // the first occurrence in SampleText()
  std::string message;   // the whole message, or where it ends in "*", its beginning
  ErrorCode code = ErrorCode::kInvalid;
};

bool Is(const std::string& message, const std::string& wanted) {
  if (wanted.back() == '*')
    return message.compare(0, wanted.size() - 1, wanted, 0, wanted.size() - 1) == 0;
  return message == wanted;
}

}  // namespace

TEST_CASE("vectors: lockfiles are written to the byte, from leaves in any order") {
  const nlohmann::json vectors = LoadVectors("digest.json");
  std::mt19937 random(3);
  for (const auto& v : vectors.at("lockfiles")) {
    INFO(v.at("name"));
    const std::string text = v.at("text");
    const auto json = nlohmann::json::parse(text, nullptr, false);
    REQUIRE(json.is_object());
    Lockfile lockfile;
    for (const auto& [name, item] : json.at("items").items()) {
      ItemRecord record{name, {}, false};
      for (const auto& wanted : item.at("leaves"))
        for (const auto& leaf : vectors.at("leaves")) {
          if (leaf.at("key_path") != wanted.at("key_path") ||
              leaf.at("dtype") != wanted.at("dtype"))
            continue;
          record.leaves.push_back(RecordOf(leaf));
          if (!wanted.contains("chunks")) record.leaves.back().has_chunks = false;
        }
      std::shuffle(record.leaves.begin(), record.leaves.end(), random);
      lockfile.items.insert(lockfile.items.begin(), record);
    }
    if (json.contains("source")) {
      const auto& source = json.at("source");
      if (source.contains("step")) lockfile.step = source.at("step").get<uint64_t>();
      if (source.contains("commit_timestamp_nsecs"))
        lockfile.commit_timestamp_nsecs = source.at("commit_timestamp_nsecs").get<std::string>();
    }
    CHECK(WriteLockfile(lockfile) == text);

    auto parsed = Parse(text);
    REQUIRE(parsed);
    CHECK(CheckpointText(*parsed->fingerprint) == json.at("fingerprint").get<std::string>());
    CHECK(WriteLockfile(*parsed) == text);
  }
}

TEST_CASE("every member of the sample is written, and read back as it was") {
  const std::string& text = SampleText();
  for (const char* member :
       {"key_path", "value_type", "dtype", "shape", "nbytes", "digest", "blake3", "sha256",
        "stored", "blocks", "chunks", "key_types", "prng_impl", "files", "path", "source", "step",
        "commit_timestamp_nsecs"})
    CHECK(text.find("\"" + std::string(member) + "\":") != text.npos);
  auto parsed = Parse(text);
  REQUIRE(parsed);
  CHECK(WriteLockfile(*parsed) == text);
  REQUIRE(parsed->items.size() == 2);
  CHECK(parsed->items[0].name == "metrics");
  const LeafRecord& w = parsed->items[1].leaves[1];
  CHECK(w.key_path == orbax::KeyPath{"params", "w"});
  CHECK(w.chunks == ByteVector(64, 5));
  CHECK(w.key_types == std::vector<uint64_t>{2, 1});
  CHECK(parsed->items[1].leaves[0].blocks.size() == 64);
  CHECK(parsed->step == 3);
  REQUIRE(parsed->files);
  CHECK((*parsed->files)[1].path == "tokenizer \"x\"");
  const std::string zeros(64, '0');
  CHECK(text.find(
            "\n]}},\"files\":[\n{\"path\":\"a/stats.json\",\"nbytes\":7,\"digest\":{\"blake3\":\"" +
            zeros +
            "\"}},\n{\"path\":\"tokenizer \\\"x\\\"\",\"nbytes\":0,\"digest\":{\"blake3\":\"" +
            zeros + "\"}}\n],\"source\":{") != std::string::npos);
}

TEST_CASE("what is optional is left out") {
  Lockfile lockfile;
  lockfile.items = {{"", {Array({"w"}, {1}, 0)}, false}};
  CHECK(WriteLockfile(lockfile).find("source") == std::string::npos);
  // No JSON number can hold that step exactly.
  lockfile.step = 1ull << 53;
  CHECK(WriteLockfile(lockfile).find("source") == std::string::npos);
  lockfile.step = (1ull << 53) - 1;
  REQUIRE(Parse(WriteLockfile(lockfile)));
  CHECK(Parse(WriteLockfile(lockfile))->step == (1ull << 53) - 1);
  // An item of no leaves beside others.
  lockfile.items.push_back({"x", {}, false});
  // No files is another thing than files that were not locked.
  CHECK(WriteLockfile(lockfile).find("files") == std::string::npos);
  lockfile.files.emplace();
  const std::string text = WriteLockfile(lockfile);
  CHECK(text.find("]}},\"files\":[\n],\"source\"") != std::string::npos);
  CHECK(Parse(text)->files->empty());
  CHECK(text.find(",\"leaves\":[\n]}") != std::string::npos);
  CHECK(Parse(text));
}

TEST_CASE("order of members, items and leaves and white space are free when reading") {
  const auto json = nlohmann::json::parse(SampleText(), nullptr, false);
  const std::string spaced = "\r\n\t " + json.dump(3) + " \n";
  REQUIRE(spaced.find("\"digest\"") < spaced.find("\"key_path\""));
  auto parsed = Parse(spaced);
  REQUIRE(parsed);
  CHECK(WriteLockfile(*parsed) == SampleText());
  auto reversed = json;
  auto& leaves = reversed["items"]["state"]["leaves"];
  std::reverse(leaves.begin(), leaves.end());
  parsed = Parse(reversed.dump());
  REQUIRE(parsed);
  CHECK(WriteLockfile(*parsed) == SampleText());
}

TEST_CASE("every proper prefix and every byte too many is refused") {
  Lockfile small = Sample();
  small.items[0].leaves.pop_back();  // without blocks
  const std::string text = WriteLockfile(small);
  REQUIRE(Parse(text));
  // The last byte is the LF, which is white space.
  for (size_t n = 0; n + 1 < text.size(); ++n) {
    INFO(n);
    CHECK_FALSE(Parse(text.substr(0, n)));
  }
  for (const std::string extra : {"x", "{", "}", "0", ",", "\xff"})
    CHECK_FALSE(Parse(text + extra));
}

TEST_CASE("malformed lockfiles: each rule has its own message") {
  const std::string zeros(64, '0');
  const std::string w = "lockfile: leaf state:/params/w: ";
  const std::string big = "lockfile: leaf state:/big: ";
  const std::string tail = "lockfile: leaf state:/tail: ";
  const std::string state = "lockfile: item \"state\": ";
  const std::string top = hash::ToHex(*CheckpointFingerprint(Sample().items));
  const std::string item_text = hash::ToHex(*ItemFingerprint(Sample().items[1]));
  const std::string w_digest = hash::ToHex(hash::Blake3Of(ByteVector(24, 1)));
  const std::string big_blocks = Base64(Array({}, {1048577}, 7).blocks);
  const std::string chunks = Base64(ByteVector(64, 5));
  const std::string w_shape = "\"shape\":[2,3],\"nbytes\":24";
  const ErrorCode limit = ErrorCode::kLimit, unsupported = ErrorCode::kUnsupported;
  const Edit edits[] = {
      {"no JSON", "{\"leafsum\":1", "\"leafsum\":1", "lockfile: not JSON*"},
      {"a byte order mark", "{\"leafsum\"", "\xef\xbb\xbf{\"leafsum\"",
       "lockfile: begins with a byte order mark"},
      {"a NUL byte", "000\"}}\n", "000\"}}\n" + std::string(1, '\0'), "lockfile: holds a NUL byte"},
      {"a later version", "\"leafsum\":1", "\"leafsum\":2,\"new\":{}",
       "lockfile: unknown version 2", unsupported},
      {"version 0", "\"leafsum\":1", "\"leafsum\":0", "lockfile: unknown version 0", unsupported},
      {"no version", "\"leafsum\":1,", "", "lockfile: member \"leafsum\" is missing"},
      {"a version with a point", "\"leafsum\":1", "\"leafsum\":1.0",
       "lockfile: \"leafsum\" must hold integers of at least 0"},
      {"an unknown member", "\"leafsum\":1", "\"leafsum\":1,\"x\":1",
       "lockfile: unknown member \"x\""},
      {"a duplicate member", "\"leafsum\":1", "\"leafsum\":1,\"leafsum\":1",
       "lockfile: duplicate member \"leafsum\""},
      {"the same by an escape", "\"leafsum\":1", "\"leafsum\":1,\"\\u006ceafsum\":1",
       "lockfile: duplicate member \"leafsum\""},
      {"an item that is an array", "\"metrics\":{", "\"metrics\":[],\"x\":{",
       "lockfile: item \"metrics\": an item must be an object"},
      {"a checkpoint's fingerprint in upper case", top, Upper(top),
       "lockfile: \"fingerprint\" must be \"leafsum1:\" and 64 hex digits in lower case"},
      {"an item's fingerprint in upper case", item_text, Upper(item_text),
       "lockfile: item \"metrics\": \"fingerprint\" must be \"blake3:\" and 64 hex digits in lower "
       "case"},
      {"a fingerprint with the other prefix", "leafsum1:", "blake3:",
       "lockfile: \"fingerprint\" must be \"leafsum1:\" and 64 hex digits in lower case"},
      {"an unknown member of an item", "\"metrics\":{", "\"metrics\":{\"x\":0,",
       "lockfile: item \"metrics\": unknown member \"x\""},
      {"an item twice", "\"state\":{", "\"metrics\":{", "lockfile: duplicate item \"metrics\""},
      {"a leaf that is a number", "[\n{\"key_path\":[\"big\"]", "[\n1,{\"key_path\":[\"big\"]",
       "lockfile: leaf 0 of item \"state\": a leaf must be an object"},
      {"an unknown member of a leaf", "{\"key_path\":[\"big\"],",
       "{\"key_path\":[\"big\"],\"key\":1,", big + "unknown member \"key\""},
      {"a duplicate member of a leaf", "{\"key_path\":[\"big\"],",
       "{\"key_path\":[\"a\"],\"key_path\":[\"big\"],", big + "duplicate member \"key_path\""},
      {"no key path", "{\"key_path\":[\"big\"],", "{",
       "lockfile: leaf 0 of item \"state\": member \"key_path\" is missing"},
      {"a key path of numbers", "[\"big\"]", "[1]",
       "lockfile: leaf 0 of item \"state\": \"key_path\" must be an array of strings"},
      {"a key path that is no Unicode", "[\"big\"]", "[\"\\ud800\"]", "lockfile: not JSON*"},
      {"the same leaf twice", "[\"tail\"]", "[\"rng\"]", state + "duplicate leaf [\"rng\"]"},
      {"no value type", "\"value_type\":\"json\",", "",
       "lockfile: leaf metrics:: member \"value_type\" is missing"},
      {"an empty value type", "\"value_type\":\"json\"", "\"value_type\":\"\"",
       "lockfile: leaf metrics:: \"value_type\" must not be empty"},
      {"no dtype", "\"dtype\":\"json\",", "",
       "lockfile: leaf metrics:: member \"dtype\" is missing"},
      {"a dtype that is null", "\"dtype\":\"json\"", "\"dtype\":null",
       "lockfile: leaf metrics:: \"dtype\" must be a string"},
      {"an unknown dtype", "\"dtype\":\"float32\",\"shape\":[2,3]",
       "\"dtype\":\"float33\",\"shape\":[2,3]", w + "unknown dtype \"float33\"", unsupported},
      {"the store's name of a dtype", "\"dtype\":\"float32\",\"shape\":[2,3]",
       "\"dtype\":\"<f4\",\"shape\":[2,3]", w + "unknown dtype \"<f4\"", unsupported},
      {"no shape", "\"shape\":[2,3],", "", w + "member \"shape\" is missing"},
      {"an array without shape", "\"shape\":[2,3]", "\"shape\":null",
       w + "an array of dtype \"float32\" has a shape"},
      {"JSON with a shape", "\"shape\":null,\"nbytes\":3", "\"shape\":[3],\"nbytes\":3",
       "lockfile: leaf metrics:: dtype \"json\" has the shape null"},
      {"a shape that is a number", "\"shape\":[2,3]", "\"shape\":6",
       w + "\"shape\" must be an array"},
      {"a negative extent", "\"shape\":[2,3]", "\"shape\":[-2,-3]",
       w + "\"shape\" must hold integers of at least 0"},
      {"an extent of 2^53", "\"shape\":[2,3]", "\"shape\":[9007199254740992,3]",
       w + "\"shape\" has an integer of 2^53 or more", limit},
      {"an extent of 2^64", "\"shape\":[2,3]", "\"shape\":[18446744073709551616,3]",
       w + "\"shape\" has an integer of 2^53 or more", limit},
      {"a product that overflows", w_shape, "\"shape\":[4294967296,4294967296],\"nbytes\":0",
       w + "product(shape) * itemsize is 2^64 or more", limit},
      {"an itemsize that overflows", w_shape, "\"shape\":[4294967296,1073741824],\"nbytes\":0",
       w + "product(shape) * itemsize is 2^64 or more", limit},
      {"no nbytes", "\"nbytes\":24,", "", w + "member \"nbytes\" is missing"},
      {"nbytes of 2^53", "\"nbytes\":24", "\"nbytes\":9007199254740992",
       w + "\"nbytes\" has an integer of 2^53 or more", limit},
      {"nbytes as text", "\"nbytes\":24", "\"nbytes\":\"24\"",
       w + "\"nbytes\" must hold integers of at least 0"},
      {"nbytes one too many", "\"nbytes\":24", "\"nbytes\":25",
       w + "\"nbytes\" is not product(shape) * itemsize"},
      {"a digest that is null", "\"digest\":{\"blake3\":\"" + zeros + "\"}", "\"digest\":null",
       "lockfile: leaf metrics:: \"digest\" must be an object"},
      {"no BLAKE3", "{\"blake3\":\"" + w_digest + "\",", "{", w + "member \"blake3\" is missing"},
      {"an unknown algorithm", "{\"blake3\":\"" + w_digest,
       "{\"md5\":\"\",\"blake3\":\"" + w_digest, w + "unknown member \"md5\""},
      {"hex in upper case", w_digest, "AA" + w_digest.substr(2),
       w + "\"blake3\" must be 64 hex digits in lower case"},
      {"hex that is short", w_digest, w_digest.substr(1),
       w + "\"blake3\" must be 64 hex digits in lower case"},
      {"hex with a prefix", w_digest, "blake3:" + w_digest,
       w + "\"blake3\" must be 64 hex digits in lower case"},
      {"SHA-256 in upper case", "\"sha256\":\"00", "\"sha256\":\"0A",
       w + "\"sha256\" must be 64 hex digits in lower case"},
      {"another digest", w_digest, zeros,
       state + "\"fingerprint\" does not follow from the item's leaves"},
      {"content without digest", "\"digest\":{\"blake3\":\"" + zeros + "\"}", "\"key_types\":[]",
       "lockfile: leaf metrics:: member \"digest\" is missing"},
      {"an empty node with a digest", "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0",
       "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0,\"digest\":{\"blake3\":\"" + zeros + "\"}",
       tail + "an empty node has no digest"},
      {"an empty node with a shape", "\"dtype\":\"None\",\"shape\":null",
       "\"dtype\":\"None\",\"shape\":[]", tail + "an empty node has the shape null"},
      {"an empty node with bytes", "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0",
       "\"dtype\":\"None\",\"shape\":null,\"nbytes\":1", tail + "an empty node has no bytes"},
      {"an empty node of two kinds", "\"dtype\":\"None\"", "\"dtype\":\"Dict\"",
       tail + "an empty node has its value type as dtype"},
      {"an empty node with blocks", "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0",
       "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0,\"blocks\":\"\"",
       tail + "\"blocks\" on an empty node"},
      {"an empty node with a PRNG", "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0",
       "\"dtype\":\"None\",\"shape\":null,\"nbytes\":0,\"prng_impl\":\"\"",
       tail + "\"prng_impl\" on an empty node"},
      {"stored without prefix", "\"stored\":\"blake3:", "\"stored\":\"",
       w + "\"stored\" must be \"blake3:\" and 64 hex digits in lower case"},
      {"stored on JSON", "\"digest\":{\"blake3\":\"" + zeros + "\"}",
       "\"digest\":{\"blake3\":\"" + zeros + "\"},\"stored\":\"\"",
       "lockfile: leaf metrics:: \"stored\" on a leaf that is not an array"},
      {"chunks on JSON", "\"digest\":{\"blake3\":\"" + zeros + "\"}",
       "\"digest\":{\"blake3\":\"" + zeros + "\"},\"chunks\":\"\"",
       "lockfile: leaf metrics:: \"chunks\" on a leaf that is not an array"},
      {"blocks on a small leaf", "\"stored\":\"blake3:", "\"blocks\":\"\",\"stored\":\"blake3:",
       w + "\"blocks\" on content of 4 MiB or less"},
      {"blocks that are short", big_blocks, Base64(ByteVector(32, 0)),
       big + "\"blocks\" must have 32 bytes for every 4 MiB begun"},
      {"blocks of one byte more", big_blocks, Base64(ByteVector(65, 0)),
       big + "\"blocks\" must have 32 bytes for every 4 MiB begun"},
      {"no blocks at all", big_blocks, "",
       big + "\"blocks\" must have 32 bytes for every 4 MiB begun"},
      {"blocks that do not merge", big_blocks, Base64(ByteVector(64, 0)),
       big + "\"blocks\" do not merge into the leaf's digest"},
      {"blocks that are not base64", big_blocks, "!" + big_blocks.substr(1),
       big + "\"blocks\" is not base64 (RFC 4648, section 4, padded)"},
      {"chunks without padding", chunks, chunks.substr(0, chunks.size() - 2),
       w + "\"chunks\" is not base64 (RFC 4648, section 4, padded)"},
      {"chunks of half a digest", chunks, Base64(ByteVector(48, 5)),
       w + "\"chunks\" must have 32 bytes for every chunk"},
      {"chunks that are a list", "\"" + chunks + "\"", "[]", w + "\"chunks\" must be a string"},
      {"one key type too few", "\"key_types\":[2,1]", "\"key_types\":[2]",
       w + "\"key_types\" must have one number for each element of the key path"},
      {"an unknown key type", "\"key_types\":[2,1]", "\"key_types\":[2,3]",
       w + "\"key_types\" holds an unknown key type"},
      {"key types that are text", "\"key_types\":[2,1]", "\"key_types\":\"2,1\"",
       w + "\"key_types\" must be an array"},
      {"a PRNG on floats", "\"stored\":\"blake3:", "\"prng_impl\":\"fry\",\"stored\":\"blake3:",
       w + "\"prng_impl\" on a leaf that is not uint32"},
      {"a PRNG that is a number", "\"prng_impl\":\"fry\"", "\"prng_impl\":1",
       "lockfile: leaf state:/rng: \"prng_impl\" must be a string"},
      {"a source that is text",
       "\"source\":{\"step\":3,\"commit_timestamp_nsecs\":\"1763770000000000000\"}",
       "\"source\":\"\"", "lockfile: \"source\": it must be an object"},
      {"an unknown member of source", "\"source\":{", "\"source\":{\"host\":\"\",",
       "lockfile: \"source\": unknown member \"host\""},
      {"a step that is text", "\"step\":3", "\"step\":\"3\"",
       "lockfile: \"source\": \"step\" must hold integers of at least 0"},
      {"a step of 2^53", "\"step\":3", "\"step\":9007199254740992",
       "lockfile: \"source\": \"step\" has an integer of 2^53 or more", limit},
      {"a time that is a number", "\"1763770000000000000\"", "1763770000000000000",
       "lockfile: \"source\": \"commit_timestamp_nsecs\" must be a string"},
      {"a time in hex", "\"1763770000000000000\"", "\"0x17\"",
       "lockfile: \"source\": \"commit_timestamp_nsecs\" must be a decimal number in a string"},
      {"a time with a zero before it", "\"1763770000000000000\"", "\"01\"",
       "lockfile: \"source\": \"commit_timestamp_nsecs\" must be a decimal number in a string"},
      {"a time of nothing", "\"1763770000000000000\"", "\"\"",
       "lockfile: \"source\": \"commit_timestamp_nsecs\" must be a decimal number in a string"},
      {"a time of 21 digits", "\"1763770000000000000\"", "\"176377000000000000000\"",
       "lockfile: \"source\": \"commit_timestamp_nsecs\" must be a decimal number in a string"},
      {"files that are no list", "\"files\":[", "\"files\":1,\"x\":[", "lockfile: unknown member*"},
      {"a file that is no object", "{\"path\":\"a/stats.json\"", "1,{\"path\":\"a/stats.json\"",
       "lockfile: file 0 of \"files\": a file must be an object"},
      {"a path that leads out", "a/stats.json", "a/../stats.json",
       "lockfile: file \"a/../stats.json\": \"path\" must be a path below the source*"},
      {"a file without a digest", "\"nbytes\":7,\"digest\":{\"blake3\":\"" + zeros + "\"}",
       "\"nbytes\":7", "lockfile: file \"a/stats.json\": member \"digest\" is missing"},
      {"a file's SHA-256", "\"nbytes\":7,\"digest\":{", "\"nbytes\":7,\"digest\":{\"sha256\":\"\",",
       "lockfile: file \"a/stats.json\": unknown member \"sha256\""},
      {"a file twice", "tokenizer \\\"x\\\"", "a/stats.json",
       "lockfile: file \"a/stats.json\": duplicate file \"a/stats.json\""},
      {"deep nesting", "\"items\":", "\"items\":" + std::string(100, '['),
       "lockfile: JSON is nested too deeply"},
  };
  for (const Edit& edit : edits) {
    INFO(edit.what);
    const std::string text = Replaced(SampleText(), edit.from, edit.to);
    REQUIRE(text != SampleText());
    REQUIRE_FALSE(text.empty());
    auto parsed = Parse(text);
    REQUIRE_FALSE(parsed);
    INFO(parsed.error().message);
    CHECK(Is(parsed.error().message, edit.message));
    CHECK(parsed.error().code == edit.code);
  }
}

TEST_CASE("whole documents that are refused") {
  const auto sample = nlohmann::json::parse(SampleText(), nullptr, false);
  auto message = [](const std::string& text) {
    auto parsed = Parse(text);
    return parsed ? std::string("accepted") : parsed.error().message;
  };
  CHECK(message("[]") == "lockfile: the document must be an object");
  CHECK(message("{}") == "lockfile: member \"leafsum\" is missing");
  auto edited = sample;
  edited.erase("fingerprint");
  CHECK(message(edited.dump()) == "lockfile: member \"fingerprint\" is missing");
  edited["fingerprint"] = nullptr;
  CHECK(message(edited.dump()) == "lockfile: \"fingerprint\" must be a string");
  edited["fingerprint"] = "leafsum1:" + std::string(64, '0');
  CHECK(message(edited.dump()) == "lockfile: \"fingerprint\" does not follow from the items'");
  edited = sample;
  edited.erase("items");
  CHECK(message(edited.dump()) == "lockfile: member \"items\" is missing");
  edited["items"] = nlohmann::json::array();
  CHECK(message(edited.dump()) == "lockfile: \"items\" must be an object");
  for (const char* member : {"fingerprint", "leaves"}) {
    edited = sample;
    edited["items"]["state"].erase(member);
    CHECK(message(edited.dump()) ==
          "lockfile: item \"state\": member \"" + std::string(member) + "\" is missing");
  }
  edited = sample;
  edited["items"]["state"]["leaves"] = nlohmann::json::object();
  CHECK(message(edited.dump()) == "lockfile: item \"state\": \"leaves\" must be an array");
  edited["items"]["state"]["fingerprint"] = nullptr;
  CHECK(message(edited.dump()) == "lockfile: item \"state\": \"fingerprint\" must be a string");

  // An item that occurs twice, each of them right.
  const std::string empty_item =
      "\"e\":{\"fingerprint\":\"" + Blake3Text(*ItemFingerprint({})) + "\",\"leaves\":[]},";
  CHECK(message(Replaced(SampleText(), "\"items\":{", "\"items\":{" + empty_item + empty_item)) ==
        "lockfile: duplicate item \"e\"");

  // No leaves: none at all, or none with content.
  Lockfile lockfile;
  const std::string none =
      Replaced(WriteLockfile(lockfile), "null", "\"leafsum1:" + std::string(64, '0') + "\"");
  CHECK(message(none) == "lockfile: no leaf has content, so there is nothing to compare with");
  lockfile.items = {{"", {Empty({"n"}, "None")}, false}};
  const std::string empties = Replaced(
      WriteLockfile(lockfile), "null",
      "\"" + CheckpointText(CombineItems({{"", *ItemFingerprint(lockfile.items[0])}})) + "\"");
  CHECK(message(empties) == "lockfile: no leaf has content, so there is nothing to compare with");
}

TEST_CASE("a long hostile name does not make a long message") {
  const std::string text = Replaced(SampleText(), "\"leafsum\":1",
                                    "\"leafsum\":1,\"" + std::string(100000, 'x') + "\":1");
  auto parsed = Parse(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.size() < 300);
}

TEST_CASE("arrays without elements are held to their product too") {
  Lockfile lockfile;
  LeafRecord leaf = Array({"w"}, {0}, 0);
  leaf.shape = std::vector<uint64_t>{4503599627370496, 4503599627370496, 0};
  lockfile.items = {{"", {leaf}, false}};
  CHECK(Parse(WriteLockfile(lockfile)));
  lockfile.items[0].leaves[0].nbytes = 4;
  CHECK_FALSE(Parse(WriteLockfile(lockfile)));
}
