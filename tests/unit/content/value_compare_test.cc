#include "content/value_compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include "hash/sha256.h"
#include "support/catch.h"
#include "support/hex.h"
#include "support/random.h"
#include "support/vectors.h"
#include "zarr/type_table.h"

using namespace leafsum;
using namespace leafsum::content;
using leafsum::test::FromHex;

namespace {

zarr::DataType TypeOf(const std::string& name) {
  if (const zarr::TypeRow* row = zarr::FindType(name)) return zarr::FromRow(*row);
  auto type = zarr::ParseZarr3Type(name);
  REQUIRE(type);
  return *type;
}

ByteVector Le(uint64_t v, size_t bytes) {
  ByteVector out;
  for (size_t i = 0; i < bytes; ++i) out.push_back(static_cast<uint8_t>(v >> (8 * i)));
  return out;
}

uint64_t BitsOf(double v) {
  uint64_t bits = 0;
  std::memcpy(&bits, &v, 8);
  return std::isnan(v) ? 0x7ff8000000000000 : bits;
}

// All codes of a small type as the vectors have them.
std::vector<double> Values(const zarr::DataType& type) {
  std::vector<double> out;
  const uint64_t codes = type.mask == 0xff ? uint64_t{1} << (8 * type.itemsize) : type.mask + 1u;
  for (uint64_t code = 0; code < codes; ++code) {
    const auto v = ElementValue(type, Le(code, type.itemsize));
    REQUIRE(v);
    out.push_back(*v);
  }
  return out;
}

// Of `values` those that are as near to `x` as any.
std::vector<size_t> Nearest(const std::vector<double>& values, double x) {
  std::vector<size_t> out;
  double best = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double d = std::fabs(values[i] - x);
    if (d < best) out.clear();
    best = std::min(best, d);
    if (d == best) out.push_back(i);
  }
  return out;
}

ValueDifference Compare(const std::string& type, Bytes a, Bytes b) {
  ValueComparer comparer(TypeOf(type));
  comparer.Update(a, b);
  return comparer.Finish();
}

template <class T>
ByteVector Raw(std::initializer_list<T> values) {
  ByteVector out(values.size() * sizeof(T));
  std::memcpy(out.data(), values.begin(), out.size());
  return out;
}

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("Every code of the small floats has the value that ml_dtypes gives it") {
  const auto vectors = test::LoadVectors("small_floats.json");
  REQUIRE(vectors["values"].size() == 11);
  for (const auto& [name, expected] : vectors["values"].items()) {
    CAPTURE(name);
    const std::vector<double> values = Values(TypeOf(name));
    ByteVector bytes;
    for (double v : values) {
      const ByteVector le = Le(BitsOf(v), 8);
      bytes.insert(bytes.end(), le.begin(), le.end());
    }
    if (expected.is_string()) {
      CHECK(Hex(bytes) == expected.get<std::string>());
      continue;
    }
    REQUIRE(expected.size() == 16);
    for (size_t block = 0; block < 16; ++block) {
      CAPTURE(block);
      CHECK(hash::ToHex(hash::Sha256Of(Bytes(bytes).subspan(block * 32768, 32768))) ==
            expected[block].get<std::string>());
    }
  }
}

TEST_CASE("NaN is nan where it is the usual one, else it shows its bits") {
  const auto vectors = test::LoadVectors("small_floats.json");
  for (const auto& [name, code] : vectors["nans"].items()) {
    CAPTURE(name);
    const zarr::DataType type = TypeOf(name);
    CHECK(ElementText(type, Le(code.get<uint64_t>(), type.itemsize)) == "nan");
    CHECK(std::isnan(*ElementValue(type, Le(code.get<uint64_t>(), type.itemsize))));
  }
}

