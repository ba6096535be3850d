#include "orbax/msgpack.h"

#include <cstring>

#include "base/limits.h"
#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/random.h"

using namespace leafsum;
using namespace leafsum::orbax;
using Kind = MsgpackLeaf::Kind;

namespace {

// A test-only writer: each value in the form that is asked for, however wasteful.
std::string Big(uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> 8 * i);
  return out;
}
std::string Byte(int b) { return std::string(1, static_cast<char>(b)); }
std::string Str(const std::string& s) {
  return s.size() < 32 ? Byte(0xa0 + static_cast<int>(s.size())) + s
                       : Byte(0xdb) + Big(s.size(), 4) + s;
}
std::string Bin(const std::string& s) { return Byte(0xc6) + Big(s.size(), 4) + s; }
std::string Uint(uint64_t n) {
  return n < 128 ? Byte(static_cast<int>(n)) : Byte(0xcf) + Big(n, 8);
}
std::string Map(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = Byte(0xde) + Big(members.size(), 2);
  for (const auto& [key, value] : members) out += Str(key) + value;
  return out;
}
std::string List(const std::vector<std::string>& values) {
  std::string out = Byte(0xdc) + Big(values.size(), 2);
  for (const std::string& value : values) out += value;
  return out;
}
std::string Ext(int type, const std::string& payload) {
  return Byte(0xc9) + Big(payload.size(), 4) + Byte(type) + payload;
}
std::string Triple(const std::vector<uint64_t>& shape, const std::string& dtype,
                   const std::string& content) {
  std::string axes = Byte(0x90 + static_cast<int>(shape.size()));
  for (uint64_t n : shape) axes += Uint(n);
  return Byte(0x93) + axes + Str(dtype) + Bin(content);
}
std::string Array(const std::vector<uint64_t>& shape, const std::string& dtype,
                  const std::string& content) {
  return Ext(1, Triple(shape, dtype, content));
}

MsgpackReader Read(const std::string& file) {
  MsgpackReader reader(file.size());
  for (int reads = 0; reader.Want(); ++reads) {
    REQUIRE(reads < 1000);
    const ByteRange want = *reader.Want();
    REQUIRE(want.offset + want.length <= file.size());
    reader.Feed(test::Exact(AsBytes(file).subspan(want.offset, want.length)));
  }
  return reader;
}

std::vector<MsgpackLeaf> Leaves(const std::string& file) {
  MsgpackReader reader = Read(file);
  INFO((reader.error() ? reader.error()->message : ""));
  REQUIRE_FALSE(reader.error());
  return reader.leaves();
}

void CheckBroken(const std::string& file, ErrorCode code, const char* message) {
  const MsgpackReader reader = Read(file);
  REQUIRE(reader.error());
  CHECK(reader.error()->code == code);
  CHECK(reader.error()->message == message);
}

std::string Content(const std::string& file, const MsgpackLeaf& leaf) {
  std::string out;
  for (const auto& piece : leaf.pieces) out += file.substr(piece.range.offset, piece.range.length);
  return out;
}

std::string Raw(const MsgpackLeaf& leaf) { return std::string(AsText(leaf.raw)); }
std::string Little(uint64_t bits, int n = 8) {
  std::string out;
  for (int i = 0; i < n; ++i) out += static_cast<char>(bits >> 8 * i);
  return out;
}

}  // namespace

