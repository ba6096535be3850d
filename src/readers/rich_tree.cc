#include "readers/rich_tree.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "orbax/json_document.h"

namespace leafsum::readers {
namespace {

using orbax::KeyPath;
using orbax::TreeEntry;

constexpr uint64_t kMaxText = 32 << 20;       // about 200,000 leaves
constexpr uint64_t kBytesPerValue = 12;       // a leaf has nine values in 150 bytes
constexpr uint64_t kSequence = 1, kDict = 2;  // key types

std::string_view TextOf(const JsonValue& object, std::string_view member) {
  const JsonValue* value = object.Find(member);
  return value && value->AsString() ? std::string_view(*value->AsString()) : std::string_view();
}

class Walker {
 public:
  explicit Walker(std::span<const TreeEntry> entries) : entries_(entries), seen_(entries.size()) {}

  std::optional<RichDifference> Run(const JsonValue& root) {
    if (Walk(root) && leaves_ != entries_.size())
      Differ(Text(entries_.size(), " leaves"), Text(leaves_),
             "value_metadata_tree lacks leaves of tree_metadata", false);
    return std::move(difference_);
  }

 private:
  // Takes {"category": "custom", "clazz": "ValueMetadataEntry" | "tuple", …}, {"category":
  // "namedtuple", …}, or a plain container. The JSON reader has bounded the depth.
  bool Walk(const JsonValue& value) {
    if (const JsonValue::Array* list = value.AsArray()) return Elements(*list);
    if (!value.AsObject()) return Unknown(value);
    const std::string_view category = TextOf(value, "category"), clazz = TextOf(value, "clazz");
    const JsonValue* entries = value.Find("entries");
    if (category == "custom" && clazz == "ValueMetadataEntry") return Leaf(value.Find("data"));
    if (category == "custom" || category == "namedtuple") {
      if (!entries || !entries->AsArray() || (category == "custom" && clazz != "tuple"))
        return Unknown(value);
      return category == "custom" ? Elements(*entries->AsArray()) : Fields(*entries->AsArray());
    }
    if (value.AsObject()->empty()) return Unknown(value);
    for (const JsonValue::Member* member : orbax::LastMembers(*value.AsObject()))
      if (!Below(member->first, kDict, member->second)) return false;
    return true;
  }

  bool Elements(const JsonValue::Array& list) {
    for (size_t i = 0; i < list.size(); ++i)
      if (!Below(Text(i), kSequence, list[i])) return false;
    return !list.empty() || Unknown(JsonValue(JsonValue::Array()));
  }

  bool Fields(const JsonValue::Array& fields) {
    for (const JsonValue& field : fields) {
      const JsonValue *key = field.Find("key"), *value = field.Find("value");
      if (!key || !key->AsString() || !value) return Unknown(field);
      if (!Below(*key->AsString(), kDict, *value)) return false;
    }
    return !fields.empty() || Unknown(JsonValue(JsonValue::Array()));
  }

  bool Below(std::string key, uint64_t type, const JsonValue& value) {
    path_.push_back(std::move(key));
    types_.push_back(type);
    const bool goes_on = Walk(value);
    path_.pop_back();
    types_.pop_back();
    return goes_on;
  }

  bool Leaf(const JsonValue* data) {
    if (!data || !data->AsObject())
      return Differ("an entry", "none", "a leaf of value_metadata_tree has no data");
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), path_,
                                     [](const TreeEntry& e, const KeyPath& path) {
                                       return orbax::KeyPathLess(e.key_path, path);
                                     });
    if (at == entries_.end() || at->key_path != path_)
      return Differ("no leaf", "a leaf", "value_metadata_tree has a leaf that tree_metadata lacks");
    const JsonValue* skip = data->Find("skip_deserialize");
    const bool skips = skip && skip->AsBool().value_or(false);
    if (TextOf(*data, "value_type") != at->value_type || skips != at->skip_deserialize)
      return Differ(at->value_type + (at->skip_deserialize ? ", skipped" : ""),
                    std::string(TextOf(*data, "value_type")) + (skips ? ", skipped" : ""),
                    "value_metadata_tree has another value type than tree_metadata");
    if (types_ != at->key_types)
      return Differ(UintList(at->key_types), UintList(types_),
                    "value_metadata_tree has other containers than tree_metadata (1 sequence, 2 "
                    "dict or attributes)");
    const auto i = static_cast<size_t>(at - entries_.begin());
    if (seen_[i]) return Differ("one leaf", "two", "value_metadata_tree has a leaf twice");
    seen_[i] = true;
    ++leaves_;
    return true;
  }

  bool Unknown(const JsonValue& value) {
    return Differ(
        "a container or an entry", std::string(value.TypeName()),
        "value_metadata_tree has a node that is neither a container with children nor a leaf");
  }

  bool Differ(const std::string& expected, const std::string& actual, const char* message,
              bool here = true) {
    difference_ = RichDifference{
        Error{ErrorCode::kInvalid, message, std::nullopt, expected, actual}, std::nullopt};
    if (here) difference_->key_path = path_;
    return false;
  }

  const std::span<const TreeEntry> entries_;
  KeyPath path_;
  std::vector<uint64_t> types_;
  std::vector<bool> seen_;  // by entry
  size_t leaves_ = 0;
  std::optional<RichDifference> difference_;
};

}  // namespace

std::optional<RichDifference> CompareRichTree(std::string_view json,
                                              std::span<const TreeEntry> entries) {
  if (json.size() > kMaxText)
    return RichDifference{Error{ErrorCode::kLimit, "value_metadata_tree is too long", std::nullopt,
                                AtMostBytes(kMaxText), ByteCount(json.size())},
                          {}};
  auto document = ParseJson(AsBytes(json), {.as_python = true, .bytes_per_value = kBytesPerValue});
  if (!document) {
    Error error = document.error().Prefixed("value_metadata_tree");
    error.offset.reset();  // it counts in the string, not in the file
    return RichDifference{std::move(error), {}};
  }
  return Walker(entries).Run(document->root);
}

}  // namespace leafsum::readers
