// One row per rule of `.zarray`.
#include "base/limits.h"
#include "document.h"
#include "support/catch.h"
#include "support/hex.h"
#include "zarr/array_metadata.h"

using namespace leafsum;
using namespace leafsum::zarr;
using test::kZarray;

namespace {

Result<ArrayMetadata> Parse(const std::string& text) {
  return ParseZarray(test::Exact(AsBytes(text)));
}

struct Refused {
  const char* member;
  const char* value;
  ErrorCode code;
  const char* message;
};

void CheckRefused(const Refused& row) {
  const auto document =
      row.value ? kZarray.With(row.member, row.value) : kZarray.Without(row.member);
  INFO(document.Text());
  const auto array = Parse(document.Text());
  REQUIRE_FALSE(array);
  CHECK(array.error().message == row.message);
  CHECK(ErrorCodeName(array.error().code) == ErrorCodeName(row.code));
  CHECK_FALSE(array.error().expected.empty());
  CHECK_FALSE(array.error().actual.empty());
}

}  // namespace

TEST_CASE("the form that Orbax writes") {
  const auto array = Parse(
      R"({"chunks":[4],"compressor":{"id":"zstd","level":1},"dimension_separator":".","dtype":"<f4",)"
      R"("fill_value":null,"filters":null,"order":"C","shape":[10],"zarr_format":2})");
  REQUIRE(array);
  CHECK(array->zarr_format == 2);
  CHECK(array->shape == std::vector<uint64_t>{10});
  CHECK(array->chunk_shape == std::vector<uint64_t>{4});
  CHECK(array->type.name == "float32");
  CHECK(array->codecs.bytes_codecs == codec::CodecSpecs{{codec::CodecKind::kZstd, false}});
  CHECK(array->codecs.transpose.empty());
  CHECK_FALSE(array->codecs.big_endian);
  CHECK(array->codecs.sharding.empty());
  CHECK_FALSE(array->key_encoding.is_default);
  CHECK(array->key_encoding.separator == '.');
  CHECK(array->fill_value == ByteVector(4, 0));
  CHECK(array->nbytes == 40);
  CHECK(array->chunk_nbytes == 16);
  CHECK(array->duplicate_members.empty());
}

TEST_CASE("zarr2: what is accepted") {
  using codec::CodecKind;
  CHECK(Parse(kZarray.With("compressor", R"({"id":"zstd"})").Text())->codecs.bytes_codecs[0].kind ==
        CodecKind::kZstd);
  CHECK(Parse(kZarray.With("compressor", R"({"id":"zstd","level":-131072})").Text()));
  CHECK(Parse(kZarray.With("compressor", R"({"id":"zstd","level":22.0})").Text()));
  CHECK(Parse(kZarray.With("compressor", R"({"id":"zlib","level":9})").Text())
            ->codecs.bytes_codecs[0]
            .kind == CodecKind::kZlib);
  CHECK(Parse(kZarray.With("compressor", R"({"id":"gzip","level":0})").Text())
            ->codecs.bytes_codecs[0]
            .kind == CodecKind::kGzip);
  CHECK(Parse(kZarray.With("filters", "[]").Text()));
  CHECK(Parse(kZarray.With("dimension_separator", "\"/\"").Text())->key_encoding.separator == '/');
  CHECK(Parse(kZarray.With("zarr_format", "2.0").Text()));
  CHECK(Parse(kZarray.With("shape", "[4.0,5]").Text())->shape == std::vector<uint64_t>{4, 5});
  CHECK(Parse(kZarray.With("shape", "[0,5]").Text())->nbytes == 0);
  CHECK(Parse(kZarray.With("chunks", "[100,100]").Text())->chunk_nbytes ==
        40000);  // larger than the shape
  CHECK(Parse(
      kZarray.With("attributes", "5").With("x", "{}").Text()));  // unknown members are ignored
  CHECK(Parse(kZarray.With("dtype", "\">c8\"").Text())->codecs.big_endian);
  CHECK(Parse(kZarray.Text() + " \n"));

  const auto rank0 = Parse(kZarray.With("shape", "[]").With("chunks", "[]").Text());
  REQUIRE(rank0);
  CHECK(rank0->nbytes == 4);
  CHECK(rank0->chunk_nbytes == 4);
}

