// One row per rule of `zarr.json`.
#include "document.h"
#include "support/catch.h"
#include "support/hex.h"
#include "zarr/array_metadata.h"

using namespace leafsum;
using namespace leafsum::zarr;
using codec::CodecKind;
using test::kZarrJson;

namespace {

Result<ArrayMetadata> Parse(const std::string& text) {
  return ParseZarrJson(test::Exact(AsBytes(text)));
}

// Shorthand of the codec rows below: L bytes, Z zstd, C crc32c, T transpose (1, 0).
std::string Expanded(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case 'L':
        out += test::kBytesCodec;
        break;
      case 'Z':
        out += R"({"name":"zstd","configuration":{"level":1}})";
        break;
      case 'C':
        out += R"({"name":"crc32c"})";
        break;
      case 'T':
        out += R"({"name":"transpose","configuration":{"order":[1,0]}})";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Sharding(std::string_view chunk_shape, std::string_view codecs, std::string_view index,
                     std::string_view more = "") {
  return R"({"name":"sharding_indexed","configuration":{"chunk_shape":)" +
         std::string(chunk_shape) + ",\"codecs\":" + Expanded(codecs) +
         ",\"index_codecs\":" + Expanded(index) + std::string(more) + "}}";
}

Result<ArrayMetadata> ParseCodecList(const std::string& codecs) {
  return Parse(kZarrJson.With("codecs", codecs).Text());
}

void CheckError(const Result<ArrayMetadata>& array, ErrorCode code, std::string_view message) {
  REQUIRE_FALSE(array);
  CHECK(array.error().message == message);
  CHECK(ErrorCodeName(array.error().code) == ErrorCodeName(code));
  CHECK_FALSE(array.error().expected.empty());
  CHECK_FALSE(array.error().actual.empty());
}

constexpr ErrorCode kInvalid = ErrorCode::kInvalid, kUnsupported = ErrorCode::kUnsupported;

}  // namespace

TEST_CASE("the form that Orbax's v1 API writes") {
  const auto array = Parse(
      R"({"chunk_grid":{"configuration":{"chunk_shape":[2,3]},"name":"regular"},"chunk_key_encoding":{"name":)"
      R"("default"},"codecs":[{"configuration":{"chunk_shape":[2,3],"codecs":[{"configuration":{"endian":"little"},)"
      R"("name":"bytes"},{"configuration":{"checksum":false,"level":3},"name":"zstd"}],"index_codecs":)"
      R"([{"configuration":{"endian":"little"},"name":"bytes"},{"name":"crc32c"}]},"name":"sharding_indexed"}],)"
      R"("data_type":"float32","fill_value":0.0,"node_type":"array","shape":[2,3],"zarr_format":3})");
  REQUIRE(array);
  CHECK(array->zarr_format == 3);
  CHECK(array->nbytes == 24);
  CHECK(array->chunk_nbytes == 24);
  CHECK(array->key_encoding.is_default);
  CHECK(array->key_encoding.separator == '/');
  CHECK(array->fill_value == ByteVector(4, 0));
  CHECK(array->codecs.bytes_codecs.empty());
  REQUIRE(array->codecs.sharding.size() == 1);
  const ShardingSpec& shard = array->codecs.sharding[0];
  CHECK(shard.chunk_shape == std::vector<uint64_t>{2, 3});
  CHECK(shard.codecs.bytes_codecs ==
        codec::CodecSpecs{{CodecKind::kZstd, true}});  // bytes after its frame: ignored
  CHECK(shard.index_codecs == codec::CodecSpecs{{CodecKind::kCrc32c, true}});
  CHECK(shard.index_at_end);
  CHECK_FALSE(shard.index_big_endian);
}

TEST_CASE("zarr3: what is accepted besides") {
  CHECK(Parse(kZarrJson.With("attributes", "{\"a\":[1]}").Text()));
  for (const char* names : {R"(["row",null])", R"([null,"row"])", "[null,null]", R"(["",""])"})
    CHECK(Parse(kZarrJson.With("dimension_names", names).Text()));
  CHECK(Parse(kZarrJson.With("storage_transformers", "[]").Text()));
  CHECK(Parse(kZarrJson.With("x", R"({"must_understand":false,"name":"y"})").Text()));
  CHECK(Parse(kZarrJson.With("zarr_format", "3.0").Text()));
  CHECK(Parse(kZarrJson.With("shape", "[0,6]").Text())->nbytes == 0);
  CHECK(Parse(kZarrJson.With("fill_value", "\"0x7fc\"").Text())->fill_value ==
        test::FromHex("fc070000"));
}

TEST_CASE("a data type may be an extension point") {
  const auto raw = Parse(
      kZarrJson.With("data_type", R"({"name":"raw_bytes","configuration":{"length_bytes":4}})")
          .With("fill_value", "\"AQIDBA==\"")
          .Text());
  REQUIRE(raw);
  CHECK(raw->type.name == "r32");
  CHECK(raw->type.itemsize == 4);
  CHECK(raw->fill_value == test::FromHex("01020304"));
  CHECK(Parse(kZarrJson.With("data_type", R"({"name":"float32","configuration":{}})").Text())
            ->type.name == "float32");
}

TEST_CASE("chunk key encodings") {
  struct Row {
    const char* text;
    bool is_default;
    char separator;
  };
  const Row rows[] = {
      {R"({"name":"default"})", true, '/'},
      {R"({"name":"default","configuration":{}})", true, '/'},
      {R"({"name":"default","configuration":{"separator":"."}})", true, '.'},
      {R"({"name":"v2"})", false, '.'},
      {R"({"name":"v2","configuration":{"separator":"/"}})", false, '/'},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto array = Parse(kZarrJson.With("chunk_key_encoding", row.text).Text());
    REQUIRE(array);
    CHECK(array->key_encoding.is_default == row.is_default);
    CHECK(array->key_encoding.separator == row.separator);
  }
}

TEST_CASE("zarr3: what is refused") {
  struct Row {
    const char* member;
    const char* value;
    ErrorCode code;
    const char* message;
  };
  const Row rows[] = {
      {"zarr_format", nullptr, kInvalid, "\"zarr_format\": expected 3, but member is missing"},
      {"node_type", nullptr, kInvalid, "\"node_type\": expected \"array\", but member is missing"},
      {"shape", nullptr, kInvalid, "\"shape\": expected array, but member is missing"},
      {"data_type", nullptr, kInvalid, "\"data_type\": expected string, but member is missing"},
      {"chunk_grid", nullptr, kInvalid, "\"chunk_grid\": expected object, but member is missing"},
      {"chunk_key_encoding", nullptr, kInvalid,
       "\"chunk_key_encoding\": expected object, but member is missing"},
      {"codecs", nullptr, kInvalid, "\"codecs\": expected array, but member is missing"},
      {"fill_value", nullptr, kInvalid,
       "\"fill_value\": expected value of type float32, but member is missing"},
      {"fill_value", "null", kInvalid,
       "\"fill_value\": expected value of type float32, but received: null"},

      {"zarr_format", "2", kUnsupported, "\"zarr_format\": expected 3, but received: 2"},
      {"zarr_format", "\"3\"", kInvalid, "\"zarr_format\": expected 3, but received: \"3\""},
      {"node_type", "\"group\"", kInvalid,
       "\"node_type\": expected \"array\", but received: \"group\""},
      {"x", "1", kUnsupported,
       "unsupported metadata field \"x\" is not marked {\"must_understand\": false}"},
      {"x", "{}", kUnsupported,
       "unsupported metadata field \"x\" is not marked {\"must_understand\": false}"},
      {"x", "null", kUnsupported,
       "unsupported metadata field \"x\" is not marked {\"must_understand\": false}"},
      {"x", R"({"must_understand":true})", kUnsupported,
       "unsupported metadata field \"x\" is not marked {\"must_understand\": false}"},
      {"x", R"({"must_understand":0})", kUnsupported,
       "unsupported metadata field \"x\" is not marked {\"must_understand\": false}"},
      {"attributes", "5", kInvalid, "\"attributes\": expected object, but received: 5"},
      {"attributes", "null", kInvalid, "\"attributes\": expected object, but received: null"},
      {"dimension_names", "[\"a\"]", kInvalid,
       "\"dimension_names\": expected array of length 2, but received: array of length 1"},
      {"dimension_names", "[\"a\",5]", kInvalid,
       "\"dimension_names\": expected strings or null, but received: 5"},
      {"dimension_names", "[\"a\",\"a\"]", kUnsupported,
       "\"dimension_names\": expected names that differ, but received: \"a\""},
      {"dimension_names", "null", kInvalid,
       "\"dimension_names\": expected array of length 2, but received: null"},
      {"storage_transformers", "{}", kInvalid,
       "\"storage_transformers\": expected array, but received: object"},
      {"storage_transformers", R"([{"name":"x"}])", kUnsupported,
       "\"storage_transformers\": no storage transformers are supported"},
      {"data_type", R"({"name":"float32"})", kUnsupported,
       "\"data_type\": expected name of a data type, but received: object"},
      {"data_type", R"({"name":"float32","configuration":{"x":1}})", kUnsupported,
       "\"data_type\": expected name of a data type, but received: object"},
      {"data_type", R"({"configuration":{}})", kInvalid,
       "\"data_type\": \"name\": expected string, but member is missing"},
      {"data_type", R"({"name":"raw_bytes"})", kUnsupported,
       "\"data_type\": expected name of a data type, but received: object"},
      {"data_type", R"({"name":"raw_bytes","configuration":{}})", kInvalid,
       "\"data_type\": \"length_bytes\": expected positive integer, but member is missing"},
      {"data_type", R"({"name":"raw_bytes","configuration":{"length_bytes":0}})", kInvalid,
       "\"data_type\": \"length_bytes\": expected positive integer, but received: 0"},
      {"data_type", R"({"name":"raw_bytes","configuration":{"length_bytes":"4"}})", kInvalid,
       "\"data_type\": \"length_bytes\": expected positive integer, but received: \"4\""},
      {"data_type", R"({"name":"raw_bytes","configuration":{"length_bytes":4294967296}})",
       ErrorCode::kLimit, "elements are too wide"},
      {"data_type", "[]", kUnsupported,
       "\"data_type\": expected name of a data type, but received: array of length 0"},
      {"data_type", "5", kInvalid, "\"data_type\": expected string, but received: 5"},
      {"data_type", "\"uint4\"", kUnsupported, "\"data_type\": unsupported data type \"uint4\""},
      {"data_type", "\"r4\"", kInvalid, "\"data_type\": data type \"r4\" is invalid"},
      {"shape", "[4,-6]", kInvalid, "\"shape\": expected integers of at least 0, but received: -6"},

      {"chunk_grid", "\"regular\"", kUnsupported,
       "\"chunk_grid\": expected object, but received: \"regular\""},
      {"chunk_grid", "[]", kInvalid,
       "\"chunk_grid\": expected object, but received: array of length 0"},
      {"chunk_grid", R"({"configuration":{"chunk_shape":[4,6]}})", kInvalid,
       "\"chunk_grid\": \"name\": expected string, but member is missing"},
      {"chunk_grid", R"({"name":1,"configuration":{"chunk_shape":[4,6]}})", kInvalid,
       "\"chunk_grid\": \"name\": expected string, but received: 1"},
      {"chunk_grid", R"({"name":"rectangular","configuration":{"chunk_shape":[4,6]}})",
       kUnsupported, "\"chunk_grid\": expected \"regular\", but received another name"},
      {"chunk_grid", R"({"name":"regular"})", kInvalid,
       "\"chunk_grid\": \"configuration\": expected object, but member is missing"},
      {"chunk_grid", R"({"name":"regular","configuration":[]})", kInvalid,
       "\"chunk_grid\": \"configuration\": expected object, but received: array of length 0"},
      {"chunk_grid", R"({"name":"regular","configuration":{}})", kInvalid,
       "\"chunk_grid\": \"chunk_shape\": expected array, but member is missing"},
      {"chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":[4]}})", kInvalid,
       "\"chunk_grid\": \"chunk_shape\": expected array of length 2, but received: array of length "
       "1"},
      {"chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":[4,0]}})", kInvalid,
       "\"chunk_grid\": \"chunk_shape\": expected integers of at least 1, but received: 0"},
      {"chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":[4,6],"x":1}})",
       kUnsupported, "\"chunk_grid\" includes extra members: \"x\""},
      {"chunk_grid",
       R"({"name":"regular","configuration":{"chunk_shape":[4,6]},"must_understand":false})",
       kUnsupported, "\"chunk_grid\" includes extra members: \"must_understand\""},

      {"chunk_key_encoding", "\"default\"", kUnsupported,
       "\"chunk_key_encoding\": expected object, but received: \"default\""},
      {"chunk_key_encoding", "{}", kInvalid,
       "\"chunk_key_encoding\": \"name\": expected string, but member is missing"},
      {"chunk_key_encoding", R"({"name":"v3"})", kUnsupported,
       "\"chunk_key_encoding\": expected one of \"default\", \"v2\""},
      {"chunk_key_encoding", R"({"name":"default","configuration":null})", kInvalid,
       "\"chunk_key_encoding\": \"configuration\": expected object, but received: null"},
      {"chunk_key_encoding", R"({"name":"default","configuration":{"separator":"-"}})", kInvalid,
       "\"chunk_key_encoding\": \"separator\": expected one of \".\", \"/\", but received: \"-\""},
      {"chunk_key_encoding", R"({"name":"default","configuration":{"separator":47}})", kInvalid,
       "\"chunk_key_encoding\": \"separator\": expected one of \".\", \"/\", but received: 47"},
      {"chunk_key_encoding", R"({"name":"v2","configuration":{"separator":".","x":1}})",
       kUnsupported, "\"chunk_key_encoding\" includes extra members: \"x\""},
  };
  for (const Row& row : rows) {
    const auto document =
        row.value ? kZarrJson.With(row.member, row.value) : kZarrJson.Without(row.member);
    INFO(document.Text());
    CheckError(Parse(document.Text()), row.code, row.message);
  }
}

