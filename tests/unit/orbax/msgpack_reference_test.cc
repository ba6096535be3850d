// References in a msgpack tree (contract §10.23): every form of a text, and every member that a
// TensorStore spec may have.
#include "orbax/msgpack_reference.h"

#include <cstring>
#include <limits>

#include "support/catch.h"

using namespace leafsum;
using namespace leafsum::orbax;
using namespace leafsum::orbax::msgpack;
using Kind = MsgpackLeaf::Kind;
using Reference = MsgpackLeaf::Reference;

namespace {

MsgpackLeaf Part(KeyPath path, Kind kind, std::string dtype, std::string_view raw = "") {
  MsgpackLeaf leaf;
  leaf.key_path = std::move(path);
  leaf.kind = kind;
  leaf.dtype = std::move(dtype);
  leaf.raw = ToVector(AsBytes(raw));
  return leaf;
}
MsgpackLeaf String(KeyPath path, std::string_view text) {
  return Part(std::move(path), Kind::kString, "string", text);
}
MsgpackLeaf Empty(KeyPath path, const char* kind) {
  return Part(std::move(path), Kind::kEmpty, kind);
}
MsgpackLeaf Number(KeyPath path, const char* dtype, uint64_t bits) {
  std::string raw;
  for (int i = 0; i < 8; ++i) raw += static_cast<char>(bits >> 8 * i);
  return Part(std::move(path), Kind::kNumber, dtype, raw);
}
MsgpackLeaf Double(KeyPath path, double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return Number(std::move(path), "float64", bits);
}
MsgpackLeaf Broken(MsgpackLeaf leaf) {
  leaf.problem = Error{ErrorCode::kInvalid, "broken", {}, "", ""};
  return leaf;
}

using Parts = std::vector<MsgpackLeaf>;

// The spec of the least members, with `more`.
MsgpackLeaf Spec(const Parts& more) {
  Parts parts{String({"driver"}, "zarr"), String({"kvstore", "path"}, "a/b/")};
  parts.insert(parts.end(), more.begin(), more.end());
  REQUIRE(IsSpec(parts, {}));
  return JoinSpec(parts, {});
}

// "/shape/0=4 dtype="float32" ", as the claims name them.
std::string Claims(const MsgpackLeaf& leaf) {
  std::string out = leaf.claims;
  bool value = false;
  for (char& c : out)
    if (c == '\0') {
      c = value ? ' ' : '=';
      value = !value;
    }
  return out;
}

}  // namespace

