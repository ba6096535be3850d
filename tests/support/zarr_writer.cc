#include "support/zarr_writer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/byte_writer.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "support/encode.h"

namespace leafsum::test {
namespace {

using zarr::ArrayMetadata;
using zarr::DataType;

std::string List(const std::vector<std::string>& parts) {
  std::string out = "[";
  for (size_t i = 0; i < parts.size(); ++i) out += (i ? "," : "") + parts[i];
  return out + "]";
}

template <class Number>
std::string Numbers(const std::vector<Number>& numbers) {
  std::vector<std::string> parts;
  for (Number n : numbers) parts.push_back(std::to_string(n));
  return List(parts);
}

bool IsRaw(const DataType& type) { return type.name[0] == 'r'; }
bool IsComplex(const DataType& type) { return type.name.starts_with("complex"); }
bool IsFloat(const DataType& type) {
  return type.name.starts_with("float") || type.name.starts_with("bfloat") || IsComplex(type);
}

uint64_t LittleEndian(Bytes bytes) {
  uint64_t v = 0;
  for (size_t i = bytes.size(); i-- > 0;) v = v << 8 | bytes[i];
  return v;
}

std::string Integer(const DataType& type, Bytes bytes) {
  const uint64_t v = LittleEndian(bytes);
  if (type.name[0] == 'u') return std::to_string(v);
  const int bits = type.mask == 3 ? 2 : type.mask == 15 ? 4 : static_cast<int>(8 * bytes.size());
  const uint64_t sign = uint64_t{1} << (bits - 1);
  return std::to_string(static_cast<int64_t>((v ^ sign) - sign));
}

std::string FloatNumber(Bytes bytes) {
  double value = 0;
  if (bytes.size() == 8) {
    std::memcpy(&value, bytes.data(), 8);
  } else if (bytes.size() == 4) {
    float narrow = 0;
    std::memcpy(&narrow, bytes.data(), 4);
    value = narrow;
  } else if (LittleEndian(bytes) != 0) {
    std::abort();  // this writer spells only zero in narrower types
  }
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  const bool integer = std::strpbrk(text, ".e") == nullptr;
  return integer ? std::string(text) + ".0" : text;  // "-0" would be an integer, and lose its sign
}

std::string FloatHex(Bytes bytes) {
  ByteVector big(bytes.rbegin(), bytes.rend());
  return "\"0x" + Hex(big) + "\"";
}

std::string FillValue(const ArrayMetadata& array) {
  const Bytes fill = array.fill_value;
  const DataType& type = array.type;
  if (IsRaw(type) || (array.zarr_format == 2 && type.name == "float4_e2m1fn"))
    return JsonString(Base64(fill));
  if (type.is_bool) return fill[0] ? "true" : "false";
  if (!IsFloat(type)) return Integer(type, fill);
  const auto one = [&](Bytes part) {
    return array.zarr_format == 2 ? FloatNumber(part) : FloatHex(part);
  };
  if (!IsComplex(type)) return one(fill);
  return List({one(fill.first(type.swap_size)), one(fill.subspan(type.swap_size))});
}

// "float32" → "<f4"; bare names stay.
std::string Zarr2Type(const ArrayMetadata& array) {
  const DataType& type = array.type;
  const std::string size = std::to_string(type.itemsize);
  if (IsRaw(type)) return "|V" + size;
  if (type.is_bool) return "|b1";
  const std::string_view name = type.name;
  if (name.find('_') != name.npos || name[0] == 'b' || type.mask != 0xff) return type.name;
  const std::string order = type.itemsize == 1 ? "|" : array.codecs.big_endian ? ">" : "<";
  return order + (IsComplex(type) ? 'c' : name[0]) + size;
}

std::string Codecs(const zarr::CodecChain& chain, const DataType& type);

std::string BytesCodec(bool big_endian) {
  return std::string(R"({"name":"bytes","configuration":{"endian":")") +
         (big_endian ? "big" : "little") + "\"}}";
}

// Of a codec that this version of zarr has.
const char* Known(const char* codec) {
  if (!codec) std::abort();
  return codec;
}

std::string Sharding(const zarr::ShardingSpec& spec, const DataType& type) {
  std::vector<std::string> index;
  if (!spec.index_transpose.empty())
    index.push_back(R"({"name":"transpose","configuration":{"order":)" +
                    Numbers(spec.index_transpose) + "}}");
  index.push_back(BytesCodec(spec.index_big_endian));
  for (const auto& c : spec.index_codecs) index.push_back(Known(WriterOf(c.kind).v3));
  return R"({"name":"sharding_indexed","configuration":{"chunk_shape":)" +
         Numbers(spec.chunk_shape) + ",\"codecs\":" + Codecs(spec.codecs, type) +
         ",\"index_codecs\":" + List(index) +
         ",\"index_location\":" + (spec.index_at_end ? "\"end\"" : "\"start\"") + "}}";
}

std::string Codecs(const zarr::CodecChain& chain, const DataType& type) {
  std::vector<std::string> parts;
  if (!chain.transpose.empty())
    parts.push_back(R"({"name":"transpose","configuration":{"order":)" + Numbers(chain.transpose) +
                    "}}");
  if (!chain.sharding.empty())
    parts.push_back(Sharding(chain.sharding[0], type));
  else
    parts.push_back(type.swap_size == 1 ? R"({"name":"bytes"})" : BytesCodec(chain.big_endian));
  for (const auto& c : chain.bytes_codecs) parts.push_back(Known(WriterOf(c.kind).v3));
  return List(parts);
}

std::string Write2(const ArrayMetadata& array) {
  std::string compressor = "null";
  if (!array.codecs.bytes_codecs.empty())
    compressor = Known(WriterOf(array.codecs.bytes_codecs[0].kind).v2);
  return "{\"chunks\":" + Numbers(array.chunk_shape) + ",\"compressor\":" + compressor +
         ",\"dimension_separator\":\"" + array.key_encoding.separator + "\",\"dtype\":\"" +
         Zarr2Type(array) + "\",\"fill_value\":" + FillValue(array) +
         ",\"filters\":null,\"order\":\"" + (array.codecs.transpose.empty() ? 'C' : 'F') +
         "\",\"shape\":" + Numbers(array.shape) + ",\"zarr_format\":2}";
}

std::string Write3(const ArrayMetadata& array) {
  return R"({"chunk_grid":{"configuration":{"chunk_shape":)" + Numbers(array.chunk_shape) +
         R"(},"name":"regular"},"chunk_key_encoding":{"name":")" +
         (array.key_encoding.is_default ? "default" : "v2") +
         R"(","configuration":{"separator":")" + array.key_encoding.separator + R"("}},"codecs":)" +
         Codecs(array.codecs, array.type) + ",\"data_type\":\"" + array.type.name +
         "\",\"fill_value\":" + FillValue(array) +
         ",\"node_type\":\"array\",\"shape\":" + Numbers(array.shape) + ",\"zarr_format\":3}";
}

}  // namespace

std::string WriteArrayMetadata(const ArrayMetadata& array) {
  return array.zarr_format == 2 ? Write2(array) : Write3(array);
}

ByteVector WriteShardIndex(const std::vector<zarr::ShardIndexEntry>& entries,
                           const zarr::ShardingSpec& spec) {
  ByteWriter writer;
  for (const auto& entry : entries) {
    for (uint64_t v : {entry.offset, entry.length}) {
      if (entry.empty) v = ~uint64_t{0};
      for (int i = 0; i < 8; ++i)
        writer.U8(static_cast<uint8_t>(v >> (8 * (spec.index_big_endian ? 7 - i : i))));
    }
  }
  for (size_t i = 0; i < spec.index_codecs.size(); ++i) writer.U32Le(Crc32c(writer.bytes()));
  return writer.Release();
}

}  // namespace leafsum::test
