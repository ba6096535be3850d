#include "readers/tree.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "orbax/python_int.h"

namespace leafsum::readers {
namespace {

using orbax::KeyPath;
using orbax::TreeEntry;

constexpr uint64_t kSequenceKey = 1;

// A container, with what is known of its children's keys.
struct Node {
  size_t first = 0;  // the first entry below the container
  bool sequence = false, dict = false;
  bool odd = false;  // has an index that is not a plain number: reported, and gaps cannot be judged
  uint64_t children = 0, end = 0;  // end: the largest index plus one
};

KeyPath Prefix(const KeyPath& path, size_t size) {
  return KeyPath(path.begin(), path.begin() + static_cast<ptrdiff_t>(size));
}

class Checker {
 public:
  explicit Checker(std::span<const TreeEntry> entries) : entries_(entries) {}

  std::vector<TreeDivergence> Run() {
    for (size_t i = 0; i < entries_.size(); ++i) Take(i);
    CloseDownTo(0);
    return std::move(found_);
  }

 private:
  void Take(size_t i) {
    const TreeEntry& entry = entries_[i];
    const KeyPath& path = entry.key_path;
    size_t common = 0;  // elements in common with the entry before
    if (i > 0) {
      const KeyPath& before = entries_[i - 1].key_path;
      const size_t most = std::min(before.size(), path.size());
      while (common < most && before[common] == path[common]) ++common;
      if (common == before.size() && common < path.size()) Hidden(i);
    }
    if (i == 0 || common < path.size()) CloseDownTo(std::min(common + 1, open_.size()));
    for (size_t d = 0; d < path.size(); ++d) {
      if (d == open_.size()) open_.push_back({.first = i});
      Child(i, d, d >= common);
    }
  }

  void Child(size_t i, size_t d, bool is_new) {
    const TreeEntry& entry = entries_[i];
    Node& node = open_[d];
    const bool sequence = entry.key_types[d] == kSequenceKey,
               was_mixed = node.sequence && node.dict;
    (sequence ? node.sequence : node.dict) = true;
    if (node.sequence && node.dict && !was_mixed)
      found_.push_back({Prefix(entry.key_path, d + 1), false,
                        sequence ? "a sequence index" : "a dict key", "TypeError",
                        "sequence indices and dict keys at one node: no node is both, and Orbax "
                        "raises as it sorts them"});
    if (!sequence || !is_new) return;
    const std::string& text = entry.key_path[d];
    const auto number = orbax::PythonInt(text);
    if (number != text || text.starts_with('-') || !IsAscii(text)) {
      node.odd = true;
      found_.push_back({Prefix(entry.key_path, d + 1), false, "index " + JsonString(text),
                        "index " + (number && IsAscii(text) ? *number : std::string("?")),
                        "a sequence index that is not written as Orbax writes it: Orbax takes the "
                        "number that Python's int() "
                        "makes of it; of two entries for one index the first counts"});
      return;
    }
    ++node.children;
    uint64_t index = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
    node.end =
        parsed.ec == std::errc() && index < UINT64_MAX ? std::max(node.end, index + 1) : UINT64_MAX;
  }

  // Entries just before `i` have a path that begins the path of `i`, so Orbax drops them. Empty
  // nodes among them are only placeholders.
  void Hidden(size_t i) {
    for (size_t j = i; j > 0 && entries_[j - 1].key_path == entries_[i - 1].key_path; --j) {
      const TreeEntry& leaf = entries_[j - 1];
      if (orbax::IsEmptyValueType(leaf.value_type)) continue;
      found_.push_back({leaf.key_path, false, "a leaf, " + leaf.value_type,
                        "a container with " + orbax::JsonPointer(entries_[i].key_path),
                        "another entry lies below this leaf: Orbax drops every entry whose key "
                        "path begins another's, and "
                        "restores a container in its place"});
    }
  }

  void CloseDownTo(size_t depth) {
    for (; open_.size() > depth; open_.pop_back()) {
      const Node& node = open_.back();
      if (!node.sequence || node.dict || node.odd || node.children == node.end) continue;
      found_.push_back({Prefix(entries_[node.first].key_path, open_.size() - 1), true,
                        Text("indices 0 to ", node.children - 1), Text("up to ", node.end - 1),
                        "a sequence lacks an index: every reader of Orbax raises AssertionError"});
    }
  }

  static bool IsAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }

  const std::span<const TreeEntry> entries_;
  std::vector<Node> open_;  // the nodes on the path of the entry before, from the root
  std::vector<TreeDivergence> found_;
};

}  // namespace

std::vector<TreeDivergence> CheckTree(std::span<const TreeEntry> entries) {
  return Checker(entries).Run();
}

bool HasTypeHandler(std::string_view value_type) {
  return value_type == "jax.Array" || value_type == "np.ndarray" || value_type == "scalar" ||
         value_type == "string";
}

}  // namespace leafsum::readers