TEST_CASE("Texts of float16 are numpy's") {
  const auto vectors = test::LoadVectors("small_floats.json");
  const zarr::DataType type = TypeOf("float16");
  for (size_t block = 0; block < 16; ++block) {
    std::string text;
    for (uint64_t code = block * 4096; code < (block + 1) * 4096; ++code) {
      const std::string one = ElementText(type, Le(code, 2));
      text += (one.starts_with("nan") ? "nan" : one) + "\n";
    }
    CAPTURE(block);
    CHECK(hash::ToHex(hash::Sha256Of(AsBytes(text))) ==
          vectors["texts"]["float16"][block].get<std::string>());
  }
}

TEST_CASE("Texts of single elements are numpy's") {
  const auto vectors = test::LoadVectors("small_floats.json");
  REQUIRE(vectors["texts"]["samples"].size() > 300);
  for (const auto& sample : vectors["texts"]["samples"]) {
    CAPTURE(sample.dump());
    CHECK(ElementText(TypeOf(sample[0]), FromHex(sample[1].get<std::string>())) ==
          sample[2].get<std::string>());
  }
}

TEST_CASE("The text of a small float reads back as it, and one digit less does not") {
  for (const char* name : {"float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz", "float8_e5m2",
                           "float8_e5m2fnuz", "float8_e3m4", "float8_e8m0fnu", "float4_e2m1fn"}) {
    const zarr::DataType type = TypeOf(name);
    const std::vector<double> values = Values(type);
    for (size_t code = 0; code < values.size(); ++code) {
      if (!std::isfinite(values[code]) || values[code] == 0) continue;
      const std::string text = ElementText(type, Le(code, 1));
      CAPTURE(name, code, text);
      const double read = std::strtod(text.c_str(), nullptr);
      const auto nearest = Nearest(values, read);
      // Of two equally near the one with the even code.
      REQUIRE(!nearest.empty());
      CHECK(std::find(nearest.begin(), nearest.end(), code) != nearest.end());
      CHECK((nearest.size() == 1 || code % 2 == 0));
      // One more would be rounded to nothing that is finite.
      const bool largest = std::none_of(values.begin(), values.end(), [&](double v) {
        return std::isfinite(v) && std::fabs(v) > std::fabs(values[code]);
      });
      int digits = 0;
      for (char c : text.substr(0, text.find('e'))) digits += c >= '1' && c <= '9';
      if (digits <= 1 || largest) continue;
      char shorter[40];
      std::snprintf(shorter, sizeof shorter, "%.*e", digits - 2, values[code]);
      const auto others = Nearest(values, std::strtod(shorter, nullptr));
      CHECK((others.size() > 1 || others[0] != code));
    }
  }
}

