#include "zarr/codec_json.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "zarr/codec_config.h"
#include "zarr/json_members.h"
#include "zarr/shard_index.h"

namespace leafsum::zarr {
namespace {

using codec::CodecKind;

// Our own choice: every open chunk has a decoder and a buffer for each codec. Writers use two
// codecs at most.
constexpr size_t kMaxBytesCodecs = 64;

// The chunk as the codecs so far have left it.
struct Parser {
  std::string_view member;
  const std::vector<uint64_t>& chunk_shape;
  const DataType& type;
  CodecChain chain;
  bool is_bytes = false;  // the array -> bytes codec has come

  Status Add(const JsonValue& codec);
  Status AddNamed(const JsonValue& name_value, const JsonValue& config);
  Status Transpose(const JsonValue& config);
  Status ToBytes(const JsonValue& config);
  Status Sharding(const JsonValue& config);
  Status Compress(codec::CodecSpec codec, std::string_view name, const JsonValue& config);
};

Status Parser::Transpose(const JsonValue& config) {
  const JsonValue* order = config.Find("order");
  const size_t rank = chunk_shape.size();
  std::vector<uint64_t> axes;
  if (const std::string* name = order ? order->AsString() : nullptr;
      name && (*name == "C" || *name == "F")) {
    for (size_t i = 0; i < rank; ++i) axes.push_back(*name == "C" ? i : rank - 1 - i);
  } else if (auto list = order ? order->AsUintArray() : std::nullopt) {
    axes = std::move(*list);
  } else {
    return MemberError("order", "array, \"C\" or \"F\"", order);
  }
  Error not_permutation =
      MemberError("order", Text("permutation of the ", rank, " dimensions"), order);
  if (axes.size() != rank) return not_permutation;
  std::vector<uint8_t> seen(rank);
  for (uint64_t axis : axes) {
    if (axis >= rank || seen[static_cast<size_t>(axis)]) return not_permutation;
    seen[static_cast<size_t>(axis)] = true;
  }
  // The input axes of this transpose are the stored axes of the transposes before it.
  bool identity = true;
  std::vector<uint32_t> total(rank);
  for (size_t i = 0; i < rank; ++i) {
    const uint32_t axis = static_cast<uint32_t>(axes[i]);
    total[i] = chain.transpose.empty() ? axis : chain.transpose[axis];
    identity = identity && total[i] == i;
  }
  chain.transpose = identity ? std::vector<uint32_t>() : std::move(total);
  return OnlyMembers("transpose", config, {"order"});
}

Status Parser::ToBytes(const JsonValue& config) {
  const JsonValue* endian = config.Find("endian");
  const std::string* name = endian ? endian->AsString() : nullptr;
  if (endian && (!name || (*name != "little" && *name != "big")))
    return MemberError("endian", "one of \"little\", \"big\"", endian);
  if (!endian && type.swap_size > 1)
    return MemberError("endian", "one of \"little\", \"big\" for data type " + type.name, nullptr);
  chain.big_endian = name && *name == "big" && type.swap_size > 1;
  return OnlyMembers("bytes", config, {"endian"});
}

Status Parser::Sharding(const JsonValue& config) {
  ShardingSpec spec;
  auto inner = ReadDimensions(config, "chunk_shape", 1);
  if (!inner) return inner.error();
  const std::vector<uint64_t> outer = StoredShape(chain, chunk_shape);
  std::vector<uint64_t> index_shape;
  bool divides = inner->size() == outer.size();
  for (size_t i = 0; divides && i < outer.size(); ++i) {
    divides = outer[i] % (*inner)[i] == 0;
    index_shape.push_back(outer[i] / (*inner)[i]);
  }
  if (!divides)
    return Error{ErrorCode::kInvalid,
                 Text("sharding_indexed sub-chunk shape of ", ShapeText(*inner),
                      " does not evenly divide chunk shape of ", ShapeText(outer)),
                 std::nullopt, "divisors of " + ShapeText(outer), ShapeText(*inner)};
  spec.chunk_shape = std::move(*inner);

  auto codecs = ParseCodecs("codecs", config.Find("codecs"), spec.chunk_shape, type);
  if (!codecs) return codecs.error().Prefixed("sharding_indexed");
  spec.codecs = std::move(*codecs);

  index_shape.push_back(2);           // offset, length
  if (index_shape.size() > kMaxRank)  // for TensorStore the index is an array too
    return Error{ErrorCode::kLimit,
                 "sharding_indexed: rank of the index is outside the valid range", std::nullopt,
                 Text("at most ", kMaxRank), Text(index_shape.size())};
  DataType uint64_type;
  uint64_type.name = "uint64";
  uint64_type.itemsize = uint64_type.swap_size = 8;
  auto index = ParseCodecs("index_codecs", config.Find("index_codecs"), index_shape, uint64_type);
  if (!index) return index.error().Prefixed("sharding_indexed");
  bool fixed_size = index->sharding.empty();
  for (const codec::CodecSpec& c : index->bytes_codecs)
    fixed_size = fixed_size && c.kind == CodecKind::kCrc32c;
  if (!fixed_size)
    return Error{ErrorCode::kInvalid,
                 "invalid index_codecs specified: only fixed-size encodings are supported",
                 std::nullopt, "bytes and crc32c", "a codec whose output size varies"};
  spec.index_transpose = std::move(index->transpose);
  spec.index_codecs = std::move(index->bytes_codecs);
  spec.index_big_endian = index->big_endian;

  if (const JsonValue* location = config.Find("index_location")) {
    const std::string* name = location->AsString();
    if (!name || (*name != "start" && *name != "end"))
      return MemberError("index_location", "one of \"start\", \"end\"", location);
    spec.index_at_end = *name == "end";
  }
  if (!ShardIndexSize(outer, spec))
    return Error{ErrorCode::kInvalid, "size of the shard index overflows", std::nullopt,
                 "less than 2^64 bytes", ShapeText(index_shape)};
  chain.sharding.push_back(std::move(spec));
  return OnlyMembers("sharding_indexed", config,
                     {"chunk_shape", "codecs", "index_codecs", "index_location"});
}

Status Parser::Compress(codec::CodecSpec codec, std::string_view name, const JsonValue& config) {
  if (Status s = CheckConfiguration(3, codec.kind, name, config)) return s;
  if (chain.bytes_codecs.size() == kMaxBytesCodecs)
    return Error{ErrorCode::kLimit, JsonString(member) + ": too many bytes -> bytes codecs",
                 std::nullopt, Text("at most ", kMaxBytesCodecs), "more"};
  chain.bytes_codecs.push_back(codec);
  return std::nullopt;
}

Status Parser::Add(const JsonValue& codec) {
  if (codec.AsString())  // allowed in zarr v3.1, refused by TensorStore
    return MemberError(member, "object with a \"name\"", &codec, ErrorCode::kUnsupported);
  if (!codec.AsObject()) return MemberError(member, "object with a \"name\"", &codec);
  const JsonValue* name_value = codec.Find("name");
  const std::string* name = name_value ? name_value->AsString() : nullptr;
  if (!name) return MemberError("name", "string", name_value);
  static const JsonValue kEmpty{JsonValue::Object{}};
  const JsonValue* config = codec.Find("configuration");
  if (!config) config = &kEmpty;
  if (!config->AsObject()) return MemberError("configuration", "object", config);
  if (Status s = AddNamed(*name_value, *config)) return s;
  return OnlyMembers(*name, codec, kExtensionMembers);
}

Status Parser::AddNamed(const JsonValue& name_value, const JsonValue& config) {
  const std::string& name = *name_value.AsString();
  const bool array_to_array = name == "transpose";
  const bool array_to_bytes = name == "bytes" || name == "sharding_indexed";
  const std::optional<codec::CodecSpec> compressor = FindCodec(3, name);
  if (!array_to_array && !array_to_bytes && !compressor)
    return Error{ErrorCode::kUnsupported,
                 Text(JsonString(member), ": codec ", Describe(&name_value), " is not supported"),
                 std::nullopt, Text("transpose, bytes, sharding_indexed, ", CodecNames(3)),
                 Describe(&name_value)};
  if (is_bytes && !compressor)
    return Error{ErrorCode::kInvalid,
                 Text(JsonString(member), ": expected bytes -> bytes codec, but received: ", name),
                 std::nullopt, "bytes -> bytes codec", name};
  if (!is_bytes && compressor)
    return Error{ErrorCode::kInvalid,
                 Text(JsonString(member), ": array -> bytes codec must be specified before ", name),
                 std::nullopt, "array -> bytes codec", name};
  if (array_to_array) return Transpose(config);
  if (compressor) {
    if (!chain.sharding.empty())
      return Error{ErrorCode::kUnsupported,
                   "sharding_indexed is not compatible with subsequent bytes -> bytes "
                   "codecs that apply to the entire shard",
                   std::nullopt, "no codec after sharding_indexed", name};
    return Compress(*compressor, name, config);
  }
  is_bytes = true;
  return name == "bytes" ? ToBytes(config) : Sharding(config);
}

}  // namespace

bool HasRareCodec(const CodecChain& chain) {
  return std::any_of(chain.bytes_codecs.begin(), chain.bytes_codecs.end(), codec::IsRare) ||
         (!chain.sharding.empty() && HasRareCodec(chain.sharding[0].codecs));
}

std::vector<uint64_t> StoredShape(const CodecChain& chain, const std::vector<uint64_t>& shape) {
  if (chain.transpose.size() != shape.size()) return shape;
  std::vector<uint64_t> out(shape.size());
  for (size_t i = 0; i < shape.size(); ++i) out[i] = shape[chain.transpose[i]];
  return out;
}

Result<CodecChain> ParseCodecs(std::string_view member, const JsonValue* codecs,
                               const std::vector<uint64_t>& chunk_shape, const DataType& type) {
  const JsonValue::Array* list = codecs ? codecs->AsArray() : nullptr;
  if (!list) return MemberError(member, "array", codecs);
  Parser parser{member, chunk_shape, type, {}, false};
  for (const JsonValue& codec : *list)
    if (Status status = parser.Add(codec)) return *status;
  if (!parser.is_bytes)
    return Error{ErrorCode::kInvalid,
                 JsonString(member) + ": array -> bytes codec must be specified", std::nullopt,
                 "bytes or sharding_indexed", "no array -> bytes codec"};
  return std::move(parser.chain);
}

}  // namespace leafsum::zarr