TEST_CASE("codec lists that are accepted") {
  const auto kinds = [](const std::string& codecs) {
    const auto array = ParseCodecList(Expanded(codecs));
    INFO(codecs);
    REQUIRE(array);
    std::vector<CodecKind> out;
    for (const auto& spec : array->codecs.bytes_codecs) out.push_back(spec.kind);
    return out;
  };
  using Kinds = std::vector<CodecKind>;
  CHECK(kinds("[L]") == Kinds{});
  CHECK(kinds("[L,Z]") == Kinds{CodecKind::kZstd});
  CHECK(kinds("[L,C,Z,C]") == Kinds{CodecKind::kCrc32c, CodecKind::kZstd, CodecKind::kCrc32c});
  CHECK(kinds(R"([L,{"name":"gzip","configuration":{"level":0}}])") == Kinds{CodecKind::kGzip});
  CHECK(kinds(R"([L,{"name":"crc32c","configuration":{}}])") == Kinds{CodecKind::kCrc32c});
  CHECK(kinds(R"([L,{"name":"zstd","configuration":{"level":22,"checksum":true}}])") ==
        Kinds{CodecKind::kZstd});

  CHECK(
      ParseCodecList(R"([{"name":"bytes","configuration":{"endian":"big"}}])")->codecs.big_endian);
  const auto one_byte = kZarrJson.With("data_type", "\"uint8\"").With("fill_value", "0");
  for (const char* config :
       {"", R"(,"configuration":{})", R"(,"configuration":{"endian":"big"})"}) {
    const auto array =
        Parse(one_byte.With("codecs", R"([{"name":"bytes")" + std::string(config) + "}]").Text());
    REQUIRE(array);
    CHECK_FALSE(array->codecs.big_endian);  // one byte has no order
  }
}

