#include "zarr/data_type.h"

#include "support/catch.h"
#include "support/hex.h"
#include "zarr/type_table.h"

using namespace leafsum;
using namespace leafsum::zarr;
using namespace leafsum::test::literals;

TEST_CASE("zarr2 dtypes have the names of zarr3") {
  struct Row {
    const char* dtype;
    const char* name;
    uint32_t itemsize;
    uint32_t swap_size;
    bool big_endian;
  };
  const Row rows[] = {
      {"|b1", "bool", 1, 1, false},
      {"<b1", "bool", 1, 1, false},
      {">b1", "bool", 1, 1, false},
      {"|i1", "int8", 1, 1, false},
      {">i1", "int8", 1, 1, false},
      {"|u1", "uint8", 1, 1, false},
      {"<i2", "int16", 2, 2, false},
      {">i2", "int16", 2, 2, true},
      {"<u2", "uint16", 2, 2, false},
      {"<i4", "int32", 4, 4, false},
      {"<u4", "uint32", 4, 4, false},
      {">u4", "uint32", 4, 4, true},
      {"<i8", "int64", 8, 8, false},
      {">i8", "int64", 8, 8, true},
      {"<u8", "uint64", 8, 8, false},
      {"<f2", "float16", 2, 2, false},
      {">f2", "float16", 2, 2, true},
      {"<f4", "float32", 4, 4, false},
      {">f4", "float32", 4, 4, true},
      {"<f8", "float64", 8, 8, false},
      {">f8", "float64", 8, 8, true},
      {"<c8", "complex64", 8, 4, false},
      {">c8", "complex64", 8, 4, true},
      {"<c16", "complex128", 16, 8, false},
      {">c16", "complex128", 16, 8, true},
      {"|S5", "r40", 5, 1, false},
      {"<S5", "r40", 5, 1, false},
      {">S5", "r40", 5, 1, false},
      {"|S05", "r40", 5, 1, false},
      {"|V3", "r24", 3, 1, false},
      {"|V4096", "r32768", 4096, 1, false},
      {"bfloat16", "bfloat16", 2, 2, false},
      {"float8_e3m4", "float8_e3m4", 1, 1, false},
      {"float8_e4m3fn", "float8_e4m3fn", 1, 1, false},
      {"float8_e4m3fnuz", "float8_e4m3fnuz", 1, 1, false},
      {"float8_e4m3b11fnuz", "float8_e4m3b11fnuz", 1, 1, false},
      {"float8_e5m2", "float8_e5m2", 1, 1, false},
      {"float8_e5m2fnuz", "float8_e5m2fnuz", 1, 1, false},
      {"float8_e8m0fnu", "float8_e8m0fnu", 1, 1, false},
      {"float4_e2m1fn", "float4_e2m1fn", 1, 1, false},
      {"int4", "int4", 1, 1, false},
      {"int2", "int2", 1, 1, false},
  };
  for (const Row& row : rows) {
    INFO(row.dtype);
    const auto stored = ParseZarr2Type(row.dtype);
    REQUIRE(stored);
    CHECK(stored->type.name == row.name);
    CHECK(stored->type.itemsize == row.itemsize);
    CHECK(stored->type.swap_size == row.swap_size);
    CHECK(stored->big_endian == row.big_endian);
    CHECK(stored->type.is_bool == (stored->type.name == "bool"));
    CHECK(ItemsizeOf(row.name) == row.itemsize);
    const auto again = ParseZarr3Type(row.name);
    REQUIRE(again);
    CHECK(*again == stored->type);
  }
}

TEST_CASE("refused zarr2 dtypes") {
  struct Row {
    const char* dtype;
    ErrorCode code;
  };
  const Row rows[] = {
      {"uint4", ErrorCode::kUnsupported},
      {"uint2", ErrorCode::kUnsupported},
      {"float8_e4m3", ErrorCode::kUnsupported},
      {"<U2", ErrorCode::kUnsupported},
      {"=i2", ErrorCode::kUnsupported},
      {"|i2", ErrorCode::kUnsupported},
      {"i2", ErrorCode::kUnsupported},
      {"<m8[s]", ErrorCode::kUnsupported},
      {"<M8[ns]", ErrorCode::kUnsupported},
      {"|O", ErrorCode::kUnsupported},
      {"<f16", ErrorCode::kUnsupported},
      {"<f1", ErrorCode::kUnsupported},
      {"<c4", ErrorCode::kUnsupported},
      {"|f2", ErrorCode::kUnsupported},
      {"bool", ErrorCode::kUnsupported},
      {"float32", ErrorCode::kUnsupported},
      {">bfloat16", ErrorCode::kUnsupported},
      {"|S", ErrorCode::kUnsupported},
      {"|S0", ErrorCode::kUnsupported},
      {"|V0", ErrorCode::kUnsupported},
      {"", ErrorCode::kUnsupported},
      {"<", ErrorCode::kUnsupported},
      {"|S-1", ErrorCode::kUnsupported},
      {"|S+1", ErrorCode::kUnsupported},
      {"|b2", ErrorCode::kUnsupported},
      {"<i04", ErrorCode::kUnsupported},
      {"<f4 ", ErrorCode::kUnsupported},
      {"|S4097", ErrorCode::kLimit},
      {"|V99999999999999999999999", ErrorCode::kLimit},
  };
  for (const Row& row : rows) {
    INFO(row.dtype);
    const auto stored = ParseZarr2Type(row.dtype);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == row.code);
    CHECK(stored.error().actual == row.dtype);
  }
}

