// OCDBT stores through the whole verifier: numbered manifests, older generations, process databases
// against what was merged from them, values that share bytes.
#include "ocdbt/numbered_manifest.h"
#include "support/catch.h"
#include "support/drive.h"
#include "support/memory_source.h"
#include "support/ocdbt_writer.h"
#include "verify/verifier.h"

using namespace leafsum;
using namespace leafsum::test;
using namespace leafsum::plan;
using report::Finding;

namespace {

using Files = std::map<std::string, ByteVector>;

struct Outcome {
  std::string error, report, output;
  std::vector<std::string> findings;  // "severity code file: message (expected/actual)"
  bool operator==(const Outcome&) const = default;
  size_t Count(std::string_view text) const {
    size_t n = 0;
    for (const std::string& f : findings) n += f.find(text) != f.npos;
    return n;
  }
};

// In several orders of answers, which must not matter.
Outcome Run(const std::string& options, const Files& files) {
  const MemorySource source(files);
  std::optional<Outcome> first;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    verify::Verifier verifier(AsBytes(options));
    REQUIRE(verifier.error() == "");
    verifier.SetListing(0, source.Listing());
    Drive(verifier, {&source}, seed);
    Outcome out;
    out.error = verifier.error();
    if (out.error.empty()) {
      out.report = report::ToJson(verifier.report());
      out.output = WholeOutput(verifier, 1 + seed * 100);  // in pieces of other sizes, too
      const auto& c = verifier.report().coverage;
      CHECK(c.leaf + c.structural + c.unreachable + c.ignored + c.unread ==
            verifier.report().source.bytes);
      for (const Finding& f : verifier.report().findings.sorted())
        out.findings.push_back(std::string(SeverityName(f.severity)) + " " +
                               std::string(CodeName(f.code)) + " " + f.file.value_or("-") + ": " +
                               f.message + " (" + f.expected.value_or("") + "/" +
                               f.actual.value_or("") + ")");
    }
    if (!first)
      first = out;
    else
      CHECK(out == *first);
  }
  std::string all;
  for (const std::string& f : first->findings) all += f + "\n";
  UNSCOPED_INFO(all);
  return *first;
}

const std::string kCheck = R"({"command":"check"})";
const std::string kKeys = R"({"command":"ls","keys":true,"key_digests":true})";
std::string Generation(uint64_t n) {
  return R"({"command":"ls","keys":true,"versions":true,"generation":)" + std::to_string(n) + "}";
}

// A database with generations 1..n, each with a root leaf of its own whose one key is "g<number>",
// and a version tree of nodes of 2^arity_log2 generations below the manifest.
struct History {
  DatabaseWriter db;
  ManifestForm manifest;
  std::vector<NodeHandle> roots;
  uint64_t arity_log2;

  explicit History(uint64_t n, uint64_t arity = 2) : arity_log2(arity) {
    for (uint64_t g = 1; g <= n; ++g)
      roots.push_back(db.AddLeaf({Inline("g" + std::to_string(g), "v")}));
    const uint64_t block = uint64_t{1} << arity;
    const uint64_t inline_from = (n - 1) / block * block + 1;
    manifest.arity_log2 = arity;
    manifest.files = MakeFileTable({db.node_file});
    for (uint64_t g = inline_from; g <= n; ++g) Add(manifest.versions, g);
  }
  void Add(VersionColumns& v, uint64_t g) {
    const NodeHandle& root = roots[g - 1];
    v.Add(g);
    v.offset.back() = root.reference.offset;
    v.length.back() = root.reference.length;
    v.num_tree_bytes.back() = root.statistics.num_tree_bytes;
  }
  // The leaf of the version tree with generations [first, last].
  ocdbt::IndirectDataReference VersionLeaf(uint64_t first, uint64_t last) {
    VersionTreeNodeForm form;
    form.arity_log2 = arity_log2;
    form.files = MakeFileTable({db.node_file});
    for (uint64_t g = first; g <= last; ++g) Add(form.versions, g);
    return db.Append({"", "d/versions"}, WriteVersionTreeNodeEnvelope(form.Body()));
  }
  // Refers to a node of the version tree from the manifest, or from a node.
  void Refer(VersionNodeColumns& nodes, uint64_t first, uint64_t last, uint64_t file,
             const ocdbt::IndirectDataReference& at) {
    nodes.Add(last, last - first + 1);
    nodes.file.back() = file;
    nodes.offset.back() = at.offset;
    nodes.length.back() = at.length;
    nodes.commit_time.back() = first;
  }
  Files Write() {
    db.files["manifest.ocdbt"] = WriteManifestEnvelope(manifest.Body());
    return db.files;
  }
};

