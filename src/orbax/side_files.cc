#include "orbax/side_files.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "orbax/json_document.h"
#include "orbax/key_path.h"

namespace leafsum::orbax {
namespace {

Result<std::optional<uint64_t>> ReadTime(const JsonValue& root, std::string_view member) {
  const JsonValue* value = root.Find(member);
  if (!value || value->is_null()) return std::optional<uint64_t>();
  const auto nsecs = value->AsUint();
  if (!nsecs) return WrongMember(member, "non-negative 64-bit integer or null", value);
  return nsecs;
}

Result<std::vector<uint64_t>> ReadShape(const JsonValue& object, std::string_view member) {
  const JsonValue* value = object.Find(member);
  auto shape = value ? value->AsUintArray() : std::nullopt;
  if (!shape) return WrongMember(member, "array of non-negative integers", value);
  return std::move(*shape);
}

Result<SerializedArrayMetadata> ParseArray(const JsonValue& element) {
  const JsonValue* array = element.Find("array_metadata");
  if (!array || !array->AsObject()) return WrongMember("array_metadata", "object", array);
  SerializedArrayMetadata out;
  const JsonValue* name = array->Find("param_name");
  if (!name || !name->AsString()) return WrongMember("param_name", "string", name);
  out.param_name = *name->AsString();
  auto write_shape = ReadShape(*array, "write_shape");
  if (!write_shape) return write_shape.error();
  out.write_shape = std::move(*write_shape);
  auto chunk_shape = ReadShape(*array, "chunk_shape");
  if (!chunk_shape) return chunk_shape.error();
  out.chunk_shape = std::move(*chunk_shape);

  const JsonValue* ext = array->Find("ext_metadata");
  if (!ext || ext->is_null()) return out;
  if (!ext->AsObject()) return WrongMember("ext_metadata", "object or null", ext);
  const JsonValue* impl = ext->Find("random_key_impl");
  if (!impl || impl->is_null()) return out;
  if (!impl->AsString()) return WrongMember("random_key_impl", "string", impl);
  out.random_key_impl = *impl->AsString();
  return out;
}

class Arrays final : public JsonElements {
 public:
  void Begin() override {
    arrays.clear();
    error.reset();
  }
  void Take(JsonValue value) override {
    if (error) return;
    auto array = ParseArray(value);
    if (array)
      arrays.push_back(std::move(*array));
    else
      error = array.error().Prefixed(Text("array_metadatas[", arrays.size(), "]"));
  }