TEST_CASE("transposes add up") {
  const auto transpose = [](const std::string& codecs) {
    const auto array = Parse(
        kZarrJson.With("shape", "[2,3,4]")
            .With("chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":[2,3,4]}})")
            .With("codecs", codecs)
            .Text());
    REQUIRE(array);
    return array->codecs.transpose;
  };
  const std::string order = R"({"name":"transpose","configuration":{"order":)";
  const std::string kEnd = test::kBytesCodec + "]";
  using Axes = std::vector<uint32_t>;
  CHECK(transpose("[" + order + "[2,0,1]}}," + kEnd) == Axes{2, 0, 1});
  CHECK(transpose("[" + order + "[2,0,1]}}," + order + "[1,0,2]}}," + kEnd) == Axes{0, 2, 1});
  CHECK(transpose("[" + order + "[2,0,1]}}," + order + "[1,2,0]}}," + kEnd)
            .empty());  // each undoes the other
  CHECK(transpose("[" + order + "[0,1,2]}}," + kEnd).empty());
  CHECK(transpose("[" + order + "\"C\"}}," + kEnd).empty());
  CHECK(transpose("[" + order + "\"F\"}}," + kEnd) == Axes{2, 1, 0});
}

TEST_CASE("a member under a wrong name is missing, not an extension of this one") {
  const std::string sound =
      R"({"chunk_grid":{"configuration":{"chunk_shape":[4,6]},"name":"regular"},"chunk_key_encoding":{"name":"default"},)"
      R"("codecs":[{"configuration":{"order":[1,0]},"name":"transpose"},{"configuration":{"chunk_shape":[3,2],)"
      R"("codecs":[{"configuration":{"endian":"little"},"name":"bytes"},{"configuration":{"level":3},"name":"zstd"}],)"
      R"("index_codecs":[{"configuration":{"endian":"little"},"name":"bytes"}]},"name":"sharding_indexed"}],)"
      R"("data_type":"float32","fill_value":0.0,"node_type":"array","shape":[6,4],"zarr_format":3})";
  REQUIRE(Parse(sound));
  for (const char* name : {"chunk_grid", "chunk_key_encoding", "codecs", "data_type", "fill_value",
                           "node_type", "shape", "zarr_format", "chunk_shape", "order", "level",
                           "index_codecs", "endian", "name", "configuration"}) {
    const std::string member = '"' + std::string(name) + "\":";
    for (size_t at = sound.find(member); at != std::string::npos; at = sound.find(member, at + 1)) {
      std::string text = sound;
      text[at + 2] ^= 1;
      INFO(text);
      const auto array = Parse(text);
      REQUIRE_FALSE(array);
      CHECK(array.error().code == kInvalid);
    }
  }
}

