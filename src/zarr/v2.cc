// `.zarray`, zarr v2. As the specification wants, unknown members are ignored; unknown members of a
// compressor are refused.
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "zarr/array_metadata.h"
#include "zarr/array_size.h"
#include "zarr/codec_config.h"
#include "zarr/fill_value.h"
#include "zarr/json_members.h"

namespace leafsum::zarr {
namespace {

// A required member; it must be present even if it may be null.
Result<const JsonValue*> Required(const JsonValue& root, std::string_view member,
                                  std::string_view expected) {
  const JsonValue* value = root.Find(member);
  if (!value) return MemberError(member, expected, nullptr);
  return value;
}

Status ParseFormat(const JsonValue& root) {
  const JsonValue* value = root.Find("zarr_format");
  const auto format = value ? AsSigned(*value) : std::nullopt;
  if (!format) return MemberError("zarr_format", "2", value);
  if (*format != 2) return MemberError("zarr_format", "2", value, ErrorCode::kUnsupported);
  return std::nullopt;
}

Result<StoredType> ParseType(const JsonValue& root) {
  const JsonValue* value = root.Find("dtype");
  if (value && value->AsArray()) {
    Error error = MemberError("dtype", "string", value, ErrorCode::kUnsupported);
    error.message += "; structured types are not supported";
    return error;
  }
  const std::string* name = value ? value->AsString() : nullptr;
  if (!name) return MemberError("dtype", "string", value);
  auto type = ParseZarr2Type(*name);
  if (!type) return type.error().Prefixed("\"dtype\"");
  return type;
}

Result<codec::CodecSpecs> ParseCompressor(const JsonValue& root) {
  auto value = Required(root, "compressor", "null or object");
  if (!value) return value.error();
  if ((*value)->is_null()) return codec::CodecSpecs{};
  if (!(*value)->AsObject()) return MemberError("compressor", "null or object", *value);
  const JsonValue* id_value = (*value)->Find("id");
  const std::string* id = id_value ? id_value->AsString() : nullptr;
  if (!id) return MemberError("id", "string", id_value).Prefixed("\"compressor\"");

  const auto codec = FindCodec(2, *id);
  if (!codec)
    return Error{ErrorCode::kUnsupported,
                 Text("\"compressor\": ", Describe(id_value), " is not supported"), std::nullopt,
                 "null, " + CodecNames(2), Describe(id_value)};
  if (Status s = CheckConfiguration(2, codec->kind, "compressor", **value))
    return s->code == ErrorCode::kUnsupported ? *s : s->Prefixed("\"compressor\"");
  return codec::CodecSpecs{*codec};
}

Status ParseFilters(const JsonValue& root) {
  auto value = Required(root, "filters", "null or array");
  if (!value) return value.error();
  if ((*value)->is_null()) return std::nullopt;
  const JsonValue::Array* list = (*value)->AsArray();
  if (!list) return MemberError("filters", "null or array", *value);
  if (!list->empty())
    return Error{ErrorCode::kUnsupported, "\"filters\": filters are not supported", std::nullopt,
                 "null or []", Describe(*value)};
  return std::nullopt;
}

// "F" stores the first index fastest, which is the axes reversed.
Status ParseOrder(const JsonValue& root, size_t rank, CodecChain& chain) {
  const JsonValue* value = root.Find("order");
  const std::string* order = value ? value->AsString() : nullptr;
  if (!order || (*order != "C" && *order != "F"))
    return MemberError("order", "one of \"C\", \"F\"", value);
  if (*order == "F" && rank > 1)
    for (size_t i = rank; i-- > 0;) chain.transpose.push_back(static_cast<uint32_t>(i));
  return std::nullopt;
}

Status ParseSeparator(const JsonValue& root, ChunkKeyEncoding& encoding) {
  const JsonValue* value = root.Find("dimension_separator");
  if (!value) return std::nullopt;
  const std::string* separator = value->AsString();
  if (!separator || (*separator != "." && *separator != "/"))
    return MemberError("dimension_separator", "one of \".\", \"/\"", value);
  encoding.separator = (*separator)[0];
  return std::nullopt;
}

}  // namespace

Result<ArrayMetadata> ParseZarray(Bytes text) {
  auto document = ReadDocument(text);
  if (!document) return document.error();
  const JsonValue& root = document->root;
  ArrayMetadata array;
  array.zarr_format = 2;
  if (Status s = ParseFormat(root)) return *s;

  auto shape = ReadDimensions(root, "shape", 0);
  if (!shape) return shape.error();
  auto chunks = ReadDimensions(root, "chunks", 1);
  if (!chunks) return chunks.error();
  if (chunks->size() != shape->size())
    return MemberError("chunks", Text("array of length ", shape->size()), root.Find("chunks"));
  array.shape = std::move(*shape);
  array.chunk_shape = std::move(*chunks);

  auto type = ParseType(root);
  if (!type) return type.error();
  array.type = type->type;
  array.codecs.big_endian = type->big_endian;

  auto compressor = ParseCompressor(root);
  if (!compressor) return compressor.error();
  array.codecs.bytes_codecs = std::move(*compressor);
  if (Status s = ParseFilters(root)) return *s;
  if (Status s = ParseOrder(root, array.shape.size(), array.codecs)) return *s;
  if (Status s = ParseSeparator(root, array.key_encoding)) return *s;

  auto fill_json = Required(root, "fill_value", "null or value of the array's type");
  if (!fill_json) return fill_json.error();
  auto fill = ParseZarr2FillValue(**fill_json, *type);
  if (!fill) return fill.error();
  array.fill_value = std::move(*fill);

  if (Status s = SetSizes(array)) return *s;
  array.duplicate_members = std::move(document->duplicate_members);
  return array;
}

}  // namespace leafsum::zarr