// Generations 1..7 of arity 4: 5..7 in the manifest, 1..4 in the one leaf of a node of height 1.
History Seven() {
  History h(7);
  h.manifest.files = MakeFileTable({h.db.node_file, {"", "d/versions"}});
  const auto leaf = h.VersionLeaf(1, 4);
  VersionTreeNodeForm top;
  top.arity_log2 = 2;
  top.height = 1;
  top.files = MakeFileTable({{"", "d/versions"}});
  h.Refer(top.version_nodes, 1, 4, 0, leaf);
  const auto node = h.db.Append({"", "d/versions"}, WriteVersionTreeNodeEnvelope(top.Body()));
  h.Refer(h.manifest.version_nodes, 1, 4, 1, node);
  h.manifest.version_nodes.entry_height = {1};
  return h;
}

}  // namespace

TEST_CASE("Every generation is read, by way of the version tree where it must be") {
  const Files files = Seven().Write();
  CHECK(Run(kCheck, files).Count("error") == 0);
  CHECK(Run(kCheck, files).Count("version") == 0);
  for (uint64_t g = 1; g <= 7; ++g) {
    const Outcome out = Run(Generation(g), files);
    CHECK(out.error == "");
    CHECK(out.output.find("\"keys\":[{\"key\":\"g" + std::to_string(g) + "\"") != out.output.npos);
    CHECK(out.output.find("\"generation\":" + std::to_string(g) +
                          ",\"versions\":[{\"generation\":1,") != out.output.npos);
    CHECK(out.output.find("\"versions_unreadable\":[]") != out.output.npos);
  }
  CHECK(Run(Generation(8), files)
            .error.find("no generation 8 in the store manifest.ocdbt; it has 1-7") == 0);
}

TEST_CASE("History that is gone is told, history that is damaged is a warning") {
  Files files = Seven().Write();
  const ByteVector versions = files["d/versions"];
  files.erase("d/versions");
  CHECK(Run(kCheck, files).Count("version") == 0);
  const Outcome gone = Run(R"({"command":"ls","versions":true})", files);
  CHECK(gone.output.find("\"versions_unreadable\":[{\"newest_generation\":4,\"num_generations\":4,"
                         "\"reason\":\"the file is missing\"}]") != gone.output.npos);
  CHECK(Run(Generation(3), files).error.find("it has 5-7; others cannot be read") !=
        std::string::npos);
  CHECK(Run(Generation(6), files).error == "");

  for (size_t at = 0; at < versions.size(); at += 7) {
    files["d/versions"] = versions;
    files["d/versions"][at] ^= 0x10;
    const Outcome out = Run(kCheck, files);
    CHECK(out.Count("warning checksum d/versions: version tree node") == 1);
    CHECK(out.Count("error") == 0);
  }
  files["d/versions"] = versions;
  files["d/versions"].resize(versions.size() - 1);
  CHECK(Run(kCheck, files).Count("warning truncated d/versions: version tree node") == 1);
}

TEST_CASE("What a reference says of a version tree node is compared with what is there") {
  for (Column VersionNodeColumns::* column :
       {&VersionNodeColumns::num_generations, &VersionNodeColumns::commit_time}) {
    History h = Seven();
    --(h.manifest.version_nodes.*column)[0];
    const Outcome out = Run(kCheck, h.Write());
    CHECK(out.Count("warning statistics-mismatch d/versions: version tree node") == 1);
    CHECK(out.Count("error") == 0);
  }
}

TEST_CASE("A reference longer than any node is too large only where the file is not shorter") {
  for (const uint64_t length : {uint64_t{1} << 31, uint64_t{1} << 62}) {
    History h(3);
    h.manifest.versions.length.back() = length;
    const Files files = h.Write();
    CHECK(Run(kCheck, files).Count("error truncated " + h.db.node_file.Path() + ": b-tree node") ==
          1);
    // Who has no listing knows no size.
    const MemorySource source(files);
    verify::Verifier verifier(AsBytes(kCheck));
    Drive(verifier, {&source}, 1);
    const auto& findings = verifier.report().findings.sorted();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].code == report::Code::kLimit);
  }
}

TEST_CASE("A version tree node outside the database is never asked for") {
  History h = Seven();
  h.manifest.files = MakeFileTable({h.db.node_file, {"", "../versions"}});
  const Outcome out = Run(kCheck, h.Write());
  CHECK(out.Count("warning hostile-path -: version tree node") == 1);
  CHECK(out.Count("error") == 0);
}

