#include "orbax/tree_metadata.h"

#include <algorithm>

#include "base/limits.h"
#include "base/sort.h"
#include "base/text.h"
#include "orbax/json_document.h"
#include "orbax/python_int.h"

namespace leafsum::orbax {
namespace {

constexpr uint64_t kSequenceKey = 1;
constexpr uint64_t kDictKey = 2;

// [{"key": "layers", "key_type": 2}, {"key": "0", "key_type": 1}]
Status ParseKeys(const JsonValue& entry, TreeEntry& out) {
  const JsonValue* keys = entry.Find("key_metadata");
  const JsonValue::Array* list = keys ? keys->AsArray() : nullptr;
  if (!list) return WrongMember("key_metadata", "array", keys);
  for (const JsonValue& element : *list) {
    if (!element.AsObject()) return WrongMember("key_metadata", "objects", &element);
    const JsonValue* key = element.Find("key");
    const std::string* name = key ? key->AsString() : nullptr;
    if (!name) return WrongMember("key", "string", key);
    const JsonValue* type_value = element.Find("key_type");
    const auto type = type_value ? type_value->AsUint() : std::nullopt;
    if (!type) return WrongMember("key_type", "1 or 2", type_value);
    if (*type != kSequenceKey && *type != kDictKey)
      return Error{ErrorCode::kInvalid,
                   Text("\"key_type\": ", *type,
                        " is neither a sequence index nor "
                        "a dict key"),
                   std::nullopt, "1 or 2", Text(*type)};
    // int() accepts more than plain numbers; readers/tree.h judges those.
    if (*type == kSequenceKey && !PythonInt(*name))
      return Error{ErrorCode::kInvalid,
                   "\"key\": a sequence index is not a number: Python's int() raises ValueError",
                   std::nullopt, "decimal digits", JsonString(*name)};
    out.key_path.push_back(*name);
    out.key_types.push_back(*type);
  }
  return std::nullopt;
}

// {"value_type": "jax.Array", "skip_deserialize": false, "write_shape": [2]}
Status ParseValue(const JsonValue& entry, TreeEntry& out) {
  const JsonValue* value = entry.Find("value_metadata");
  if (!value || !value->AsObject()) return WrongMember("value_metadata", "object", value);
  const JsonValue* type = value->Find("value_type");
  if (!type || !type->AsString() || type->AsString()->empty())
    return WrongMember("value_type", "string that is not empty", type);
  out.value_type = *type->AsString();
  const JsonValue* skip = value->Find("skip_deserialize");
  const auto flag = skip ? skip->AsBool() : std::nullopt;
  if (!flag) return WrongMember("skip_deserialize", "boolean", skip);
  out.skip_deserialize = *flag;
  const JsonValue* shape = value->Find("write_shape");
  if (!shape || shape->is_null()) return std::nullopt;
  out.write_shape = shape->AsUintArray();
  if (!out.write_shape) return WrongMember("write_shape", "array of non-negative integers", shape);
  return std::nullopt;
}

Result<TreeEntry> ParseEntry(const JsonValue& entry) {
  TreeEntry out;
  if (!entry.AsObject()) return WrongMember("tree_metadata", "objects", &entry);
  if (Status s = ParseKeys(entry, out)) return *s;
  if (Status s = ParseValue(entry, out)) return *s;
  return out;
}

// Collects the good entries in file order, and the problems of the others.
class Entries final : public JsonElements {
 public:
  void Begin() override {
    entries.clear();
    problems.clear();
  }
  void Take(JsonValue value) override {
    auto entry = ParseEntry(value);
    if (entry)
      entries.push_back(std::move(*entry));
    else  // beyond what a report shows, only the number counts
      problems.emplace_back(entries.size() + problems.size(),
                            problems.size() < kMaxFindings
                                ? entry.error()
                                : Error{ErrorCode::kInvalid, "no entry", std::nullopt, "", ""});
  }

