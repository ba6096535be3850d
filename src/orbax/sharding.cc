#include "orbax/sharding.h"

#include <map>
#include <string_view>

#include "base/checked.h"
#include "base/text.h"
#include "orbax/json_document.h"

namespace leafsum::orbax {
namespace {

// {"sharding_type": "NamedSharding", "shape": [2, 4], "axis_names": ["data", "model"],
//  "partition_spec": [null, "model", ["data", "model"]], …}: `shape` is the mesh's; an axis of the
// array is cut by the product of the mesh axes that its entry names.
Result<std::vector<uint64_t>> ParsePartition(const JsonValue& sharding) {
  const JsonValue* shape_value = sharding.Find("shape");
  const JsonValue* names_value = sharding.Find("axis_names");
  const JsonValue* spec_value = sharding.Find("partition_spec");
  const auto shape = shape_value ? shape_value->AsUintArray() : std::nullopt;
  const auto names = names_value ? names_value->AsStringArray() : std::nullopt;
  const JsonValue::Array* spec = spec_value ? spec_value->AsArray() : nullptr;
  if (!shape) return WrongMember("shape", "array of non-negative integers", shape_value);
  if (!names || names->size() != shape->size())
    return WrongMember("axis_names", "a name for each axis of the mesh", names_value);
  if (!spec) return WrongMember("partition_spec", "array", spec_value);
  // The first axis of a name counts. A tree, because hashes can be made to collide.
  std::map<std::string_view, uint64_t> mesh;
  for (size_t i = 0; i < names->size(); ++i) mesh.try_emplace((*names)[i], (*shape)[i]);
  std::vector<uint64_t> parts;
  for (const JsonValue& entry : *spec) {
    std::vector<std::string> axes;
    if (const std::string* axis = entry.AsString())
      axes.push_back(*axis);
    else if (auto list = entry.AsStringArray())
      axes = std::move(*list);
    else if (!entry.is_null())
      return WrongMember("partition_spec", "axis names or null", &entry);
    std::optional<uint64_t> product = 1;
    for (const std::string& axis : axes) {
      const auto it = mesh.find(axis);
      if (it == mesh.end())
        return Error{ErrorCode::kInvalid, "partition_spec names an axis that the mesh lacks",
                     std::nullopt, "one of axis_names", JsonString(axis)};
      if (product) product = CheckedMul(*product, it->second);
    }
    if (!product || *product == 0)
      return Error{ErrorCode::kInvalid, "the mesh has no devices, or 2^64 and more", {}, "", ""};
    parts.push_back(*product);
  }
  return parts;
}

ShardingEntry ParseEntry(const JsonValue::Member& member, std::vector<std::string>& duplicates) {
  ShardingEntry entry;
  entry.param_name = member.first;
  const auto name = ParseBase64Url(member.first);
  if (!name || !IsUtf8(AsText(*name))) {
    entry.problem = Error{ErrorCode::kInvalid,
                          Text("member ", JsonString(member.first), " is not a parameter name"),
                          std::nullopt, "URL-safe base64 of UTF-8", JsonString(member.first)};
    return entry;
  }
  entry.param_name = AsText(*name);
  const std::string* text = member.second.AsString();
  if (!text) {
    entry.problem = WrongMember(member.first, "JSON document in a string", &member.second);
    return entry;
  }
  if (text->empty()) return entry;  // a kind of sharding that old writers could not describe
  const auto document = ParseObject(AsBytes(*text));
  if (!document) {
    entry.problem = document.error();
    entry.problem->offset.reset();  // it counts in the string, not in the file
    return entry;
  }
  const JsonValue* type = document->root.Find("sharding_type");
  if (!type || !type->AsString()) {
    entry.problem = WrongMember("sharding_type", "string", type);
  } else if (*type->AsString() == "NamedSharding") {
    auto parts = ParsePartition(document->root);
    if (parts)
      entry.parts = std::move(*parts);
    else
      entry.problem = parts.error();
  }
  duplicates.insert(duplicates.end(), document->duplicate_members.begin(),
                    document->duplicate_members.end());
  return entry;
}

}  // namespace

Result<ShardingFile> ParseSharding(Bytes text) {
  auto document = ParseObject(text);
  if (!document) return document.error();
  ShardingFile out;
  out.duplicate_members = std::move(document->duplicate_members);
  for (const JsonValue::Member* member : LastMembers(*document->root.AsObject()))
    out.entries.push_back(ParseEntry(*member, out.duplicate_members));
  return out;
}

}  // namespace leafsum::orbax