TEST_CASE("Numbered manifests: the highest counts, its number and configuration are checked") {
  History h(3);
  History older(2);
  ManifestForm config;
  config.kind = 1;
  config.arity_log2 = 2;
  Files files = h.db.files;
  files["manifest.ocdbt"] = WriteManifestEnvelope(config.Body());
  files[ocdbt::NumberedManifestName(2)] = WriteManifestEnvelope(older.manifest.Body());
  files[ocdbt::NumberedManifestName(3)] = WriteManifestEnvelope(h.manifest.Body());
  files["manifest.f000000000000000"] = {1, 2, 3};
  const Outcome sound = Run(kCheck, files);
  CHECK(sound.Count("error") == 0);
  CHECK(sound.Count("unknown-file manifest.f000000000000000") == 1);
  CHECK(Run(kKeys, files).output.find("\"key\":\"g3\"") != std::string::npos);

  const auto refused = [&](ManifestForm form, std::string_view why) {
    Files other = files;
    other[ocdbt::NumberedManifestName(3)] = WriteManifestEnvelope(form.Body());
    const Outcome out = Run(kCheck, other);
    CHECK(out.Count("error invalid manifest.0000000000000003: ") == 1);
    CHECK(out.Count(why) == 1);
  };
  refused(older.manifest, "is not the one in its name (3/2)");
  ManifestForm form = h.manifest;
  form.uuid[0] ^= 1;
  refused(form, "uuid of a numbered manifest is not the database's");
  form = h.manifest;
  form.max_inline_value_bytes = 99;
  refused(form, "configuration of a numbered manifest is not the database's");
  form = h.manifest;
  form.kind = 1;
  refused(form, "holds no state");

  files.erase(ocdbt::NumberedManifestName(3));
  CHECK(Run(kKeys, files).output.find("\"key\":\"g2\"") != std::string::npos);
  files.erase(ocdbt::NumberedManifestName(2));
  const Outcome none = Run(kCheck, files);
  CHECK(none.Count("warning missing-file manifest.ocdbt") == 1);
  CHECK(Run(kKeys, files).output.find("\"keys\":[]") != std::string::npos);
}

// -- Process databases

namespace {

const std::string kTree =
    R"({"tree_metadata":{"w":{"key_metadata":[{"key":"w","key_type":2}],"value_metadata":{"value_type":"jax.Array","skip_deserialize":false}}},"use_ocdbt":true,"use_zarr3":false})";
const std::string kZarray =
    R"({"chunks":[2],"compressor":null,"dimension_separator":".","dtype":"|u1","fill_value":null,"filters":null,"order":"C","shape":[4],"zarr_format":2})";

// An item whose two processes wrote the array's metadata and one chunk each.
struct Merged {
  std::vector<LeafItem> parent, process[2];
  ByteVector values[2];

  Merged() {
    parent = {Inline("w/.zarray", kZarray), Indirect("w/0", 0, 0, 2), Inline("w/1", "cd")};
    process[0] = {Inline("w/.zarray", kZarray), Indirect("w/0", 0, 0, 2)};
    process[1] = {Inline("w/.zarray", kZarray), Inline("w/1", "cd")};
    values[0] = values[1] = {'a', 'b', 'x'};
  }
  Files Write() const {
    Files out;
    const auto add = [&](const std::string& dir, const std::vector<LeafItem>& items,
                         const ocdbt::DataFileId& value_file) {
      DatabaseWriter db;
      const NodeHandle root = db.AddLeaf(items, {value_file});
      for (const auto& [path, bytes] : db.files) out[dir + path] = bytes;
      out[dir + "manifest.ocdbt"] = WriteManifest(root);
    };
    add("", parent, {"ocdbt.process_0/", "d/v"});
    for (int p : {0, 1}) {
      const std::string dir = "ocdbt.process_" + std::to_string(p) + "/";
      add(dir, process[p], {"", "d/v"});
      out[dir + "d/v"] = values[p];
    }
    const Bytes tree = AsBytes(kTree);
    out["_METADATA"] = ByteVector(tree.begin(), tree.end());
    return out;
  }
};

}  // namespace

TEST_CASE("A merged store holds what its processes hold") {
  CHECK(Run(kCheck, Merged().Write()).findings.empty());
}

TEST_CASE("A merged store that holds something else is told") {
  Merged inline_value, reference, more, fewer, length;
  inline_value.parent[2].inline_value = "cx";
  reference.parent[1].offset = 1;
  more.parent.push_back(Inline("w/2", ""));
  length.process[1][1].inline_value = "cde";
  for (Merged* m : {&inline_value, &reference, &more, &length}) {
    const Outcome out = Run(kCheck, m->Write());
    CHECK(out.Count("warning structure-mismatch manifest.ocdbt: values of the merged store") == 1);
    CHECK(out.Count("error") == 0);
  }
  fewer.process[1].push_back(Inline("w/9", ""));
  const Outcome out = Run(kCheck, fewer.Write());
  CHECK(out.Count("warning structure-mismatch ocdbt.process_1/manifest.ocdbt: keys of a process") ==
        1);
  CHECK(out.Count("(none/1 key: \"w/9\")") == 1);
}