TEST_CASE("every form of a value is one leaf") {
  struct Row {
    std::string bytes;
    Kind kind;
    const char* dtype;
    std::string raw;
  };
  const uint64_t minus_one = ~uint64_t{0};
  const Row rows[] = {
      {Byte(0xc0), Kind::kEmpty, "None", ""},
      {Byte(0x80), Kind::kEmpty, "Dict", ""},
      {Byte(0xde) + Big(0, 2), Kind::kEmpty, "Dict", ""},
      {Byte(0xdf) + Big(0, 4), Kind::kEmpty, "Dict", ""},
      {Byte(0x90), Kind::kEmpty, "List", ""},
      {Byte(0xdd) + Big(0, 4), Kind::kEmpty, "List", ""},
      {Byte(0xc2), Kind::kNumber, "bool", Little(0, 1)},
      {Byte(0xc3), Kind::kNumber, "bool", Little(1, 1)},
      {Byte(0x7f), Kind::kNumber, "int64", Little(127)},
      {Byte(0xcc) + Big(255, 1), Kind::kNumber, "int64", Little(255)},
      {Byte(0xcd) + Big(65535, 2), Kind::kNumber, "int64", Little(65535)},
      {Byte(0xce) + Big(4294967295u, 4), Kind::kNumber, "int64", Little(4294967295u)},
      {Byte(0xcf) + Big(minus_one >> 1, 8), Kind::kNumber, "int64", Little(minus_one >> 1)},
      {Byte(0xcf) + Big((minus_one >> 1) + 1, 8), Kind::kNumber, "uint64",
       Little((minus_one >> 1) + 1)},
      {Byte(0xe0), Kind::kNumber, "int64", Little(minus_one - 31)},
      {Byte(0xff), Kind::kNumber, "int64", Little(minus_one)},
      {Byte(0xd0) + Big(0x80, 1), Kind::kNumber, "int64", Little(minus_one - 127)},
      {Byte(0xd1) + Big(0x8000, 2), Kind::kNumber, "int64", Little(minus_one - 32767)},
      {Byte(0xd2) + Big(0x80000000, 4), Kind::kNumber, "int64", Little(minus_one - 2147483647)},
      {Byte(0xd3) + Big(minus_one, 8), Kind::kNumber, "int64", Little(minus_one)},
      {Byte(0xca) + Big(0x3fc00000, 4), Kind::kNumber, "float64",
       Little(0x3ff8000000000000)},  // 1.5
      {Byte(0xcb) + Big(0x8000000000000000, 8), Kind::kNumber, "float64",
       Little(0x8000000000000000)},  // -0.0
      {Ext(2, Byte(0x92) + Byte(0xcb) + Big(1, 8) + Byte(0xcb) + Big(2, 8)), Kind::kNumber,
       "complex128", Little(1) + Little(2)},
      {Str(""), Kind::kString, "string", ""},
      {Str("caf\xc3\xa9"), Kind::kString, "string", "caf\xc3\xa9"},
      {Byte(0xd9) + Big(3, 1) + "abc", Kind::kString, "string", "abc"},
      {Byte(0xda) + Big(3, 2) + "abc", Kind::kString, "string", "abc"},
      {Str(std::string(300, 'x')), Kind::kString, "string", std::string(300, 'x')},
      {Str("PLACEHOLDER://a.b"), Kind::kPlaceholder, "string", "a.b"},
      {Str("//GDAPlaceholder:a/b"), Kind::kPlaceholder, "string", "a/b"},
      {Map({{"driver", Str("zarr")}, {"kvstore", Map({{"path", Str("a/")}})}}), Kind::kPlaceholder,
       "string", "a/"},
      {Str("PLACEHOLDER:/a.b"), Kind::kString, "string", "PLACEHOLDER:/a.b"},
  };
  for (const Row& row : rows) {
    INFO(Hex(AsBytes(row.bytes)));
    // As the whole tree, and as a member of a map and a list.
    for (const std::string& file : {row.bytes, Map({{"k", row.bytes}}), List({row.bytes})}) {
      const auto leaves = Leaves(file);
      REQUIRE(leaves.size() == 1);
      CHECK(leaves[0].kind == row.kind);
      CHECK(leaves[0].dtype == row.dtype);
      CHECK(Raw(leaves[0]) == row.raw);
      CHECK_FALSE(leaves[0].problem);
      CHECK(leaves[0].key_path == (file == row.bytes   ? KeyPath{}
                                   : file[0] == '\xde' ? KeyPath{"k"}
                                                       : KeyPath{"0"}));
    }
    for (size_t n = 0; n < row.bytes.size(); ++n) {
      const MsgpackReader cut = Read(row.bytes.substr(0, n));
      REQUIRE(cut.error());
      CHECK(cut.error()->code == ErrorCode::kTruncated);
      CHECK((cut.path().empty() || row.bytes[0] == '\xde'));
    }
    CheckBroken(row.bytes + '\0', ErrorCode::kInvalid, "bytes follow the tree");
  }
}