TEST_CASE(
    "a member beside name and configuration is no damage where nothing is missing, and not "
    "understood") {
  for (const char* point : {"\"name\":\"regular\"", "\"name\":\"default\"", "\"name\":\"bytes\""}) {
    const std::string sound = kZarrJson.Text();
    REQUIRE(sound.find(point) != std::string::npos);
    for (const char* more :
         {"\"must_understand\":false,", "\"must_understand\":true,", "\"x\":1,"}) {
      std::string text = sound;
      text.insert(text.find(point), more);
      INFO(text);
      const auto array = Parse(text);
      REQUIRE_FALSE(array);
      CHECK(array.error().code == kUnsupported);
    }
  }
}

TEST_CASE("codec lists that are refused") {
  struct Row {
    const char* codecs;
    ErrorCode code;
    const char* message;
  };
  const Row rows[] = {
      {"{}", kInvalid, "\"codecs\": expected array, but received: object"},
      {"[]", kInvalid, "\"codecs\": array -> bytes codec must be specified"},
      {"[T]", kInvalid, "\"codecs\": array -> bytes codec must be specified"},
      {"[Z]", kInvalid, "\"codecs\": array -> bytes codec must be specified before zstd"},
      {"[C,L]", kInvalid, "\"codecs\": array -> bytes codec must be specified before crc32c"},
      {"[L,L]", kInvalid, "\"codecs\": expected bytes -> bytes codec, but received: bytes"},
      {"[L,T]", kInvalid, "\"codecs\": expected bytes -> bytes codec, but received: transpose"},
      {"[\"bytes\"]", kUnsupported,
       "\"codecs\": expected object with a \"name\", but received: \"bytes\""},
      {"[5]", kInvalid, "\"codecs\": expected object with a \"name\", but received: 5"},
      {"[{}]", kInvalid, "\"name\": expected string, but member is missing"},
      {R"([{"name":5}])", kInvalid, "\"name\": expected string, but received: 5"},
      {R"([{"name":"bytes"}])", kInvalid,
       "\"endian\": expected one of \"little\", \"big\" for data type float32, but member is "
       "missing"},
      {R"([{"name":"bytes","configuration":{"endian":"middle"}}])", kInvalid,
       "\"endian\": expected one of \"little\", \"big\", but received: \"middle\""},
      {R"([{"name":"bytes","configuration":{"endian":1}}])", kInvalid,
       "\"endian\": expected one of \"little\", \"big\", but received: 1"},
      {R"([{"name":"bytes","configuration":{"endian":"little","x":1}}])", kUnsupported,
       "\"bytes\" includes extra members: \"x\""},
      {R"([{"name":"bytes","configuration":5}])", kInvalid,
       "\"configuration\": expected object, but received: 5"},
      {R"([{"name":"bytes","configuration":{"endian":"little"},"must_understand":false}])",
       kUnsupported, "\"bytes\" includes extra members: \"must_understand\""},
      {R"([{"name":"transpose","configuration":{"order":"X"}},L])", kInvalid,
       "\"order\": expected array, \"C\" or \"F\", but received: \"X\""},
      {R"([{"name":"transpose","configuration":{}},L])", kInvalid,
       "\"order\": expected array, \"C\" or \"F\", but member is missing"},
      {R"([L,{"name":"zzz"}])", kUnsupported, "\"codecs\": codec \"zzz\" is not supported"},
      {R"([L,{"name":"bz2"}])", kUnsupported, "\"codecs\": codec \"bz2\" is not supported"},
      {R"([L,{"name":"blosc"}])", kInvalid,
       "\"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"clevel":5,"shuffle":"shuffle","typesize":4,"blocksize":0}}])",
       kInvalid,
       "\"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","shuffle":"shuffle","typesize":4,"blocksize":0}}])",
       kInvalid, "\"clevel\": expected integer in the range [0, 9], but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"typesize":4,"blocksize":0}}])",
       kInvalid,
       "\"shuffle\": expected one of |noshuffle|shuffle|bitshuffle|, but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","blocksize":0}}])",
       kInvalid, "\"typesize\": expected integer in the range [1, 255], but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":4}}])",
       kInvalid,
       "\"blocksize\": expected integer in the range [0, 715827542], but member is missing"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz","clevel":5,"shuffle":"shuffle","typesize":4,"blocksize":0}}])",
       kInvalid,
       "\"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but received: \"lz\""},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":10,"shuffle":"shuffle","typesize":4,"blocksize":0}}])",
       kInvalid, "\"clevel\": expected integer in the range [0, 9], but received: 10"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":-1,"shuffle":"shuffle","typesize":4,"blocksize":0}}])",
       kInvalid, "\"clevel\": expected integer in the range [0, 9], but received: -1"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":1,"typesize":4,"blocksize":0}}])",
       kInvalid, "\"shuffle\": expected one of |noshuffle|shuffle|bitshuffle|, but received: 1"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"auto","typesize":4,"blocksize":0}}])",
       kInvalid,
       "\"shuffle\": expected one of |noshuffle|shuffle|bitshuffle|, but received: \"auto\""},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":0,"blocksize":0}}])",
       kInvalid, "\"typesize\": expected integer in the range [1, 255], but received: 0"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":256,"blocksize":0}}])",
       kInvalid, "\"typesize\": expected integer in the range [1, 255], but received: 256"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":4,"blocksize":-1}}])",
       kInvalid, "\"blocksize\": expected integer in the range [0, 715827542], but received: -1"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":4,"blocksize":715827543}}])",
       kInvalid,
       "\"blocksize\": expected integer in the range [0, 715827542], but received: 715827543"},
      {R"([L,{"name":"blosc","configuration":{"cname":"lz4","clevel":5,"shuffle":"shuffle","typesize":4,"blocksize":0,"x":1}}])",
       kUnsupported, "\"blosc\" includes extra members: \"x\""},
      {R"([L,{"name":"zstd"}])", kInvalid,
       "\"level\": expected integer in the range [-131072, 22], but member is missing"},
      {R"([L,{"name":"zstd","configuration":{"level":23}}])", kInvalid,
       "\"level\": expected integer in the range [-131072, 22], but received: 23"},
      {R"([L,{"name":"zstd","configuration":{"level":1,"checksum":1}}])", kInvalid,
       "\"checksum\": expected boolean, but received: 1"},
      {R"([L,{"name":"zstd","configuration":{"level":1,"x":1}}])", kUnsupported,
       "\"zstd\" includes extra members: \"x\""},
      {R"([L,{"name":"gzip"}])", kInvalid,
       "\"level\": expected integer in the range [0, 9], but member is missing"},
      {R"([L,{"name":"gzip","configuration":{"level":10}}])", kInvalid,
       "\"level\": expected integer in the range [0, 9], but received: 10"},
      {R"([L,{"name":"gzip","configuration":{"level":5,"x":1}}])", kUnsupported,
       "\"gzip\" includes extra members: \"x\""},
      {R"([L,{"name":"crc32c","configuration":{"x":1}}])", kUnsupported,
       "\"crc32c\" includes extra members: \"x\""},
      {R"([{"name":"transpose"},L])", kInvalid,
       "\"order\": expected array, \"C\" or \"F\", but member is missing"},
      {R"([{"name":"transpose","configuration":{"order":[0]}},L])", kInvalid,
       "\"order\": expected permutation of the 2 dimensions, but received: array of length 1"},
      {R"([{"name":"transpose","configuration":{"order":[0,0]}},L])", kInvalid,
       "\"order\": expected permutation of the 2 dimensions, but received: array of length 2"},
      {R"([{"name":"transpose","configuration":{"order":[0,2]}},L])", kInvalid,
       "\"order\": expected permutation of the 2 dimensions, but received: array of length 2"},
      {R"([{"name":"transpose","configuration":{"order":[0,18446744073709551615]}},L])", kInvalid,
       "\"order\": expected permutation of the 2 dimensions, but received: array of length 2"},
      {R"([{"name":"transpose","configuration":{"order":[0,1],"x":1}},L])", kUnsupported,
       "\"transpose\" includes extra members: \"x\""},
  };
  for (const Row& row : rows) {
    INFO(row.codecs);
    CheckError(ParseCodecList(Expanded(row.codecs)), row.code, row.message);
  }
}