TEST_CASE("zarr3 data types") {
  CHECK(ParseZarr3Type("r8")->itemsize == 1);
  CHECK(ParseZarr3Type("r08")->name == "r8");
  CHECK(ParseZarr3Type("r32768")->itemsize == kMaxItemsize);
  CHECK(ParseZarr3Type("int4")->mask == 0x0f);
  CHECK(ParseZarr3Type("float4_e2m1fn")->mask == 0x0f);
  CHECK(ParseZarr3Type("int2")->mask == 0x03);
  CHECK(ParseZarr3Type("uint8")->mask == 0xff);
  struct Row {
    const char* name;
    ErrorCode code;
  };
  const Row rows[] = {
      {"uint2", ErrorCode::kUnsupported},
      {"uint4", ErrorCode::kUnsupported},
      {"string", ErrorCode::kUnsupported},
      {"float8_e4m3", ErrorCode::kUnsupported},
      {"<f4", ErrorCode::kUnsupported},
      {"bytes", ErrorCode::kUnsupported},
      {"struct", ErrorCode::kUnsupported},
      {"r", ErrorCode::kUnsupported},
      {"raw", ErrorCode::kUnsupported},
      {"", ErrorCode::kUnsupported},
      {"r4", ErrorCode::kInvalid},
      {"r0", ErrorCode::kInvalid},
      {"r12", ErrorCode::kInvalid},
      {"r32776", ErrorCode::kLimit},
      {"r99999999999999999999992", ErrorCode::kLimit},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const auto type = ParseZarr3Type(row.name);
    REQUIRE_FALSE(type);
    CHECK(type.error().code == row.code);
    CHECK(ItemsizeOf(row.name).has_value() == (FindType(row.name) != nullptr));
  }
  // No zarr type to TensorStore, but Flax's msgpack files and so lockfiles have them.
  for (const auto& [name, mask] :
       {std::pair{"uint2", 0x03}, {"uint4", 0x0f}, {"float8_e4m3", 0xff}}) {
    INFO(name);
    REQUIRE(FindType(name));
    CHECK(FromRow(*FindType(name)).mask == mask);
    CHECK(ItemsizeOf(name) == 1u);
  }
  CHECK(ItemsizeOf("r08") == std::nullopt);  // a lockfile has one spelling
  CHECK(ItemsizeOf("r16") == 2u);
}

TEST_CASE("stored elements become content") {
  struct Row {
    const char* name;
    bool big_endian;
    ByteVector stored;
    ByteVector content;
  };
  const Row rows[] = {
      {"int16", true, "0102 0304"_hex, "0201 0403"_hex},
      {"int16", false, "0102 0304"_hex, "0102 0304"_hex},
      {"float64", true, "0102030405060708"_hex, "0807060504030201"_hex},
      {"complex64", true, "0102030405060708"_hex,
       "0403020108070605"_hex},  // re and im keep their places
      {"r24", true, "010203"_hex, "010203"_hex},
      {"uint8", true, "0102"_hex, "0102"_hex},
      {"int4", false, "080f0007 ff77"_hex, "080f0007 0f07"_hex},
      {"int4", true, "f8"_hex, "08"_hex},
      {"int2", false, "ff0406"_hex, "030002"_hex},
      {"float4_e2m1fn", false, "1f"_hex, "0f"_hex},
      {"bool", false, "0001"_hex, "0001"_hex},
      {"float32", true, ""_hex, ""_hex},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    const auto type = ParseZarr3Type(row.name);
    REQUIRE(type);
    ByteVector bytes = row.stored;
    CHECK_FALSE(NormalizeElements(*type, row.big_endian, bytes));
    CHECK(bytes == row.content);
    if (row.stored != row.content) CHECK(NeedsNormalizing(*type, row.big_endian));
  }
  CHECK_FALSE(NeedsNormalizing(*ParseZarr3Type("float32"), false));
  CHECK_FALSE(NeedsNormalizing(*ParseZarr3Type("uint8"), true));
  CHECK(NeedsNormalizing(*ParseZarr3Type("bool"), false));
}

TEST_CASE("a bool byte that is neither 0 nor 1 is told with its place") {
  ByteVector bytes = "000102 01"_hex;
  const Status status = NormalizeElements(*ParseZarr3Type("bool"), false, bytes);
  REQUIRE(status);
  CHECK(status->code == ErrorCode::kInvalid);
  CHECK(status->offset == 2u);
  CHECK(status->expected == "0 or 1");
  CHECK(status->actual == "2");
}