TEST_CASE("arrays and numpy scalars are ranges of the file") {
  const std::string file =
      Map({{"w", Array({2, 3}, "float32", std::string(24, 'w'))},
           {"s", Ext(3, Triple({}, "bfloat16", "ab"))},
           {"b", Bin("some bytes")},
           {"e", Array({0, 5}, "int8", "")},
           {"fixext", Byte(0xd8) + Byte(1) + Byte(0x93) + Byte(0x91) + Byte(3) + Str("int8") +
                          Byte(0xc4) + Byte(3) + "xyz" + std::string(3, 0)}});
  const auto leaves = Leaves(file);
  REQUIRE(leaves.size() == 5);
  CHECK(leaves[0].kind == Kind::kArray);
  CHECK(leaves[0].shape == std::vector<uint64_t>{2, 3});
  CHECK(leaves[0].dtype == "float32");
  CHECK(leaves[0].pieces[0].elements == 6);
  CHECK(Content(file, leaves[0]) == std::string(24, 'w'));
  CHECK(leaves[1].kind == Kind::kNumpyScalar);
  CHECK(leaves[1].shape.empty());
  CHECK(Content(file, leaves[1]) == "ab");
  CHECK(leaves[2].kind == Kind::kBytes);
  CHECK(Content(file, leaves[2]) == "some bytes");
  CHECK(leaves[3].pieces[0].elements == 0);
  // Sixteen bytes hold an array of three and three bytes too many: that value is broken, no other.
  REQUIRE(leaves[4].problem);
  CHECK(leaves[4].problem->message ==
        "a stored array's content does not fill the rest of its value");
  for (size_t n = 0; n < file.size(); ++n) CHECK(Read(file.substr(0, n)).error());
}

TEST_CASE("a value that is broken spoils itself alone") {
  struct Row {
    std::string value;
    ErrorCode code;
    const char* message;
  };
  const std::string triple = Triple({2}, "int8", "xy");
  const Row rows[] = {
      {Ext(1, ""), ErrorCode::kInvalid, "a stored array's payload is not a triple"},
      {Ext(1, Byte(0x92) + triple.substr(1)), ErrorCode::kInvalid,
       "a stored array's payload is not a triple"},
      {Ext(1, Byte(0x93) + Byte(2) + Str("int8") + Bin("xy")), ErrorCode::kInvalid,
       "a stored array's shape must be non-negative integers"},
      {Ext(1, Byte(0x93) + Byte(0xdd) + Big(1000000, 4) + Byte(2)), ErrorCode::kInvalid,
       "a stored array's shape must be non-negative integers"},
      {Ext(1, Byte(0x93) + Byte(0x91) + Byte(0xff) + Str("int8") + Bin("xy")), ErrorCode::kInvalid,
       "a stored array's shape must be non-negative integers"},
      {Ext(1, Byte(0x93) + Byte(0xdc) + Big(33, 2) + std::string(33, 1) + Str("int8") + Bin("x")),
       ErrorCode::kLimit, "a stored array's shape has more than 32 dimensions"},
      {Ext(1, Byte(0x93) + Byte(0x91) + Byte(2) + Str("\xff") + Bin("xy")), ErrorCode::kInvalid,
       "a stored array's type has no name"},
      {Ext(1, Byte(0x93) + Byte(0x91) + Byte(2) + Byte(0xc0) + Bin("xy")), ErrorCode::kInvalid,
       "a stored array's type has no name"},
      {Ext(1, Byte(0x93) + Byte(0x91) + Byte(2) + Str("int8") + Byte(2)), ErrorCode::kInvalid,
       "a stored array's content is not a byte string"},
      {Ext(1, triple + "z"), ErrorCode::kInvalid,
       "a stored array's content does not fill the rest of its value"},
      {Ext(1, triple.substr(0, triple.size() - 1)), ErrorCode::kInvalid,
       "a stored array's content does not fill the rest of its value"},
      {Array({~uint64_t{0}, 2}, "int8", ""), ErrorCode::kInvalid,
       "a stored array's shape has 2^64 elements or more"},
      {Ext(2, Byte(0x92) + Byte(1) + Byte(2)), ErrorCode::kInvalid,
       "a complex number is not a pair of doubles"},
      {Ext(2, Byte(0x93) + Byte(0xcb) + Big(1, 8) + Byte(0xcb) + Big(2, 8)), ErrorCode::kInvalid,
       "a complex number is not a pair of doubles"},
      {Ext(2, Byte(0x92) + Byte(0xcb) + Big(1, 8) + Byte(0xca) + Big(2, 4)), ErrorCode::kInvalid,
       "a complex number is not a pair of doubles"},
      {Ext(2, Byte(0x92) + Byte(0xcb) + Big(1, 8) + Byte(0xcb) + Big(2, 8) + Byte(0)),
       ErrorCode::kInvalid, "a complex number is not a pair of doubles"},
      {Str("placeholder://a"), ErrorCode::kUnsupported,
       "a text that looks like a reference to an array, but in an unknown form"},
      {Ext(4, "x"), ErrorCode::kUnsupported, "an unknown msgpack extension type"},
      {Ext(-1, "x"), ErrorCode::kUnsupported, "an unknown msgpack extension type"},
      {Str("\xc3("), ErrorCode::kInvalid, "the string is not UTF-8"},
  };
  for (const Row& row : rows) {
    INFO(Hex(AsBytes(row.value)));
    const auto leaves = Leaves(Map({{"a", Byte(1)}, {"b", row.value}, {"c", Byte(2)}}));
    REQUIRE(leaves.size() == 3);
    REQUIRE(leaves[1].problem);
    CHECK(leaves[1].problem->code == row.code);
    CHECK(leaves[1].problem->message == row.message);
    CHECK_FALSE(leaves[0].problem);
    CHECK_FALSE(leaves[2].problem);
  }
  // A name and a content in the other of the two types are as good.
  for (const std::string& value :
       {Ext(1, Byte(0x93) + Byte(0x91) + Byte(2) + Bin("int8") + Bin("xy")),
        Ext(1, Byte(0x93) + Byte(0x91) + Byte(2) + Str("int8") + Str("xy"))})
    CHECK_FALSE(Leaves(value)[0].problem);
  // Every prefix of a payload, its length made true.
  for (size_t n = 0; n < triple.size(); ++n) CHECK(Leaves(Ext(1, triple.substr(0, n)))[0].problem);
}