TEST_CASE("sharding: what is accepted") {
  CHECK(ParseCodecList("[" + Sharding("[2,3]", "[L,Z]", "[L]") + "]")
            ->codecs.sharding[0]
            .index_codecs.empty());
  CHECK(ParseCodecList("[" + Sharding("[2,3]", "[L]", "[L,C,C]") + "]")
            ->codecs.sharding[0]
            .index_codecs.size() == 2);
  CHECK_FALSE(
      ParseCodecList("[" + Sharding("[2,3]", "[L]", "[L]", R"(,"index_location":"start")") + "]")
          ->codecs.sharding[0]
          .index_at_end);
  CHECK(ParseCodecList(
            "[" +
            Sharding("[2,3]", "[L]", R"([{"name":"bytes","configuration":{"endian":"big"}}])") +
            "]")
            ->codecs.sharding[0]
            .index_big_endian);
  CHECK(ParseCodecList("[" + Sharding("[2,3]", "[T,L]", "[L]") + "]")
            ->codecs.sharding[0]
            .codecs.transpose == std::vector<uint32_t>{1, 0});
  // A transpose of the index that moves nothing.
  CHECK(ParseCodecList(
      "[" +
      Sharding("[2,3]", "[L]", R"([{"name":"transpose","configuration":{"order":[0,1,2]}},L])") +
      "]"));

  CHECK(ParseCodecList("[" +
                       Sharding("[2,3]", "[L]",
                                R"([{"name":"transpose","configuration":{"order":[2,0,1]}},L])") +
                       "]")
            ->codecs.sharding[0]
            .index_transpose == std::vector<uint32_t>{2, 0, 1});

  const auto nested = ParseCodecList(
      "[" + Sharding("[4,2]", "[" + Sharding("[2,1]", "[L,Z]", "[L,C]") + "]", "[L]") + "]");
  REQUIRE(nested);
  const ShardingSpec& outer = nested->codecs.sharding[0];
  REQUIRE(outer.codecs.sharding.size() == 1);
  CHECK(outer.codecs.sharding[0].chunk_shape == std::vector<uint64_t>{2, 1});
  CHECK(outer.codecs.sharding[0].codecs.bytes_codecs[0].kind == CodecKind::kZstd);

  // The shard is cut after it was transposed: (4, 6) is (6, 4) by then.
  const auto transposed = ParseCodecList(Expanded("[T,") + Sharding("[6,2]", "[L]", "[L]") + "]");
  REQUIRE(transposed);
  CHECK(StoredShape(transposed->codecs, transposed->chunk_shape) == std::vector<uint64_t>{6, 4});
}

