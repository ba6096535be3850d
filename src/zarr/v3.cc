// `zarr.json`, zarr v3. Unknown members are refused unless they say that they need not be
// understood.
#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "zarr/array_metadata.h"
#include "zarr/array_size.h"
#include "zarr/codec_json.h"
#include "zarr/fill_value.h"
#include "zarr/json_members.h"

namespace leafsum::zarr {
namespace {

constexpr std::string_view kMembers[] = {
    "zarr_format",         "node_type", "shape",      "data_type",  "chunk_grid",
    "chunk_key_encoding",  "codecs",    "fill_value", "attributes", "dimension_names",
    "storage_transformers"};

Status CheckMembers(const JsonValue::Object& root) {
  for (const auto& [name, value] : root) {
    if (std::find(std::begin(kMembers), std::end(kMembers), name) != std::end(kMembers)) continue;
    const JsonValue* must = value.Find("must_understand");
    if (must && must->AsBool() == false) continue;
    const JsonValue quoted{JsonValue::Value(name)};
    return Error{ErrorCode::kUnsupported,
                 Text("unsupported metadata field ", Describe(&quoted),
                      " is not marked {\"must_understand\": false}"),
                 std::nullopt, "known members", Describe(&quoted)};
  }
  return std::nullopt;
}

Status CheckKind(const JsonValue& root) {
  const JsonValue* value = root.Find("zarr_format");
  const auto format = value ? AsSigned(*value) : std::nullopt;
  if (!format) return MemberError("zarr_format", "3", value);
  if (*format != 3) return MemberError("zarr_format", "3", value, ErrorCode::kUnsupported);
  const JsonValue* node = root.Find("node_type");
  const std::string* name = node ? node->AsString() : nullptr;
  if (!name || *name != "array") return MemberError("node_type", "\"array\"", node);
  return std::nullopt;
}

// An extension point: {"name": …, "configuration": {…}}. `config` is null if it is missing.
struct Named {
  std::string name;
  const JsonValue* config = nullptr;
};

Result<Named> ReadNamed(const JsonValue& root, std::string_view member) {
  const JsonValue* value = root.Find(member);
  if (value && value->AsString())
    return MemberError(member, "object", value, ErrorCode::kUnsupported);
  if (!value || !value->AsObject()) return MemberError(member, "object", value);
  const JsonValue* name = value->Find("name");
  if (!name || !name->AsString())
    return MemberError("name", "string", name).Prefixed(JsonString(member));
  const JsonValue* config = value->Find("configuration");
  if (config && !config->AsObject())
    return MemberError("configuration", "object", config).Prefixed(JsonString(member));
  return Named{*name->AsString(), config};
}

Result<DataType> TypeNamed(std::string_view name) {
  auto type = ParseZarr3Type(name);
  if (!type) return type.error().Prefixed("\"data_type\"");
  return type;
}

// "float32", or as an extension point: {"name": "raw_bytes", "configuration": {"length_bytes": 4}}
// is "r32". A configuration of a type that has none could change the type's meaning, so it is
// refused.
Result<DataType> ParseType(const JsonValue& root) {
  const JsonValue* value = root.Find("data_type");
  if (value && value->AsObject()) {
    const auto named = ReadNamed(root, "data_type");
    if (!named) return named.error();
    if (named->config && named->name == "raw_bytes") {
      const JsonValue* length = named->config->Find("length_bytes");
      const auto bytes = length ? AsSigned(*length) : std::nullopt;
      if (!bytes || *bytes <= 0)
        return MemberError("length_bytes", "positive integer", length).Prefixed("\"data_type\"");
      return RawType(static_cast<uint64_t>(*bytes), ByteCount(*bytes));
    }
    if (named->config && named->config->AsObject()->empty()) return TypeNamed(named->name);
  }
  if (value && (value->AsArray() || value->AsObject()))
    return MemberError("data_type", "name of a data type", value, ErrorCode::kUnsupported);
  if (!value || !value->AsString()) return MemberError("data_type", "string", value);
  return TypeNamed(*value->AsString());
}

Result<std::vector<uint64_t>> ParseGrid(const JsonValue& root, size_t rank) {
  auto grid = ReadNamed(root, "chunk_grid");
  if (!grid) return grid.error();
  if (grid->name != "regular")
    return Error{ErrorCode::kUnsupported,
                 "\"chunk_grid\": expected \"regular\", but received another name", std::nullopt,
                 "regular", grid->name};
  if (!grid->config)
    return MemberError("configuration", "object", nullptr).Prefixed("\"chunk_grid\"");
  auto shape = ReadDimensions(*grid->config, "chunk_shape", 1);
  if (!shape) return shape.error().Prefixed("\"chunk_grid\"");
  if (shape->size() != rank)
    return MemberError("chunk_shape", Text("array of length ", rank),
                       grid->config->Find("chunk_shape"))
        .Prefixed("\"chunk_grid\"");
  if (Status s = OnlyMembers("chunk_grid", *grid->config, {"chunk_shape"})) return *s;
  return shape;
}

Result<ChunkKeyEncoding> ParseKeyEncoding(const JsonValue& root) {
  auto named = ReadNamed(root, "chunk_key_encoding");
  if (!named) return named.error();
  ChunkKeyEncoding encoding;
  encoding.is_default = named->name == "default";
  if (!encoding.is_default && named->name != "v2")
    return Error{ErrorCode::kUnsupported,
                 "\"chunk_key_encoding\": expected one of \"default\", \"v2\"", std::nullopt,
                 "default or v2", named->name};
  encoding.separator = encoding.is_default ? '/' : '.';
  if (!named->config) return encoding;
  if (Status s = OnlyMembers("chunk_key_encoding", *named->config, {"separator"})) return *s;
  const JsonValue* value = named->config->Find("separator");
  if (!value) return encoding;
  const std::string* separator = value->AsString();
  if (!separator || (*separator != "." && *separator != "/"))
    return MemberError("separator", "one of \".\", \"/\"", value)
        .Prefixed("\"chunk_key_encoding\"");
  encoding.separator = (*separator)[0];
  return encoding;
}

// Checks the form of the members that say nothing about the values.
Status CheckRest(const JsonValue& root, size_t rank) {
  if (const JsonValue* attributes = root.Find("attributes"); attributes && !attributes->AsObject())
    return MemberError("attributes", "object", attributes);
  if (const JsonValue* names = root.Find("dimension_names")) {
    const JsonValue::Array* list = names->AsArray();
    if (!list || list->size() != rank)
      return MemberError("dimension_names", Text("array of length ", rank), names);
    for (auto name = list->begin(); name != list->end(); ++name) {
      const std::string* text = name->AsString();
      if (!text && !name->is_null())
        return MemberError("dimension_names", "strings or null", &*name);
      // zarr allows equal names; TensorStore, hence Orbax, refuses them.
      for (auto before = list->begin(); text && !text->empty() && before != name; ++before)
        if (before->AsString() && *before->AsString() == *text)
          return MemberError("dimension_names", "names that differ", &*name,
                             ErrorCode::kUnsupported);
    }
  }
  if (const JsonValue* transformers = root.Find("storage_transformers")) {
    const JsonValue::Array* list = transformers->AsArray();
    if (!list) return MemberError("storage_transformers", "array", transformers);
    if (!list->empty())
      return Error{ErrorCode::kUnsupported,
                   "\"storage_transformers\": no storage transformers are supported", std::nullopt,
                   "[]", Describe(transformers)};
  }
  return std::nullopt;
}

}  // namespace

bool IsZarr3Group(Bytes text) {
  auto document = ReadDocument(text);
  const JsonValue* node = document ? document->root.Find("node_type") : nullptr;
  const std::string* name = node ? node->AsString() : nullptr;
  return name && *name == "group";
}

Result<ArrayMetadata> ParseZarrJson(Bytes text) {
  auto document = ReadDocument(text);
  if (!document) return document.error();
  const JsonValue& root = document->root;
  ArrayMetadata array;
  array.zarr_format = 3;
  if (Status s = CheckKind(root)) return *s;
  auto shape = ReadDimensions(root, "shape", 0);
  if (!shape) return shape.error();
  array.shape = std::move(*shape);
  if (Status s = CheckRest(root, array.shape.size())) return *s;

  auto type = ParseType(root);
  if (!type) return type.error();
  array.type = std::move(*type);

  const JsonValue* fill_json = root.Find("fill_value");
  if (!fill_json) return MemberError("fill_value", "value of type " + array.type.name, nullptr);
  auto fill = ParseZarr3FillValue(*fill_json, array.type);
  if (!fill) return fill.error();
  array.fill_value = std::move(*fill);

  auto grid = ParseGrid(root, array.shape.size());
  if (!grid) return grid.error();
  array.chunk_shape = std::move(*grid);
  auto encoding = ParseKeyEncoding(root);
  if (!encoding) return encoding.error();
  array.key_encoding = *encoding;

  // Comes before the codecs, which divide and multiply these numbers.
  if (Status s = SetSizes(array)) return *s;
  auto codecs = ParseCodecs("codecs", root.Find("codecs"), array.chunk_shape, array.type);
  if (!codecs) return codecs.error();
  array.codecs = std::move(*codecs);
  // Comes last: a document that lacks a required member is broken, whatever unknown members it
  // has, so `invalid` wins over `unsupported`.
  for (std::string_view member : {"data_type", "chunk_grid", "chunk_key_encoding"})
    if (Status s = OnlyMembers(member, *root.Find(member), kExtensionMembers)) return *s;
  if (Status s = CheckMembers(*root.AsObject())) return *s;
  array.duplicate_members = std::move(document->duplicate_members);
  return array;
}

}  // namespace leafsum::zarr
