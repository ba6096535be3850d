// Documents made from values, read back; and what is left of them when bytes are missing or added.
#include "support/catch.h"
#include "support/hex.h"
#include "support/zarr_writer.h"
#include "zarr/array_metadata.h"

using namespace leafsum;
using namespace leafsum::zarr;
using codec::CodecKind;

namespace {

void CheckEqual(const CodecChain& a, const CodecChain& b) {
  CHECK(a.transpose == b.transpose);
  CHECK(a.big_endian == b.big_endian);
  CHECK(a.bytes_codecs == b.bytes_codecs);
  REQUIRE(a.sharding.size() == b.sharding.size());
  for (size_t i = 0; i < a.sharding.size(); ++i) {
    CHECK(a.sharding[i].chunk_shape == b.sharding[i].chunk_shape);
    CHECK(a.sharding[i].index_codecs == b.sharding[i].index_codecs);
    CHECK(a.sharding[i].index_transpose == b.sharding[i].index_transpose);
    CHECK(a.sharding[i].index_big_endian == b.sharding[i].index_big_endian);
    CHECK(a.sharding[i].index_at_end == b.sharding[i].index_at_end);
    CheckEqual(a.sharding[i].codecs, b.sharding[i].codecs);
  }
}

Result<ArrayMetadata> Parse(const ArrayMetadata& array, Bytes text) {
  return array.zarr_format == 2 ? ParseZarray(test::Exact(text)) : ParseZarrJson(test::Exact(text));
}

void GoAround(const ArrayMetadata& array) {
  const std::string text = test::WriteArrayMetadata(array);
  INFO(text);
  const auto read = Parse(array, AsBytes(text));
  REQUIRE(read);
  CHECK(read->zarr_format == array.zarr_format);
  CHECK(read->shape == array.shape);
  CHECK(read->chunk_shape == array.chunk_shape);
  CHECK(read->type == array.type);
  CHECK(read->key_encoding.is_default == array.key_encoding.is_default);
  CHECK(read->key_encoding.separator == array.key_encoding.separator);
  CHECK(read->fill_value == array.fill_value);
  CheckEqual(read->codecs, array.codecs);

  for (size_t n = 0; n < text.size(); ++n) CHECK_FALSE(Parse(array, AsBytes(text).first(n)));
  for (char extra : {'x', '}', ',', '0', '\0'}) CHECK_FALSE(Parse(array, AsBytes(text + extra)));
}

ArrayMetadata Array(int zarr_format, const std::string& type_name, std::string_view fill_hex) {
  ArrayMetadata array;
  array.zarr_format = zarr_format;
  array.shape = {7, 0, 12};
  array.chunk_shape = {2, 3, 4};
  const auto type = ParseZarr3Type(type_name);
  REQUIRE(type);
  array.type = *type;
  array.fill_value = test::FromHex(fill_hex);
  array.key_encoding = {zarr_format == 3, zarr_format == 3 ? '/' : '.'};
  return array;
}

}  // namespace

TEST_CASE("array metadata goes around") {
  struct Row {
    const char* type;
    const char* fill;
  };
  const Row rows[] = {
      {"bool", "01"},
      {"int2", "02"},
      {"int4", "0f"},
      {"int8", "80"},
      {"uint8", "ff"},
      {"int16", "0080"},
      {"int64", "0000000000000080"},
      {"int64", "ffffffffffffff7f"},
      {"uint64", "ffffffffffffffff"},
      {"uint64", "0100000000002000"},  // 2^53 + 1
      {"float64", "0000000000000080"},
      {"float64", "182d4454fb210940"},
      {"float32", "00000080"},
      {"float16", "0000"},
      {"bfloat16", "0000"},
      {"float8_e4m3fn", "00"},
      {"float8_e8m0fnu", "00"},
      {"float4_e2m1fn", "07"},
      {"complex64", "0000803f00000080"},
      {"complex128", "000000000000f03f00000000000000c0"},
      {"r40", "6100620063"},
  };
  for (int zarr_format : {2, 3})
    for (const Row& row : rows) GoAround(Array(zarr_format, row.type, row.fill));

  // Bits that only zarr v3 can spell.
  GoAround(Array(3, "float32", "2301c07f"));
  GoAround(Array(3, "float16", "01fe"));
  GoAround(Array(3, "bfloat16", "8100"));
  GoAround(Array(3, "float8_e5m2fnuz", "80"));
  GoAround(Array(3, "float8_e8m0fnu", "ff"));
  GoAround(Array(3, "complex64", "0100c07f000080ff"));
}

TEST_CASE("orders, separators and codecs go around") {
  ArrayMetadata v2 = Array(2, "float32", "00000000");
  for (CodecKind kind : {CodecKind::kZstd, CodecKind::kZlib, CodecKind::kGzip}) {
    v2.codecs.bytes_codecs = {{kind, false}};
    GoAround(v2);
  }
  v2.codecs.transpose = {2, 1, 0};
  v2.codecs.big_endian = true;
  v2.key_encoding.separator = '/';
  GoAround(v2);

  ArrayMetadata v3 = Array(3, "uint16", "0100");
  v3.codecs.big_endian = true;
  v3.codecs.transpose = {1, 2, 0};
  v3.codecs.bytes_codecs = {{CodecKind::kCrc32c, true},
                            {CodecKind::kGzip, true},
                            {CodecKind::kBlosc, false},
                            {CodecKind::kZstd, true}};
  v3.key_encoding = {false, '/'};
  GoAround(v3);

  ShardingSpec innermost;
  innermost.chunk_shape = {1, 1, 1};
  innermost.codecs.bytes_codecs = {{CodecKind::kZstd, true}};
  innermost.index_big_endian = true;
  ShardingSpec inner;
  inner.chunk_shape = {1, 4, 2};
  inner.codecs.transpose = {2, 0, 1};
  inner.codecs.sharding = {innermost};
  inner.index_codecs = {{CodecKind::kCrc32c, true}};
  inner.index_at_end = false;
  inner.index_transpose = {3, 1, 0, 2};
  v3.codecs = {};
  v3.codecs.transpose = {1, 2, 0};  // (2, 3, 4) becomes (3, 4, 2)
  v3.codecs.sharding = {inner};
  GoAround(v3);
}