  std::vector<TreeEntry> entries;
  std::vector<std::pair<size_t, Error>> problems;  // each with the number of its member
};

// No store can hold a key with half a surrogate pair, so Orbax restores nothing then.
bool HasHalfSurrogate(const TreeEntry& entry) {
  return std::any_of(entry.key_path.begin(), entry.key_path.end(),
                     [](const std::string& key) { return key.find(kHalfSurrogate) != key.npos; });
}

// Of members with equal names the last one counts, as in every reader. The name is Python's repr of
// the path and is never parsed.
void KeepLast(const JsonDocument& document, const JsonValue::Object& members, Entries& found,
              TreeMetadata& tree) {
  auto problem = found.problems.begin();
  for (const JsonValue::Member* member : LastMembers(members)) {
    const auto i = static_cast<size_t>(member - members.data());
    while (problem != found.problems.end() && problem->first < i) ++problem;
    if (problem != found.problems.end() && problem->first == i) {
      tree.problems.push_back({member->first, std::move(problem->second)});
      continue;
    }
    TreeEntry& entry = found.entries[i - static_cast<size_t>(problem - found.problems.begin())];
    if (document.has_half_surrogates && HasHalfSurrogate(entry))
      tree.problems.push_back(
          {member->first,
           Error{ErrorCode::kInvalid, "\"key\": half of a surrogate pair is not a character",
                 std::nullopt, "Unicode", "half of a surrogate pair"}});
    else
      tree.entries.push_back(std::move(entry));
  }
}

// A flag that is missing or null has its default.
Result<std::optional<bool>> ReadFlag(const JsonValue& root, std::string_view member) {
  const JsonValue* value = root.Find(member);
  if (!value || value->is_null()) return std::optional<bool>();
  const auto flag = value->AsBool();
  if (!flag) return WrongMember(member, "boolean", value);
  return flag;
}

bool IsProperPrefix(const KeyPath& a, const KeyPath& b) {
  return a.size() < b.size() && std::equal(a.begin(), a.end(), b.begin());
}

// A container that was empty at one save and got children in a later, partial save has an entry
// beside those of its children. In sorted order, paths that extend a path follow it, after entries
// equal to it.
void DropPlaceholders(std::vector<TreeEntry>& entries) {
  std::vector<TreeEntry> kept;
  kept.reserve(entries.size());
  size_t next = 0;  // the first entry with another key path than entries[i]
  for (size_t i = 0; i < entries.size(); ++i) {
    next = std::max(next, i + 1);
    while (next < entries.size() && entries[next].key_path == entries[i].key_path) ++next;
    const bool has_children =
        next < entries.size() && IsProperPrefix(entries[i].key_path, entries[next].key_path);
    if (!has_children || !IsEmptyValueType(entries[i].value_type))
      kept.push_back(std::move(entries[i]));
  }
  entries = std::move(kept);
}

}  // namespace

bool IsEmptyValueType(std::string_view value_type) {
  return value_type == "None" || value_type == "Dict" || value_type == "List" ||
         value_type == "Tuple" || value_type == "NamedTuple";
}

Result<TreeMetadata> ParseTreeMetadata(Bytes text) {
  Entries found;
  auto document = ParseObject(text, "tree_metadata", &found);
  if (!document) return document.error();
  const JsonValue& root = document->root;
  TreeMetadata tree;

  const auto use_ocdbt = ReadFlag(root, "use_ocdbt");
  if (!use_ocdbt) return use_ocdbt.error();
  const auto use_zarr3 = ReadFlag(root, "use_zarr3");
  if (!use_zarr3) return use_zarr3.error();
  const auto store_fill = ReadFlag(root, "store_array_data_equal_to_fill_value");
  if (!store_fill) return store_fill.error();
  tree.use_ocdbt = *use_ocdbt;
  tree.use_zarr3 = use_zarr3->value_or(false);
  tree.store_array_data_equal_to_fill_value = store_fill->value_or(false);
  if (const JsonValue* custom = root.Find("custom_metadata"))
    tree.has_custom_metadata =
        !custom->is_null() && !(custom->AsObject() && custom->AsObject()->empty());

  if (const JsonValue* rich = root.Find("value_metadata_tree"); rich && !rich->is_null()) {
    if (!rich->AsString()) return WrongMember("value_metadata_tree", "string", rich);
    tree.value_metadata_tree = *rich->AsString();
  }

  const JsonValue* entries = root.Find("tree_metadata");
  if (!entries || !entries->AsObject()) return WrongMember("tree_metadata", "object", entries);
  KeepLast(*document, *entries->AsObject(), found, tree);

  StableSort(tree.entries, [](const TreeEntry& a, const TreeEntry& b) {
    return KeyPathLess(a.key_path, b.key_path);
  });
  DropPlaceholders(tree.entries);
  for (size_t i = 1; i < tree.entries.size(); ++i)
    if (tree.entries[i - 1].key_path == tree.entries[i].key_path) tree.has_equal_key_paths = true;
  tree.duplicate_members = std::move(document->duplicate_members);
  return tree;
}

}  // namespace leafsum::orbax