TEST_CASE("sharding: what is refused") {
  struct Row {
    std::string codecs;
    ErrorCode code;
    const char* message;
  };
  const Row rows[] = {
      {"[" + Sharding("[3,3]", "[L]", "[L]") + "]", kInvalid,
       "sharding_indexed sub-chunk shape of {3, 3} does not evenly divide chunk shape of {4, 6}"},
      {"[" + Sharding("[8,6]", "[L]", "[L]") + "]", kInvalid,
       "sharding_indexed sub-chunk shape of {8, 6} does not evenly divide chunk shape of {4, 6}"},
      {"[" + Sharding("[2]", "[L]", "[L]") + "]", kInvalid,
       "sharding_indexed sub-chunk shape of {2} does not evenly divide chunk shape of {4, 6}"},
      {"[" + Expanded("T,") + Sharding("[4,3]", "[L]", "[L]") + "]", kInvalid,
       "sharding_indexed sub-chunk shape of {4, 3} does not evenly divide chunk shape of {6, 4}"},
      {"[" + Sharding("[0,6]", "[L]", "[L]") + "]", kInvalid,
       "\"chunk_shape\": expected integers of at least 1, but received: 0"},
      {"[" + Sharding("[2,3]", "[]", "[L]") + "]", kInvalid,
       "sharding_indexed: \"codecs\": array -> bytes codec must be specified"},
      {"[" + Sharding("[2,3]", "[L]", "[]") + "]", kInvalid,
       "sharding_indexed: \"index_codecs\": array -> bytes codec must be specified"},
      {"[" + Sharding("[2,3]", "[L]", "[L,Z]") + "]", kInvalid,
       "invalid index_codecs specified: only fixed-size encodings are supported"},
      {"[" + Sharding("[2,3]", "[L]", "[" + Sharding("[2,2,2]", "[L]", "[L]") + "]") + "]",
       kInvalid, "invalid index_codecs specified: only fixed-size encodings are supported"},
      {"[" + Sharding("[2,3]", "[L]", R"([{"name":"bytes"}])") + "]", kInvalid,
       "sharding_indexed: \"endian\": expected one of \"little\", \"big\" for data type uint64, "
       "but member is missing"},
      {"[" + Sharding("[2,3]", "[L]", "[L]", R"(,"index_location":"mid")") + "]", kInvalid,
       "\"index_location\": expected one of \"start\", \"end\", but received: \"mid\""},
      {"[" + Sharding("[2,3]", "[L]", "[L,Z,Z,C]") + "]", kInvalid,
       "invalid index_codecs specified: only fixed-size encodings are supported"},
      {"[" + Sharding("[2,3]", "[L]", "[L]", R"(,"index_location":1)") + "]", kInvalid,
       "\"index_location\": expected one of \"start\", \"end\", but received: 1"},
      {"[" + Sharding("[2,3]", "[L]", "[L]", R"(,"x":1)") + "]", kUnsupported,
       "\"sharding_indexed\" includes extra members: \"x\""},
      {R"([{"name":"sharding_indexed"}])", kInvalid,
       "\"chunk_shape\": expected array, but member is missing"},
      {R"([{"name":"sharding_indexed","configuration":{"chunk_shape":[2,3],"index_codecs":[]}}])",
       kInvalid, "sharding_indexed: \"codecs\": expected array, but member is missing"},
      {Expanded(
           R"([{"name":"sharding_indexed","configuration":{"chunk_shape":[2,3],"codecs":[L]}}])"),
       kInvalid, "sharding_indexed: \"index_codecs\": expected array, but member is missing"},
      {"[" + Sharding("[2,3]", "[L]", "[L]") + Expanded(",C]"), kUnsupported,
       "sharding_indexed is not compatible with subsequent bytes -> bytes codecs that apply to the "
       "entire shard"},
      {"[" + Sharding("[2,3]", "[" + Sharding("[4,3]", "[L]", "[L]") + "]", "[L]") + "]", kInvalid,
       "sharding_indexed: sharding_indexed sub-chunk shape of {4, 3} does not evenly divide chunk "
       "shape of {2, 3}"},
  };
  for (const Row& row : rows) {
    INFO(row.codecs);
    CheckError(ParseCodecList(row.codecs), row.code, row.message);
  }
}