TEST_CASE("order F is the reversal of the axes") {
  const auto order_f = [](const char* shape) {
    const auto array =
        Parse(kZarray.With("shape", shape).With("chunks", shape).With("order", "\"F\"").Text());
    REQUIRE(array);
    return array->codecs.transpose;
  };
  CHECK(order_f("[1,2,3]") == std::vector<uint32_t>{2, 1, 0});
  CHECK(order_f("[1,2]") == std::vector<uint32_t>{1, 0});
  CHECK(order_f("[1]").empty());
  CHECK(order_f("[]").empty());
}

TEST_CASE("zarr2: what is refused") {
  constexpr ErrorCode kInvalid = ErrorCode::kInvalid, kUnsupported = ErrorCode::kUnsupported;
  const Refused rows[] = {
      {"chunks", nullptr, kInvalid, "\"chunks\": expected array, but member is missing"},
      {"compressor", nullptr, kInvalid,
       "\"compressor\": expected null or object, but member is missing"},
      {"dtype", nullptr, kInvalid, "\"dtype\": expected string, but member is missing"},
      {"fill_value", nullptr, kInvalid,
       "\"fill_value\": expected null or value of the array's type, but member is missing"},
      {"filters", nullptr, kInvalid, "\"filters\": expected null or array, but member is missing"},
      {"order", nullptr, kInvalid,
       "\"order\": expected one of \"C\", \"F\", but member is missing"},
      {"shape", nullptr, kInvalid, "\"shape\": expected array, but member is missing"},
      {"zarr_format", nullptr, kInvalid, "\"zarr_format\": expected 2, but member is missing"},

      {"zarr_format", "3", kUnsupported, "\"zarr_format\": expected 2, but received: 3"},
      {"zarr_format", "\"2\"", kInvalid, "\"zarr_format\": expected 2, but received: \"2\""},
      {"zarr_format", "true", kInvalid, "\"zarr_format\": expected 2, but received: true"},
      {"shape", "\"4\"", kInvalid, "\"shape\": expected array, but received: \"4\""},
      {"shape", "[4,\"5\"]", kInvalid,
       "\"shape\": expected integers of at least 0, but received: \"5\""},
      {"shape", "[4,-1]", kInvalid, "\"shape\": expected integers of at least 0, but received: -1"},
      {"shape", "[4,1.5]", kInvalid,
       "\"shape\": expected integers of at least 0, but received: 1.5"},
      {"shape", "[4,true]", kInvalid,
       "\"shape\": expected integers of at least 0, but received: true"},
      {"chunks", "[2,0]", kInvalid, "\"chunks\": expected integers of at least 1, but received: 0"},
      {"chunks", "[2,-3]", kInvalid,
       "\"chunks\": expected integers of at least 1, but received: -3"},
      {"chunks", "[2]", kInvalid,
       "\"chunks\": expected array of length 2, but received: array of length 1"},
      {"dtype", "5", kInvalid, "\"dtype\": expected string, but received: 5"},
      {"dtype", "[[\"a\",\"<f4\"]]", kUnsupported,
       "\"dtype\": expected string, but received: array of length 1; structured types are not "
       "supported"},
      {"dtype", "\"<U2\"", kUnsupported, "\"dtype\": unsupported zarr dtype \"<U2\""},
      {"dtype", "\"|S5000\"", ErrorCode::kLimit, "\"dtype\": elements are too wide"},
      {"compressor", "\"zstd\"", kInvalid,
       "\"compressor\": expected null or object, but received: \"zstd\""},
      {"compressor", "{}", kInvalid,
       "\"compressor\": \"id\": expected string, but member is missing"},
      {"compressor", R"({"id":5})", kInvalid,
       "\"compressor\": \"id\": expected string, but received: 5"},
      {"compressor", R"({"id":"lz4"})", kUnsupported, "\"compressor\": \"lz4\" is not supported"},
      {"compressor", R"({"id":"bz2","level":0})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [1, 9], but received: 0"},
      {"compressor", R"({"id":"bz2","level":1,"x":1})", kUnsupported,
       "\"compressor\" includes extra members: \"x\""},
      {"compressor", R"({"id":"blosc","cname":"lz5"})", kInvalid,
       "\"compressor\": \"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but "
       "received: \"lz5\""},
      {"compressor", R"({"id":"blosc","cname":"lz4|lz4hc"})", kInvalid,
       "\"compressor\": \"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but "
       "received: \"lz4|lz4hc\""},
      {"compressor", R"({"id":"blosc","cname":""})", kInvalid,
       "\"compressor\": \"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but "
       "received: \"\""},
      {"compressor", R"({"id":"blosc","cname":null})", kInvalid,
       "\"compressor\": \"cname\": expected one of |blosclz|lz4|lz4hc|snappy|zlib|zstd|, but "
       "received: null"},
      {"compressor", R"({"id":"blosc","clevel":10})", kInvalid,
       "\"compressor\": \"clevel\": expected integer in the range [0, 9], but received: 10"},
      {"compressor", R"({"id":"blosc","shuffle":3})", kInvalid,
       "\"compressor\": \"shuffle\": expected integer in the range [-1, 2], but received: 3"},
      {"compressor", R"({"id":"blosc","shuffle":-2})", kInvalid,
       "\"compressor\": \"shuffle\": expected integer in the range [-1, 2], but received: -2"},
      {"compressor", R"({"id":"blosc","blocksize":-1})", kInvalid,
       "\"compressor\": \"blocksize\": expected 64-bit unsigned integer, but received: -1"},
      {"compressor", R"({"id":"blosc","blocksize":18446744073709551616})", kInvalid,
       "\"compressor\": \"blocksize\": expected 64-bit unsigned integer, but received: "
       "1.8446744073709552e+19"},
      {"compressor", R"({"id":"blosc","typesize":4})", kUnsupported,
       "\"compressor\" includes extra members: \"typesize\""},
      {"compressor", R"({"id":"zstd","level":1,"checksum":false})", kUnsupported,
       "\"compressor\" includes extra members: \"checksum\""},
      {"compressor", R"({"id":"zstd","level":23})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [-131072, 22], but received: 23"},
      {"compressor", R"({"id":"zstd","level":-131073})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [-131072, 22], but received: "
       "-131073"},
      {"compressor", R"({"id":"zstd","level":"1"})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [-131072, 22], but received: "
       "\"1\""},
      {"compressor", R"({"id":"zlib","level":10})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [0, 9], but received: 10"},
      {"compressor", R"({"id":"gzip","level":-1})", kInvalid,
       "\"compressor\": \"level\": expected integer in the range [0, 9], but received: -1"},
      {"filters", "{}", kInvalid, "\"filters\": expected null or array, but received: object"},
      {"filters", R"([{"id":"delta"}])", kUnsupported, "\"filters\": filters are not supported"},
      {"order", "\"A\"", kInvalid, "\"order\": expected one of \"C\", \"F\", but received: \"A\""},
      {"order", "null", kInvalid, "\"order\": expected one of \"C\", \"F\", but received: null"},
      {"dimension_separator", "\"-\"", kInvalid,
       "\"dimension_separator\": expected one of \".\", \"/\", but received: \"-\""},
      {"dimension_separator", "null", kInvalid,
       "\"dimension_separator\": expected one of \".\", \"/\", but received: null"},
      {"fill_value", "\"AAAA\"", kInvalid,
       "\"fill_value\": expected floating-point number, \"NaN\", \"Infinity\" or \"-Infinity\", "
       "but received: \"AAAA\""},
  };
  for (const Refused& row : rows) CheckRefused(row);
}