TEST_CASE("a text that refers to an array, by its form") {
  struct Row {
    const char* text;
    int form;  // -1: an ordinary text
    const char* name;
  };
  const int orbax = static_cast<int>(Reference::kOrbax), gda = static_cast<int>(Reference::kGda),
            unknown = static_cast<int>(Reference::kUnknown);
  const Row rows[] = {
      {"PLACEHOLDER://a.b", orbax, "a.b"},
      {"PLACEHOLDER://", orbax, ""},
      {"//GDAPlaceholder:a/b", gda, "a/b"},
      {"//GDAPlaceholder:", gda, ""},
      {"placeholder://a", unknown, ""},
      {"MyPlaceHolder_2://a", unknown, ""},
      {"//OtherMark:a", unknown, ""},
      {"//a_9:", unknown, ""},
      {"//:a", -1, ""},
      {"//", -1, ""},
      {"//a b:c", -1, ""},
      {"//comment", -1, ""},
      {"https://a.b/placeholder", -1, ""},
      {"place-holder://a", -1, ""},
      {"PLACEHOLDER:/a", -1, ""},
      {"://placeholder", -1, ""},
      {"", -1, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto reference = ReadReference(row.text);
    REQUIRE(reference.has_value() == (row.form >= 0));
    if (!reference) continue;
    CHECK(static_cast<int>(reference->form) == row.form);
    CHECK(reference->name == row.name);
  }
}

TEST_CASE("a map with driver and kvstore is a spec, unless neither is a text") {
  struct Row {
    Parts parts;
    bool is_spec;
  };
  const Row rows[] = {
      {{String({"m", "driver"}, "zarr"), Empty({"m", "kvstore"}, "Dict")}, true},
      {{String({"m", "kvstore"}, "file://a"), Double({"m", "driver"}, 1)}, true},
      {{String({"m", "kvstore", "path"}, "a/"), Double({"m", "driver"}, 1)}, true},
      {{String({"m", "kvstore", "driver"}, "file"), Double({"m", "driver"}, 1)}, true},
      {{Part({"m", "driver"}, Kind::kPlaceholder, "string", "a"), Double({"m", "kvstore"}, 1)},
       true},
      // A model whose layers have these names.
      {{Double({"m", "driver"}, 1), Double({"m", "kvstore"}, 1)}, false},
      {{Part({"m", "driver", "w"}, Kind::kArray, "float32"), Double({"m", "kvstore", "path"}, 1)},
       false},
      {{String({"m", "driver", "name"}, "a"), String({"m", "kvstore", "name"}, "b")}, false},
      {{String({"m", "other", "path"}, "a"), String({"m", "other"}, "b")}, false},
      {{String({"m", "kvstore", "path", "x"}, "a")}, false},
      {{}, false},
  };
  for (const Row& row : rows) {
    INFO((row.parts.empty() ? "nothing" : JsonPointer(row.parts[0].key_path)));
    CHECK(IsSpec(row.parts, {"m"}) == row.is_spec);
  }
}

TEST_CASE("what a spec claims of its array") {
  struct Row {
    MsgpackLeaf member;
    const char* claims;
  };
  const Row rows[] = {
      {String({"dtype"}, "float32"), "dtype=\"float32\" "},
      {Number({"metadata", "shape", "0"}, "int64", 4), "/shape/0=4 "},
      {Number({"metadata", "shape", "0"}, "int64", ~uint64_t{0}), "/shape/0=-1 "},
      {Number({"metadata", "shape", "0"}, "uint64", ~uint64_t{0}),
       "/shape/0=18446744073709551615 "},
      {Double({"metadata", "fill_value"}, 0.5), "/fill_value=0.5 "},
      {Number({"metadata", "a"}, "bool", 1), "/a=true "},
      {Number({"metadata", "a"}, "bool", 0), "/a=false "},
      {Empty({"metadata", "filters"}, "None"), "/filters=null "},
      {Empty({"metadata", "shape"}, "List"), "/shape=[] "},
      {Empty({"metadata", "compressor"}, "Dict"), "/compressor={} "},
      {String({"metadata", "a/b", "c~"}, "x"), "/a~1b/c~0=\"x\" "},
      {Number({"transform", "input_exclusive_max", "1"}, "int64", 7), "/shape/1=7 "},
      {Number({"transform", "input_exclusive_max", "1", "0"}, "int64", 7), "/shape/1=7 "},
      // Nothing that changes what is read.
      {Number({"transform", "input_rank"}, "int64", 2), ""},
      {String({"transform", "input_labels", "0"}, ""), ""},
      {Number({"transform", "input_inclusive_min", "0"}, "int64", 0), ""},
      {Empty({"transform"}, "Dict"), ""},
      {Empty({"transform", "output"}, "List"), ""},
      {Empty({"metadata"}, "Dict"), ""},
      {Empty({"path"}, "None"), ""},
      {Empty({"whatever"}, "None"), ""},
      {Number({"open"}, "bool", 1), ""},
      {String({"context", "cache_pool"}, "x"), ""},
      {String({"recheck_cached_data"}, "open"), ""},
      {Number({"rank"}, "int64", 2), ""},
      {String({"kvstore", "driver"}, "gcs"), ""},
      {String({"kvstore", "bucket"}, "t5x-dummy-bucket"), ""},
  };
  for (const Row& row : rows) {
    INFO(JsonPointer(row.member.key_path));
    const MsgpackLeaf leaf = Spec({row.member});
    CHECK_FALSE(leaf.problem);
    CHECK(Claims(leaf) == row.claims);
    CHECK(AsText(leaf.raw) == "a/b/");
    CHECK(leaf.reference == Reference::kSpec);
    CHECK(leaf.kind == Kind::kPlaceholder);
  }
}

TEST_CASE("a spec that asks for anything but the whole array is of an unknown form") {
  struct Row {
    MsgpackLeaf member;
    const char* name;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string nul("a\0b", 3);
  const Row rows[] = {
      {String({"driver"}, "n5"), "driver"},
      {Double({"driver"}, 1), "driver"},
      {String({"driver", "name"}, "zarr"), "driver"},
      {Broken(String({"driver"}, "zarr")), "driver"},
      {String({"kvstore", "cache"}, "x"), "kvstore"},
      {String({"kvstore"}, "file://a"), "kvstore"},
      {String({"kvstore", "driver", "name"}, "x"), "kvstore"},
      {Double({"kvstore", "path"}, 1), "kvstore"},
      {Double({"path"}, 1), "path"},
      {String({"path", "a"}, "b"), "path"},
      {Double({"dtype"}, 1), "dtype"},
      {String({"dtype", "a"}, "b"), "dtype"},
      {String({"metadata"}, "x"), "metadata"},
      {Double({"metadata", "fill_value"}, nan), "metadata"},
      {Part({"metadata", "fill_value"}, Kind::kNumber, "complex128", std::string(16, 'x')),
       "metadata"},
      {Part({"metadata", "fill_value"}, Kind::kBytes, "bytes"), "metadata"},
      {String({"metadata", nul}, "x"), "metadata"},
      {String({"schema", "rank"}, "x"), "schema"},
      {Empty({"whatever", "a"}, "None"), "whatever"},
      {Part({"transform", "input_rank"}, Kind::kBytes, "bytes"), "transform"},
      {String({"transform"}, "x"), "transform"},
      {String({"transform", "input_labels", "0"}, "x"), "transform"},
      {Number({"transform", "input_inclusive_min", "0"}, "int64", 1), "transform"},
      {Number({"transform", "input_exclusive_max", "1", "1"}, "int64", 7), "transform"},
      {Number({"transform", "input_exclusive_max", "1", "0", "0"}, "int64", 7), "transform"},
      {Number({"transform", "input_exclusive_max"}, "int64", 7), "transform"},
      {Number({"transform", "output", "0", "offset"}, "int64", 7), "transform"},
  };
  for (const Row& row : rows) {
    INFO(JsonPointer(row.member.key_path));
    // The first problem is the one that is told.
    const MsgpackLeaf leaf = Spec({row.member, String({"zz_unknown"}, "x")});
    REQUIRE(leaf.problem);
    CHECK(leaf.problem->code == ErrorCode::kUnsupported);
    CHECK(leaf.problem->message ==
          "a reference to an array (a TensorStore spec) in an unknown form: its member \"" +
              std::string(row.name) + "\"");
  }
}

TEST_CASE("a spec claims so much and no more") {
  Parts members;
  for (int i = 0; i < 128; ++i)
    members.push_back(Number({"metadata", "m" + std::to_string(i)}, "int64", 1));
  CHECK_FALSE(Spec(members).problem);
  members.push_back(Number({"metadata", "m"}, "int64", 1));
  CHECK(Spec(members).problem);
}

TEST_CASE("where the array of a spec lies: kvstore.path, then path") {
  struct Row {
    Parts parts;
    const char* raw;
    bool known;
  };
  const MsgpackLeaf driver = String({"driver"}, "zarr");
  const Row rows[] = {
      {{driver, String({"kvstore", "path"}, "a/b")}, "a/b", true},
      {{driver, String({"kvstore", "path"}, "a"), String({"path"}, "b")}, "a/b", true},
      {{driver, String({"kvstore", "path"}, "a/"), String({"path"}, "b")}, "a/b", true},
      {{driver, String({"kvstore", "path"}, ""), String({"path"}, "b")}, "b", true},
      {{driver, String({"kvstore", "driver"}, "file"), String({"path"}, "b")}, "b", true},
      {{driver, String({"kvstore", "driver"}, "file")}, "", false},
  };
  for (const Row& row : rows) {
    const MsgpackLeaf leaf = JoinSpec(row.parts, {});
    CHECK(AsText(leaf.raw) == row.raw);
    CHECK(leaf.problem.has_value() != row.known);
  }
}

TEST_CASE("the directory that a reference names") {
  MsgpackLeaf leaf = Part({"w"}, Kind::kPlaceholder, "string", "a/b");
  for (const Reference form : {Reference::kOrbax, Reference::kSpec}) {
    leaf.reference = form;
    CHECK(ArrayDirectory(leaf, "5/checkpoint") == "a/b");
  }
  leaf.reference = Reference::kGda;
  CHECK(ArrayDirectory(leaf, "run/checkpoint_5") == "checkpoint_5_gda/a/b");
}