TEST_CASE("so many codecs and dimensions, and no more") {
  for (const int n : {64, 65}) {
    std::string codecs = "[L";
    for (int i = 0; i < n; ++i) codecs += ",C";
    const auto array = ParseCodecList(Expanded(codecs + "]"));
    REQUIRE(bool(array) == (n == 64));
    if (!array) CHECK(array.error().code == ErrorCode::kLimit);
  }
  // The index of a shard has one dimension more than the shard.
  for (const int rank : {31, 32}) {
    std::string ones = "[1";
    for (int i = 1; i < rank; ++i) ones += ",1";
    ones += "]";
    const auto array =
        Parse(kZarrJson.With("shape", ones)
                  .With("chunk_grid",
                        R"({"name":"regular","configuration":{"chunk_shape":)" + ones + "}}")
                  .With("codecs", "[" + Sharding(ones, "[L]", "[L]") + "]")
                  .Text());
    REQUIRE(bool(array) == (rank == 31));
    if (!array) CHECK(array.error().code == ErrorCode::kLimit);
  }
}

TEST_CASE("zarr3: products that overflow") {
  const auto sized = [](const char* shape, const char* chunk, const std::string& codecs) {
    return Parse(kZarrJson.With("shape", shape)
                     .With("chunk_grid", R"({"name":"regular","configuration":{"chunk_shape":)" +
                                             std::string(chunk) + "}}")
                     .With("codecs", codecs)
                     .With("data_type", "\"uint8\"")
                     .With("fill_value", "0")
                     .Text());
  };
  const std::string plain = Expanded("[L]");
  CheckError(
      sized("[4294967296,4294967296]", "[1,1]", plain), kInvalid,
      "number of bytes of an array of shape {4294967296, 4294967296} and type uint8 overflows");
  CheckError(sized("[2]", "[9223372036854775808]", plain), kInvalid,
             "number of bytes of a chunk of shape {9223372036854775808} and type uint8 overflows");
  CheckError(sized("[9007199254740992]", "[1]", plain), ErrorCode::kLimit,
             "a dimension of the shape is too large");
  CheckError(sized("[2]", "[2305843009213693952]", "[" + Sharding("[1]", "[L]", "[L]") + "]"),
             kInvalid, "size of the shard index overflows");
  CHECK(sized("[2]", "[9223372036854775807]", plain));
  CHECK(sized("[9007199254740991]", "[1]", plain)->nbytes == (1ull << 53) - 1);
}

TEST_CASE("shards in shards end at the JSON depth limit") {
  const auto nested = [](int depth) {
    std::string codec = test::kBytesCodec;
    for (int i = 0; i < depth; ++i) codec = Sharding("[4,6]", "[" + codec + "]", "[L]");
    return ParseCodecList("[" + codec + "]");
  };
  CHECK(nested(19));
  const auto deep = nested(21);
  REQUIRE_FALSE(deep);
  CHECK(deep.error().code == ErrorCode::kInvalid);
}

TEST_CASE("groups are told from arrays") {
  const auto is_group = [](const std::string& text) {
    return IsZarr3Group(test::Exact(AsBytes(text)));
  };
  CHECK(is_group(R"({"zarr_format":3,"node_type":"group","attributes":{}})"));
  CHECK_FALSE(is_group(kZarrJson.Text()));
  CHECK_FALSE(is_group(R"({"node_type":5})"));
  CHECK_FALSE(is_group("[]"));
  CHECK_FALSE(is_group("{"));
}