TEST_CASE("zarr2: products that overflow") {
  struct Row {
    const char* shape;
    const char* chunks;
    ErrorCode code;
    const char* message;
  };
  const Row rows[] = {
      {"[4611686018427387904,48]", "[1,1]", ErrorCode::kInvalid,
       "number of bytes of an array of shape {4611686018427387904, 48} and type float32 overflows"},
      {"[4611686018427387904]", "[1]", ErrorCode::kInvalid,
       "number of bytes of an array of shape {4611686018427387904} and type float32 overflows"},
      {"[4,4]", "[4294967296,4294967296]", ErrorCode::kInvalid,
       "number of bytes of a chunk of shape {4294967296, 4294967296} and type float32 overflows"},
      {"[4]", "[2305843009213693952]",
       ErrorCode::kInvalid,  // 2^63 bytes: TensorStore counts in int64
       "number of bytes of a chunk of shape {2305843009213693952} and type float32 overflows"},
      {"[9007199254740992,0]", "[1,1]", ErrorCode::kLimit, "a dimension of the shape is too large"},
      {"[2251799813685248]", "[1]", ErrorCode::kLimit, "the array has too many bytes"},
      {"[67108864,67108864]", "[1,1]", ErrorCode::kLimit, "the array has too many bytes"},
  };
  for (const Row& row : rows) {
    INFO(row.shape << row.chunks);
    const auto array = Parse(kZarray.With("shape", row.shape).With("chunks", row.chunks).Text());
    REQUIRE_FALSE(array);
    CHECK(array.error().message == row.message);
    CHECK(ErrorCodeName(array.error().code) == ErrorCodeName(row.code));
  }
  // One less is fine, and nothing is allocated for it.
  CHECK(Parse(kZarray.With("shape", "[2251799813685247]").With("chunks", "[1]").Text())->nbytes ==
        (1ull << 53) - 4);
  CHECK(
      Parse(kZarray.With("shape", "[9007199254740991,0]").With("chunks", "[1,1]").Text())->nbytes ==
      0);
  CHECK(Parse(kZarray.With("shape", "[4]").With("chunks", "[2305843009213693951]").Text())
            ->chunk_nbytes == (1ull << 63) - 4);
}