TEST_CASE("what breaks the file") {
  CheckBroken("", ErrorCode::kTruncated, "the file ends within a value");
  CheckBroken(Byte(0xc1), ErrorCode::kInvalid, "no msgpack value begins with this byte");
  for (const std::string& key :
       {Byte(0xc0), Byte(0xc3), Byte(0xcb) + Big(0, 8), Bin("a"), Ext(1, "")})
    CheckBroken(Byte(0x81) + key + Byte(1), ErrorCode::kUnsupported,
                "a map's key is not a string or integer");
  for (const std::string& key : {Byte(0x90), Byte(0x80), Byte(0xc1)})
    CheckBroken(Byte(0x81) + key + Byte(1), ErrorCode::kInvalid,
                "a map's key is not a string or integer");
  CheckBroken(Byte(0x81) + Str("\xed\xa0\x80") + Byte(1), ErrorCode::kInvalid,
              "a map's key is not UTF-8");
  // Counts and lengths at what the file has room for, and one more.
  for (const auto& [type, bytes, each] :
       {std::tuple{0xdc, 2, 1}, {0xdd, 4, 1}, {0xde, 2, 2}, {0xdf, 4, 2}}) {
    const std::string fits =
        Byte(type) + Big(2, bytes) +
        (each == 1 ? Byte(1) + Byte(2) : Str("") + Byte(1) + Str("") + Byte(2));
    CHECK(Leaves(fits).size() == 2);
    std::string over = fits;
    over[static_cast<size_t>(bytes)] = 4;
    CheckBroken(over, ErrorCode::kTruncated, "a container has more elements than bytes follow");
    for (int i = 1; i <= bytes; ++i) over[static_cast<size_t>(i)] = '\xff';
    CheckBroken(over, ErrorCode::kTruncated, "a container has more elements than bytes follow");
  }
  // A length beyond the file's end is damage, however large: no limit is asked.
  for (int type : {0xc6, 0xc9, 0xdb})
    CheckBroken(Byte(type) + std::string(5, '\xff') + "abc", ErrorCode::kTruncated,
                "the file ends within a value");
  CheckBroken(Byte(0xdb) + Big(kMaxMsgpackText + 1, 4) + std::string(kMaxMsgpackText + 1, 'a'),
              ErrorCode::kLimit, "a tree of too many leaves, or of too much text");
  const std::string half =
      Byte(0xdb) + Big(kMaxMsgpackText / 2, 4) + std::string(kMaxMsgpackText / 2, 'a');
  CheckBroken(List({half, half, Byte(1)}), ErrorCode::kLimit,
              "a tree of too many leaves, or of too much text");
  CheckBroken(Byte(0xdd) + Big(kMaxMsgpackLeaves + 1, 4) + std::string(kMaxMsgpackLeaves + 1, 1),
              ErrorCode::kLimit, "a tree of too many leaves, or of too much text");
  CHECK(Leaves(Byte(0xdd) + Big(kMaxMsgpackLeaves, 4) + std::string(kMaxMsgpackLeaves, 1)).size() ==
        kMaxMsgpackLeaves);
  std::string deep(static_cast<size_t>(kMaxJsonDepth), '\x91');
  CHECK(Leaves(deep + Byte(1))[0].key_path.size() == deep.size());
  CheckBroken(deep + Byte(0x91) + Byte(1), ErrorCode::kLimit, "containers are nested too deeply");
  const MsgpackReader broken = Read(Map({{"a", Byte(1)}, {"b", List({Byte(2), Byte(0xc1)})}}));
  CHECK(broken.path() == KeyPath{"b", "1"});
}

