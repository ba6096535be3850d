#include "zarr/fill_value.h"

#include "base/text.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/vectors.h"
#include "zarr/float_format.h"

using namespace leafsum;
using namespace leafsum::zarr;
using namespace leafsum::test::literals;

namespace {

Result<ByteVector> Parse(int zarr_format, const std::string& type_name, const std::string& text) {
  const auto json = ParseJson(AsBytes(text));
  if (!json) return json.error();
  if (zarr_format == 2) {
    const auto type = ParseZarr2Type(type_name);
    if (!type) return type.error();
    return ParseZarr2FillValue(json->root, *type);
  }
  const auto type = ParseZarr3Type(type_name);
  if (!type) return type.error();
  return ParseZarr3FillValue(json->root, *type);
}

}  // namespace

TEST_CASE("fill values as TensorStore reads them") {
  const auto vectors = test::LoadVectors("fill_values.json");
  const auto& rows = vectors["rows"];
  REQUIRE(rows.size() > 1000);
  for (const auto& row : rows) {
    const auto text = row[2].get<std::string>();
    INFO("zarr" << row[0].get<int>() << " " << row[1].get<std::string>() << " " << text);
    const auto fill = Parse(row[0].get<int>(), row[1].get<std::string>(), text);
    if (row[3].is_null()) {
      CHECK_FALSE(fill);
      continue;
    }
    REQUIRE(fill);
    CHECK(Hex(*fill) == row[3].get<std::string>());
  }
}

TEST_CASE("raw fill values are base64 of exactly the element") {
  for (const auto& [zarr_format, name] :
       {std::pair(2, "|S3"), std::pair(2, "|V3"), std::pair(3, "r24")}) {
    INFO(zarr_format << name);
    const auto fill = Parse(zarr_format, name, "\"YWJj\"");
    REQUIRE(fill);
    CHECK(*fill == "616263"_hex);
    for (const char* text : {"\"YWI=\"", "\"YWJjZA==\"", "\"YWI\"", "\"abc\"", "0", "[97,98,99]",
                             "\"0x616263\"", "true", "\"YWJ\\u0000\""}) {
      INFO(text);
      const auto refused = Parse(zarr_format, name, text);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().expected == "3 base64-encoded bytes");
    }
  }
  CHECK(*Parse(2, "|S3", "null") == "000000"_hex);
  CHECK(*Parse(2, "|S3", "\"\"") == "000000"_hex);
  CHECK_FALSE(Parse(3, "r24", "\"\""));
  CHECK_FALSE(Parse(3, "r24", "null"));
}

TEST_CASE("sub-byte fill values are masked") {
  CHECK(*Parse(3, "int4", "-8") == "08"_hex);
  CHECK(*Parse(2, "int4", "127") == "0f"_hex);
  CHECK(*Parse(3, "float4_e2m1fn", "\"0x1f\"") == "0f"_hex);
  CHECK(*Parse(2, "float4_e2m1fn", "\"/w==\"") == "0f"_hex);
}

TEST_CASE("hex is digits of either case, and no more of them than the type has") {
  struct Row {
    const char* text;
    const char* bytes;  // null: refused
  };
  const Row rows[] = {
      {"\"0x7fc00000\"", "0000c07f"}, {"\"0x7FC00000\"", "0000c07f"}, {"\"0xAbCdEf\"", "efcdab00"},
      {"\"0x0\"", "00000000"},        {"\"0xf\"", "0f000000"},        {"\"0x\"", nullptr},
      {"\"0x7fc000000\"", nullptr},   {"\"0x/\"", nullptr},           {"\"0x:\"", nullptr},
      {"\"0x@\"", nullptr},           {"\"0xG\"", nullptr},           {"\"0x`\"", nullptr},
      {"\"0xg\"", nullptr},           {"\"0x1 \"", nullptr},          {"\"0X1\"", nullptr},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto fill = Parse(3, "float32", row.text);
    CHECK(bool(fill) == (row.bytes != nullptr));
    if (fill && row.bytes) CHECK(Hex(*fill) == row.bytes);
  }
}

TEST_CASE("numbers of float8_e8m0fnu are not guessed") {
  for (const char* text : {"1.0", "-1", "0.3", "1e300"}) {
    const auto fill = Parse(3, "float8_e8m0fnu", text);
    REQUIRE_FALSE(fill);
    CHECK(fill.error().code == ErrorCode::kUnsupported);
  }
  CHECK(*Parse(3, "float8_e8m0fnu", "\"0x7f\"") == "7f"_hex);
}