TEST_CASE("rank at its limit") {
  const auto ones = [](int n) {
    std::string text = "[";
    for (int i = 0; i < n; ++i) text += i ? ",1" : "1";
    return text + "]";
  };
  CHECK(Parse(kZarray.With("shape", ones(32)).With("chunks", ones(32)).Text()));
  const auto array = Parse(kZarray.With("shape", ones(33)).With("chunks", ones(33)).Text());
  REQUIRE_FALSE(array);
  CHECK(array.error().code == ErrorCode::kLimit);
  CHECK(array.error().message == "\"shape\": rank 33 is outside the valid range");
}

TEST_CASE("zarr2: documents that are none") {
  for (const char* text : {"", "[]", "null", "5", "{} x", "{", "\xff", "{\"shape\":NaN}"}) {
    INFO(text);
    const auto array = Parse(text);
    REQUIRE_FALSE(array);
    CHECK(array.error().code == ErrorCode::kInvalid);
  }
  CHECK_FALSE(Parse(kZarray.With("fill_value", "NaN").Text()));
  const auto hidden = Parse(kZarray.Text() + '\0' + kZarray.Text());
  REQUIRE_FALSE(hidden);
  CHECK(hidden.error().message == "not JSON: a NUL byte");
  CHECK(hidden.error().offset == kZarray.Text().size());
  const std::string blanks(kMaxArrayMetadata - kZarray.Text().size(), ' ');
  CHECK(Parse(kZarray.Text() + blanks));
  const auto large = Parse(kZarray.Text() + blanks + " ");
  REQUIRE_FALSE(large);
  CHECK(large.error().code == ErrorCode::kLimit);
}

TEST_CASE("zarr2: of equal members the last counts, and they are named") {
  std::string text = kZarray.Text();
  text.insert(1, R"("order":"Z","shape":[1,1],)");
  const auto array = Parse(text);
  REQUIRE(array);
  CHECK(array->shape == std::vector<uint64_t>{4, 5});
  CHECK(array->duplicate_members == std::vector<std::string>{"order", "shape"});
}