TEST_CASE("Texts of elements") {
  struct Case {
    const char* type;
    const char* element;
    const char* text;
  };
  const Case cases[] = {
      {"bool", "00", "False"},
      {"bool", "01", "True"},
      {"int2", "02", "-2"},
      {"int4", "08", "-8"},
      {"int4", "07", "7"},
      {"int8", "80", "-128"},
      {"int16", "ff7f", "32767"},
      {"int32", "ffffffff", "-1"},
      {"int64", "0000000000000080", "-9223372036854775808"},
      {"uint8", "ff", "255"},
      {"uint16", "0080", "32768"},
      {"uint32", "ffffffff", "4294967295"},
      {"uint64", "ffffffffffffffff", "18446744073709551615"},
      {"float32", "0000803f", "1.0"},
      {"float32", "00c07944", "999.0"},
      {"float32", "00000080", "-0.0"},
      {"float32", "0000c07f", "nan"},
      {"float32", "0000c0ff", "nan(0xffc00000)"},
      {"float32", "0100c07f", "nan(0x7fc00001)"},
      {"float64", "010000000000f07f", "nan(0x7ff0000000000001)"},
      {"float16", "ff7b", "65500.0"},
      {"float16", "017e", "nan(0x7e01)"},
      {"bfloat16", "4940", "3.14"},
      {"bfloat16", "807f", "inf"},
      {"bfloat16", "80ff", "-inf"},
      {"float8_e4m3fn", "7e", "450.0"},  // 448: nothing else is as near to 450
      {"float8_e4m3fn", "ff", "nan(0xff)"},
      {"float8_e5m2", "fc", "-inf"},
      {"float8_e5m2", "7d", "nan(0x7d)"},
      {"float8_e4m3fnuz", "00", "0.0"},
      {"float8_e8m0fnu", "7f", "1.0"},
      {"float4_e2m1fn", "0f", "-6.0"},
      {"float4_e2m1fn", "08", "-0.0"},
      {"complex64", "0000803f00000040", "(1+2j)"},
      {"complex64", "0000008000000040", "(-0+2j)"},
      {"complex64", "0000803f0000c07f", "(1+nanj)"},
      {"complex64", "0000803f0100c07f", "(1+nan(0x7fc00001)j)"},
      {"r40", "0102030405", "0102030405"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type, c.element);
    CHECK(ElementText(TypeOf(c.type), FromHex(c.element)) == c.text);
  }
  zarr::DataType unknown;
  unknown.name = "quaternion";
  unknown.itemsize = 2;
  CHECK(ElementText(unknown, FromHex("ab01")) == "ab01");
  CHECK_FALSE(ElementValue(unknown, FromHex("ab01")));
  CHECK_FALSE(ElementValue(TypeOf("complex64"), ByteVector(8)));
  CHECK_FALSE(ElementValue(TypeOf("r40"), ByteVector(5)));
  CHECK(ElementValue(TypeOf("int4"), FromHex("0f")) == -1.0);
  CHECK(ElementValue(TypeOf("uint64"), ByteVector(8, 0xff)) == 18446744073709551616.0);
  CHECK(ElementValue(TypeOf("bool"), FromHex("01")) == 1.0);
}