TEST_CASE("messages name what would have been taken") {
  struct Row {
    int zarr_format;
    const char* type;
    const char* text;
    const char* message;
  };
  const Row rows[] = {
      {2, "<i4", "2147483648",
       "\"fill_value\": expected integer in the range [-2147483648, 2147483647], but received: "
       "2147483648"},
      {3, "uint8", "-1",
       "\"fill_value\": expected integer in the range [0, 255], but received: -1"},
      {3, "int4", "8", "\"fill_value\": expected integer in the range [-8, 7], but received: 8"},
      {3, "uint64", "1.5",
       "\"fill_value\": expected integer in the range [0, 18446744073709551615], but received: "
       "1.5"},
      {2, "|b1", "1", "\"fill_value\": expected boolean, but received: 1"},
      {3, "complex64", "[1]",
       "\"fill_value\": expected array of length 2, but received: array of length 1"},
      {3, "complex64", "[1,true]",
       "\"fill_value\": expected floating-point number, \"Infinity\", \"-Infinity\", \"NaN\" or "
       "hex string, but received: true"},
      {3, "int64", "-9223372036854777856",
       "\"fill_value\": expected integer in the range [-9223372036854775808, 9223372036854775807], "
       "but received: -9.2233720368547779e+18"},
      {3, "int64", "-0.5",
       "\"fill_value\": expected integer in the range [-9223372036854775808, 9223372036854775807], "
       "but received: -0.5"},
      {3, "int64", "-1e300",
       "\"fill_value\": expected integer in the range [-9223372036854775808, 9223372036854775807], "
       "but received: -1.0000000000000001e+300"},
      {3, "uint8", "false",
       "\"fill_value\": expected integer in the range [0, 255], but received: false"},
      {3, "uint8", "true",
       "\"fill_value\": expected integer in the range [0, 255], but received: true"},
      {3, "float32", "null", "\"fill_value\": expected value of type float32, but received: null"},
      {2, "<f4", "\"nan\"",
       "\"fill_value\": expected floating-point number, \"NaN\", \"Infinity\" or \"-Infinity\", "
       "but received: \"nan\""},
  };
  for (const Row& row : rows) {
    const auto fill = Parse(row.zarr_format, row.type, row.text);
    REQUIRE_FALSE(fill);
    CHECK(fill.error().code == ErrorCode::kInvalid);
    CHECK(fill.error().message == row.message);
  }
}

TEST_CASE("a message shows the first 60 bytes of a text, and no part of a character") {
  const std::string ascii(60, 'x');
  struct Row {
    std::string text, shown;
  };
  const Row rows[] = {{ascii, "\"" + ascii + "\""},
                      {ascii + "y", "\"" + ascii + "\"…"},
                      {ascii.substr(1) + "€", "\"" + ascii.substr(1) + "\"…"},
                      {ascii.substr(2) + "€", "\"" + ascii.substr(2) + "\"…"},
                      {ascii.substr(3) + "€y", "\"" + ascii.substr(3) + "€\"…"}};
  for (const Row& row : rows) {
    const auto fill = Parse(3, "uint8", "\"" + row.text + "\"");
    REQUIRE_FALSE(fill);
    CHECK(fill.error().actual == row.shown);
  }
}

TEST_CASE("rounding to nearest even, at the edges of a format") {
  CHECK(EncodeFloat(448, kFloat8E4m3fn) == 0x7e);
  CHECK(EncodeFloat(464, kFloat8E4m3fn) ==
        0x7e);  // a tie: the even code, which is the largest number
  CHECK(EncodeFloat(464.0000001, kFloat8E4m3fn) == 0x7f);
  CHECK(EncodeFloat(-1e9, kFloat8E4m3fn) == 0xff);
  CHECK(EncodeFloat(-1e9, kFloat8E4m3fnuz) == 0x80);
  CHECK(EncodeFloat(-0.0, kFloat8E5m2fnuz) == 0x00);
  CHECK(EncodeFloat(-1e-300, kFloat8E5m2fnuz) == 0x00);
  CHECK(EncodeFloat(-1e-300, kFloat16) == 0x8000);
  CHECK(EncodeFloat(0x1p-24, kFloat16) == 1);
  CHECK(EncodeFloat(0x1p-25, kFloat16) == 0);  // a tie with zero
  CHECK(EncodeFloat(0x1.8p-24, kFloat16) == 2);
  CHECK(EncodeFloat(65519, kFloat16) == 0x7bff);
  CHECK(EncodeFloat(65520, kFloat16) == 0x7c00);
  CHECK(EncodeFloat(1e39, kFloat32) == 0x7f800000);
  CHECK(EncodeFloat(5e-324, kFloat32) == 0);
  CHECK(EncodeFloat(5e-324, kFloat64) == 1);
  CHECK(EncodeFloat(1e300, kFloat4E2m1fn) == 0x7);
  CHECK(EncodeFloat(-1e300, kFloat4E2m1fn) == 0xf);
}