TEST_CASE("each key is one of a map or of an array") {
  const std::string chunked = Map({{"__msgpack_chunked_array__", Byte(0xc3)},
                                   {"shape", Map({{"0", Uint(1)}})},
                                   {"chunks", Map({{"0", Array({1}, "int8", "x")}})}});
  const auto leaves = Leaves(Map({{"m", Map({{"0", Uint(1)}})},
                                  {"l", List({Uint(1), List({Byte(0xc0)})})},
                                  {"c", List({chunked})}}));
  std::vector<std::string> types;
  for (const MsgpackLeaf& leaf : leaves)
    types.push_back(JsonPointer(leaf.key_path) + " " + UintList(leaf.key_types));
  CHECK(types ==
        std::vector<std::string>{"/m/0 [2,2]", "/l/0 [2,1]", "/l/1/0 [2,1,1]", "/c/0 [2,1]"});
  CHECK(Leaves(Uint(1))[0].key_types.empty());
}

TEST_CASE("an integer as a map's key is its decimal digits") {
  const uint64_t minus_one = ~uint64_t{0};
  const std::pair<std::string, const char*> rows[] = {
      {Byte(0), "0"},
      {Byte(0xff), "-1"},
      {Byte(0xd1) + Big(0x8000, 2), "-32768"},
      {Byte(0xce) + Big(70000, 4), "70000"},
      {Byte(0xd3) + Big(uint64_t{1} << 63, 8), "-9223372036854775808"},
      {Byte(0xcf) + Big(minus_one, 8), "18446744073709551615"}};
  for (const auto& [key, text] : rows)
    CHECK(Leaves(Byte(0x81) + key + Byte(7))[0].key_path == KeyPath{text});
  MsgpackReader reader = Read(Byte(0x82) + Byte(1) + Byte(7) + Str("1") + Byte(8));
  CHECK(reader.duplicates() == std::vector<KeyPath>{{"1"}});
}

TEST_CASE("members of one name") {
  MsgpackReader reader = Read(Map(
      {{"a", Map({{"x", Byte(1)}})}, {"b", Map({{"x", Byte(1)}})}, {"a", Map({{"y", Byte(2)}})}}));
  CHECK_FALSE(reader.error());
  CHECK(reader.duplicates() == std::vector<KeyPath>{{"a"}});
  std::vector<std::pair<std::string, std::string>> many(300, {"k", Byte(1)});
  CHECK(Read(Map(many)).duplicates() == std::vector<KeyPath>(100, {"k"}));  // so many are kept
}