  std::vector<SerializedArrayMetadata> arrays;
  Status error;
};

bool IsOperationId(std::string_view text) {
  return text.size() == 32 && ParseHex(text).has_value();
}

}  // namespace

Result<CheckpointMetadata> ParseCheckpointMetadata(Bytes text) {
  static constexpr std::string_view kKnown[] = {"item_handlers", "metrics", "performance_metrics",
                                                "init_timestamp_nsecs", "commit_timestamp_nsecs"};
  auto document = ParseObject(text);
  if (!document) return document.error();
  const JsonValue& root = document->root;
  CheckpointMetadata out;
  const auto init = ReadTime(root, "init_timestamp_nsecs");
  if (!init) return init.error();
  const auto commit = ReadTime(root, "commit_timestamp_nsecs");
  if (!commit) return commit.error();
  // In a flat checkpoint a string, else a string for each item.
  const JsonValue* handlers = root.Find("item_handlers");
  if (handlers && !handlers->is_null() && !handlers->AsString() && !handlers->AsObject())
    return WrongMember("item_handlers", "string, object or null", handlers);
  if (handlers && handlers->AsString()) out.handler = *handlers->AsString();
  if (handlers && handlers->AsObject()) {
    out.item_handlers.emplace();
    for (const JsonValue::Member* member : LastMembers(*handlers->AsObject()))
      (*out.item_handlers)[member->first] =
          member->second.AsString() ? *member->second.AsString() : "";
  }
  out.init_timestamp_nsecs = *init;
  out.commit_timestamp_nsecs = *commit;
  out.has_commit_timestamp_member = root.Find("commit_timestamp_nsecs") != nullptr;
  for (const JsonValue::Member* member : LastMembers(*root.AsObject())) {
    // Orbax reads unknown members as custom metadata.
    const bool known =
        std::find(std::begin(kKnown), std::end(kKnown), member->first) != std::end(kKnown);
    const JsonValue& value = member->second;
    const bool empty = value.is_null() || (value.AsObject() && value.AsObject()->empty());
    if (!known && !(member->first == "custom_metadata" && empty)) out.has_custom_metadata = true;
  }
  out.duplicate_members = std::move(document->duplicate_members);
  return out;
}

namespace {

// The names of a model's 100,000 strings have some hundred bytes each, and the file has each of
// them once.
constexpr uint64_t kMinStringNames = 1 << 20, kMaxStringNames = 64 << 20, kStringNamesPerByte = 64;

// Orbax reads and writes a text through the JSON pointer "/" + parameter name (RFC 6901): a "/" in
// a name nests, and a "/" inside a member is spelled "~1". `name` is the path so far, and is
// restored afterwards. Each value gets its whole path; `left` is how much text all of them may
// still have. False if that is not enough.
bool AddStrings(const JsonValue& value, std::string& name, uint64_t& left, StringLeaves& out) {
  const JsonValue::Array* array = value.AsArray();
  const size_t length = name.size();
  bool fits = true;
  if (const JsonValue::Object* object = value.AsObject(); object && !object->empty()) {
    for (const JsonValue::Member* member : LastMembers(*object)) {
      name += JsonPointer({member->first});
      fits = fits && AddStrings(member->second, name, left, out);
      name.resize(length);
    }
  } else if (array && !array->empty()) {
    for (size_t i = 0; fits && i < array->size(); ++i) {
      name += '/';
      name += Text(i);
      fits = AddStrings((*array)[i], name, left, out);
      name.resize(length);
    }
  } else if (!name.empty()) {
    if (name.size() > left) return false;
    left -= name.size();
    const std::string* text = value.AsString();
    out.values.emplace(name.substr(1), text ? std::optional(*text) : std::nullopt);
  }
  return fits;
}

}  // namespace

Result<StringLeaves> ParseStrings(Bytes text) {
  auto document = ParseObject(text);
  if (!document) return document.error();
  if (document->has_half_surrogates)  // TensorStore reads this file, not Python
    return Error{ErrorCode::kInvalid, "not JSON: half of a surrogate pair", std::nullopt, "Unicode",
                 "half of a surrogate pair"};
  StringLeaves out;
  std::string name;
  const uint64_t most = kMinStringNames + kStringNamesPerByte * text.size();
  uint64_t left = std::min(most, kMaxStringNames);
  if (!AddStrings(document->root, name, left, out))
    return Error{ErrorCode::kLimit,
                 "the names of the strings are too long in total",
                 {},
                 AtMostBytes(std::min(most, kMaxStringNames)),
                 "more"};
  out.duplicate_members = std::move(document->duplicate_members);
  return out;
}

Result<ArrayMetadatas> ParseArrayMetadatas(Bytes text) {
  Arrays found;
  auto document = ParseObject(text, "array_metadatas", &found);
  if (!document) return document.error();
  const JsonValue* list = document->root.Find("array_metadatas");
  if (!list || !list->AsArray()) return WrongMember("array_metadatas", "array", list);
  if (found.error) return *found.error;
  return ArrayMetadatas{std::move(found.arrays), std::move(document->duplicate_members)};
}

Result<std::vector<std::string>> ParseDeletionJournal(Bytes text) {
  auto document = ParseObject(text);
  if (!document) return document.error();
  const JsonValue& root = document->root;
  const JsonValue* id = root.Find("operation_id");
  if (!id || !id->AsString() || !IsOperationId(*id->AsString()))
    return WrongMember("operation_id", "32 hex digits", id);
  const JsonValue* name_value = root.Find("checkpointable_name");
  const std::string* name = name_value ? name_value->AsString() : nullptr;
  if (!name) return WrongMember("checkpointable_name", "string", name_value);
  // Must name one directory beside the journal, or the journal would hide something else.
  if (name->empty() || *name == "." || *name == ".." ||
      name->find_first_of("/\\") != std::string::npos)
    return Error{ErrorCode::kInvalid, "\"checkpointable_name\" is not the name of a directory",
                 std::nullopt, "one path component", JsonString(*name)};
  const JsonValue* destination = root.Find("destination");
  if (destination && !destination->is_null() && !destination->AsString())
    return WrongMember("destination", "string or null", destination);

  // Orbax accepts the journal only if it describes the deletion: exactly this handler disappears.
  for (const std::string_view member : {"original_metadata", "updated_metadata"}) {
    const JsonValue* metadata = root.Find(member);
    if (!metadata || !metadata->AsObject()) return WrongMember(member, "object", metadata);
    const JsonValue* handlers = metadata->Find("item_handlers");
    if (!handlers || !handlers->AsObject())
      return WrongMember("item_handlers", "object", handlers).Prefixed(member);
    const bool has_name = handlers->Find(*name) != nullptr;
    if (has_name != (member == "original_metadata"))
      return Error{
          ErrorCode::kInvalid,
          Text(member, has_name ? " still has a" : " has no", " handler of the checkpointable"),
          std::nullopt, has_name ? "no handler" : "a handler", JsonString(*name)};
  }
  return std::vector<std::string>{*name};
}

}  // namespace leafsum::orbax