TEST_CASE("Differences") {
  struct Case {
    std::string what, type;
    ByteVector a, b;
    uint64_t differing, first;
    std::string first_a, first_b;
    std::optional<double> max_abs, max_rel;
  };
  const std::vector<Case> cases = {
      {"equal", "float32", Raw<float>({1, 2}), Raw<float>({1, 2}), 0, 0, "", "", {}, {}},
      {"one of two", "float32", Raw<float>({1, 2}), Raw<float>({1, 4}), 1, 1, "2.0", "4.0", 2.0,
       0.5},
      {"signs of zero", "float64", Raw<double>({0.0}), Raw<double>({-0.0}), 1, 0, "0.0", "-0.0",
       0.0, 0.0},
      {"infinite", "float64", Raw<double>({1, kInf}), Raw<double>({3, 1}), 2, 0, "1.0", "3.0", kInf,
       2.0 / 3},
      {"only infinite",
       "float64",
       Raw<double>({kInf}),
       Raw<double>({-kInf}),
       1,
       0,
       "inf",
       "-inf",
       kInf,
       {}},
      {"NaN against number",
       "float64",
       Raw<double>({kNan}),
       Raw<double>({0}),
       1,
       0,
       "nan",
       "0.0",
       kInf,
       {}},
      {"equal NaNs", "float64", Raw<double>({kNan, 1}), Raw<double>({kNan, 1.5}), 1, 1, "1.0",
       "1.5", 0.5, 0.5 / 1.5},
      {"NaNs of different payload",
       "float32",
       FromHex("0000c07f"),
       FromHex("0100c07f"),
       1,
       0,
       "nan",
       "nan(0x7fc00001)",
       kInf,
       {}},
      {"further apart than a double", "float64", Raw<double>({1.5e308}), Raw<double>({-1.5e308}), 1,
       0, "1.5e+308", "-1.5e+308", kInf, 2.0},
      {"int64 by one, exact", "int64", Raw<int64_t>({9007199254740993}),
       Raw<int64_t>({9007199254740992}), 1, 0, "9007199254740993", "9007199254740992", 1.0,
       1.0 / 9007199254740992.0},
      {"int64 from end to end", "int64", Raw<int64_t>({std::numeric_limits<int64_t>::min()}),
       Raw<int64_t>({std::numeric_limits<int64_t>::max()}), 1, 0, "-9223372036854775808",
       "9223372036854775807", 18446744073709551616.0, 2.0},
      {"uint64", "uint64", Raw<uint64_t>({~uint64_t{0}}), Raw<uint64_t>({~uint64_t{0} - 3}), 1, 0,
       "18446744073709551615", "18446744073709551612", 3.0, 3.0 / 18446744073709551616.0},
      {"int4", "int4", FromHex("0807"), FromHex("0707"), 1, 0, "-8", "7", 15.0, 15.0 / 8},
      {"bool", "bool", FromHex("0001"), FromHex("0000"), 1, 1, "True", "False", 1.0, 1.0},
      {"complex", "complex64", Raw<float>({0, 0, 3, 4}), Raw<float>({0, 0, 0, 0}), 1, 1, "(3+4j)",
       "0j", 5.0, 1.0},
      {"complex with NaN",
       "complex64",
       Raw<float>({static_cast<float>(kInf), static_cast<float>(kNan)}),
       Raw<float>({0, 0}),
       1,
       0,
       "(inf+nanj)",
       "0j",
       kInf,
       {}},
      {"raw",
       "r40",
       FromHex("0000000000 0102030405"),
       FromHex("0000000000 0102030406"),
       1,
       1,
       "0102030405",
       "0102030406",
       {},
       {}},
      {"scales", "float8_e8m0fnu", FromHex("7f"), FromHex("81"), 1, 0, "1.0", "4.0", 3.0, 0.75},
      {"nothing", "float32", {}, {}, 0, 0, "", "", {}, {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const ValueDifference d = Compare(c.type, c.a, c.b);
    CHECK(d.differing == c.differing);
    CHECK(d.first_index == c.first);
    CHECK(d.first_a == c.first_a);
    CHECK(d.first_b == c.first_b);
    CHECK(d.max_abs == c.max_abs);
    CHECK(d.max_rel == c.max_rel);
    const ValueDifference other_way = Compare(c.type, c.b, c.a);
    CHECK(other_way.max_abs == c.max_abs);
    CHECK(other_way.max_rel == c.max_rel);
  }
}

TEST_CASE("A stream in pieces differs as the whole does") {
  test::Random random(7);
  for (const char* name : {"float32", "r40", "int8", "complex128"}) {
    const zarr::DataType type = TypeOf(name);
    const ByteVector a = random.SomeBytes(size_t{type.itemsize} * 20000);
    ByteVector b = a;
    for (int i = 0; i < 30; ++i)
      b[static_cast<size_t>(random.Between(50000 / 5, b.size() - 1))] ^= 1;
    const ValueDifference whole = Compare(name, a, b);
    CHECK(whole.differing > 0);
    ValueComparer comparer(type);
    for (size_t at = 0; at < a.size();) {
      const size_t n =
          std::min<size_t>(a.size() - at, type.itemsize * static_cast<size_t>(random.Below(3000)));
      comparer.Update(test::Exact(Bytes(a).subspan(at, n)), test::Exact(Bytes(b).subspan(at, n)));
      at += n;
    }
    const ValueDifference pieces = comparer.Finish();
    CAPTURE(name);
    CHECK(pieces.differing == whole.differing);
    CHECK(pieces.first_index == whole.first_index);
    CHECK(pieces.first_a == whole.first_a);
    CHECK(pieces.first_b == whole.first_b);
    CHECK(pieces.max_abs == whole.max_abs);
    CHECK(pieces.max_rel == whole.max_rel);
    uint64_t first = 0;
    while (std::equal(a.begin() + static_cast<std::ptrdiff_t>(first * type.itemsize),
                      a.begin() + static_cast<std::ptrdiff_t>((first + 1) * type.itemsize),
                      b.begin() + static_cast<std::ptrdiff_t>(first * type.itemsize)))
      ++first;
    CHECK(whole.first_index == first);
  }
}