TEST_CASE("a chunked array is joined") {
  auto chunked = [](const std::string& shape,
                    const std::vector<std::pair<std::string, std::string>>& chunks) {
    return Map({{"k", Map({{"__msgpack_chunked_array__", Byte(0xc3)},
                           {"shape", shape},
                           {"chunks", Map(chunks)}})},
                {"z", Byte(1)}});
  };
  const std::string shape = Map({{"0", Byte(5)}, {"1", Byte(1)}});
  const auto one = [](const char* text) { return Array({std::strlen(text)}, "int8", text); };
  for (bool as_lists : {false, true}) {
    const std::string file =
        as_lists ? Map({{"k", Map({{"__msgpack_chunked_array__", Byte(0xc3)},
                                   {"shape", List({Byte(5), Byte(1)})},
                                   {"chunks", List({one("ab"), one("cd"), one("e")})}})},
                        {"z", Byte(1)}})
                 : chunked(shape, {{"0", one("ab")}, {"1", one("cd")}, {"2", one("e")}});
    const auto leaves = Leaves(file);
    REQUIRE(leaves.size() == 2);
    CHECK_FALSE(leaves[0].problem);
    CHECK(leaves[0].key_path == KeyPath{"k"});
    CHECK(leaves[0].shape == std::vector<uint64_t>{5, 1});
    CHECK(leaves[0].dtype == "int8");
    CHECK(Content(file, leaves[0]) == "abcde");
  }
  CHECK(Leaves(chunked(Byte(0x80), {{"0", one("a")}}))[0].shape.empty());
  const std::string bad[] = {
      chunked(shape, {}),
      chunked(shape, {{"1", one("ab")}}),
      chunked(shape, {{"0", one("ab")}, {"2", one("cd")}}),
      chunked(shape, {{"0", Byte(1)}}),
      chunked(shape, {{"0", one("ab")}, {"1", Array({2}, "uint8", "cd")}}),
      chunked(shape, {{"0", Array({1, 2}, "int8", "ab")}}),
      chunked(Map({{"0", Byte(0xff)}}), {{"0", one("ab")}}),
      chunked(Map({{"1", Byte(1)}}), {{"0", one("ab")}}),
      chunked(Byte(1), {{"0", one("ab")}}),
      chunked(Map({{"0", Byte(0xcb) + Big(0, 8)}}), {{"0", one("ab")}}),
      chunked(Map({{"0", Byte(0xcf) + Big(uint64_t{1} << 63, 8)}}), {{"0", one("ab")}}),
      chunked(Map({{"0", Byte(0x90)}}), {{"0", one("ab")}}),
      chunked(List(std::vector<std::string>(33, Byte(1))), {{"0", one("a")}}),
      chunked(shape, {{"0", Map({{"x", one("ab")}})}}),
      chunked(shape, {{"0", Bin("ab")}}),
      Map({{"k", Map({{"__msgpack_chunked_array__", Byte(0xc3)}, {"other", Byte(1)}})},
           {"z", Byte(1)}}),
  };
  for (const std::string& file : bad) {
    const auto leaves = Leaves(file);
    REQUIRE(leaves.size() == 2);
    REQUIRE(leaves[0].problem);
    CHECK(leaves[0].problem->message.find("a chunked array's ") == 0);
  }
}

TEST_CASE("a chunk that is broken is why its array is") {
  const std::string file =
      Map({{"__msgpack_chunked_array__", Byte(0xc3)},
           {"shape", List({Byte(3)})},
           {"chunks",
            List({Array({1}, "int8", "a"), Ext(1, Byte(0xc0)), Ext(1, Byte(0x93) + Byte(0xc0))})}});
  const auto leaves = Leaves(file);
  REQUIRE(leaves.size() == 1);
  REQUIRE(leaves[0].problem);
  CHECK(leaves[0].problem->message == "a stored array's payload is not a triple");
}

TEST_CASE("a model may have a layer called driver and one called kvstore") {
  const auto leaves = Leaves(Map({{"driver", Byte(1)}, {"kvstore", Map({{"w", Byte(2)}})}}));
  REQUIRE(leaves.size() == 2);
  CHECK(leaves[0].key_path == KeyPath{"driver"});
  CHECK(leaves[1].key_path == KeyPath{"kvstore", "w"});
}

TEST_CASE("large arrays are skipped, not read") {
  const std::string big(9 << 20, 'x');
  const std::string file = Map({{"a", Array({big.size()}, "int8", big)},
                                {"b", Array({big.size()}, "int8", big)},
                                {"c", Str("end")}});
  MsgpackReader reader(file.size());
  uint64_t read = 0;
  while (reader.Want()) {
    const ByteRange want = *reader.Want();
    read += want.length;
    reader.Feed(test::Exact(AsBytes(file).subspan(want.offset, want.length)));
  }
  CHECK_FALSE(reader.error());
  CHECK(reader.leaves().size() == 3);
  CHECK(read < 1 << 20);
  CHECK(Content(file, reader.leaves()[1]) == big);
}

TEST_CASE("random bytes end, and never in a crash") {
  test::Random random(7);
  for (int round = 0; round < 20000; ++round) {
    ByteVector bytes = random.SomeBytes(random.Below(64));
    if (!bytes.empty() && random.OneIn(2))
      bytes[0] = random.Pick<uint8_t>({0x81, 0x92, 0xc7, 0xd8, 0xdc, 0xde});
    MsgpackReader reader = Read(std::string(AsText(bytes)));
    // Whatever it was, no leaf points outside the file.
    for (const MsgpackLeaf& leaf : reader.leaves())
      for (const auto& piece : leaf.pieces)
        REQUIRE(piece.range.offset + piece.range.length <= bytes.size());
  }
}