TEST_CASE("A process database that is damaged is a warning, one that is gone is nothing") {
  const Files files = Merged().Write();
  for (const std::string path : {"ocdbt.process_1/manifest.ocdbt", "ocdbt.process_1/d/nodes"}) {
    Files damaged = files;
    damaged[path][30] ^= 1;
    const Outcome out = Run(kCheck, damaged);
    CHECK(out.Count("warning checksum " + path) == 1);
    CHECK(out.findings.size() == 1);
    damaged.erase(path);
    CHECK(Run(kCheck, damaged).Count("error") == 0);
    CHECK(Run(kCheck, damaged).Count("structure-mismatch") == 0);
  }
  Files gone = files;
  for (int p : {0, 1}) gone.erase("ocdbt.process_" + std::to_string(p) + "/manifest.ocdbt");
  CHECK(Run(kCheck, gone).findings.empty());
}

// -- Values that share bytes

TEST_CASE(
    "A value that takes part of another, or of the metadata, is told; the same range twice is "
    "not") {
  const auto check = [](const std::vector<LeafItem>& items, std::string file) {
    DatabaseWriter db;
    const NodeHandle root = db.AddLeaf(items, {{"", file}});
    Files files = db.files;
    files.try_emplace("d/v", ByteVector(100));
    files["manifest.ocdbt"] = WriteManifest(root);
    return Run(kCheck, files);
  };
  constexpr std::string_view kOverlap = "overlaps another value's",
                             kMetadata = "lies in the metadata";
  struct Case {
    uint64_t a, a_length, b, b_length;
    bool overlaps;
  };
  for (const Case& c :
       {Case{0, 10, 10, 10, false}, Case{0, 10, 0, 10, false}, Case{0, 10, 9, 10, true},
        Case{0, 10, 0, 9, true}, Case{0, 10, 3, 2, true}, Case{5, 10, 0, 6, true},
        Case{5, 10, 0, 5, false}, Case{0, 10, 3, 0, false}}) {
    CAPTURE(c.a, c.b, c.b_length);
    const Outcome out =
        check({Indirect("a", 0, c.a, c.a_length), Indirect("b", 0, c.b, c.b_length)}, "d/v");
    CHECK(out.Count("warning structure-mismatch d/v: the range of a value overlaps") == c.overlaps);
    CHECK(out.Count(kMetadata) == 0);
  }
  // A long one hides the end of a shorter one in it, not what comes after both.
  const Outcome three =
      check({Indirect("a", 0, 0, 50), Indirect("b", 0, 10, 5), Indirect("c", 0, 49, 5)}, "d/v");
  CHECK(three.Count("(none/2 keys, the first is \"b\")") == 1);
  CHECK(check({Indirect("a", 0, 0, 10)}, "manifest.ocdbt").Count(kMetadata) == 1);
  CHECK(check({Indirect("a", 0, 0, 10)}, "d/nodes").Count(kMetadata) == 1);
  CHECK(check({Indirect("a", 0, 0, 10)}, "d/nodes").Count(kOverlap) == 0);
}

TEST_CASE("Digests of values: inline ones, ones in files, ones that are not there") {
  DatabaseWriter db;
  const NodeHandle root = db.AddLeaf({Inline("", "abc"), Indirect("gone", 1, 0, 3),
                                      Indirect("long", 0, 2, 9), Indirect("\xff", 0, 1, 3)},
                                     {{"", "d/v"}, {"", "d/gone"}});
  Files files = db.files;
  files["d/v"] = {'x', 'a', 'b', 'c'};
  files["manifest.ocdbt"] = WriteManifest(root);
  const Outcome out =
      Run(R"({"command":"ls","keys":true,"key_digests":true,"algorithms":["sha256"]})", files);
  const std::string digest =
      "\"length\":3,\"digest\":{\"blake3\":"
      "\"6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85\","
      "\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}}";
  CHECK(out.output.find("{\"key\":\"\"," + digest) != out.output.npos);
  CHECK(out.output.find("{\"key\":null,\"key_hex\":\"ff\"," + digest) != out.output.npos);
  CHECK(out.output.find("{\"key\":\"gone\",\"length\":3}") != out.output.npos);
  CHECK(out.output.find("{\"key\":\"long\",\"length\":9}") != out.output.npos);
  CHECK(out.Count("error missing-file d/gone") == 1);
  CHECK(out.Count("error truncated d/v") == 1);
}
