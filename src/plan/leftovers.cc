#include "plan/leftovers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/path.h"
#include "base/text.h"
#include "plan/unknown_files.h"

namespace leafsum::plan {
namespace {

using report::Code;
using report::Finding;

// Orders directories as in a sorted list of keys, that is, with a final "/".
struct ByDirectory {
  bool operator()(std::string_view a, std::string_view b) const {
    const size_t n = std::min(a.size(), b.size());
    if (const int order = a.substr(0, n).compare(b.substr(0, n))) return order < 0;
    if (a.size() == b.size()) return false;
    const auto tail = [n](std::string_view name) {
      return name.size() > n ? static_cast<uint8_t>(name[n]) : uint8_t{'/'};
    };
    if (tail(a) != tail(b)) return tail(a) < tail(b);
    return a.size() < b.size();
  }
};

bool LiesIn(std::string_view key, std::string_view directory) {
  return key.size() > directory.size() && key[directory.size()] == '/' &&
         key.starts_with(directory);
}

// Whether `directory` followed by "/" sorts no later than `key`.
bool ComesBefore(std::string_view directory, std::string_view key) {
  const std::string_view head = key.substr(0, directory.size());
  if (const int order = directory.compare(head)) return order < 0;
  return key.size() > directory.size() && static_cast<uint8_t>(key[directory.size()]) >= '/';
}

// Files that zarr keeps beside arrays and that hold no values.
bool IsZarrSideFile(std::string_view name) {
  return name == ".zgroup" || name == ".zattrs" || name == ".zmetadata";
}

// If a key looks like a chunk ("a/0.1", "a/0/1", "a/c/0/1", "a/c.0"), the directory of its array.
std::optional<std::string_view> ChunksOf(std::string_view key) {
  const auto is_index = [](std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  };
  auto [parent, last] = SplitKey(key);
  if (last.starts_with("c.")) last.remove_prefix(2);
  if (last != "c" && !is_index(last)) return std::nullopt;
  if (last == "c") return parent;
  for (auto [above, name] = SplitKey(parent); is_index(name);
       std::tie(above, name) = SplitKey(parent))
    parent = above;
  const auto [above, name] = SplitKey(parent);
  return name == "c" ? above : parent;
}

}  // namespace

std::string PrintableKey(std::string_view key) {
  return IsUtf8(key) ? std::string(key) : "hex:" + Hex(AsBytes(key));
}

void FindLeftovers(Context& context, Scan& scan, const ItemScan& item,
                   const std::vector<uint8_t>& claimed) {
  struct Left {
    uint64_t keys = 0;
    std::string_view first;
  };
  std::map<std::string_view, Left> left;
  std::set<std::string_view, ByDirectory> arrays;
  std::set<std::string_view> hidden, lost;
  const bool bare = !item.tree;
  const auto& entries = item.store.entries();
  for (const LeafPlan& leaf : item.leaves) {
    std::string_view name = leaf.param_name;
    if (name.ends_with('/')) name.remove_suffix(1);
    if (!leaf.in_zarr && !leaf.in_msgpack) hidden.insert(name);
  }
  for (size_t e = 0; e < claimed.size(); ++e) {
    const auto [parent, last] = SplitKey(entries[e].key);
    if (!claimed[e] && (last == ".zarray" || last == "zarr.json")) arrays.insert(parent);
  }
  // The arrays around the key, the innermost last. Arrays and keys are both sorted, except for an
  // array at the root.
  std::vector<std::string_view> around;
  auto next = arrays.begin();
  const bool at_root = next != arrays.end() && next->empty();
  if (at_root) ++next;
  for (size_t e = 0; e < claimed.size(); ++e) {
    const std::string_view key = entries[e].key;
    while (!around.empty() && !LiesIn(key, around.back())) around.pop_back();
    for (; next != arrays.end() && ComesBefore(*next, key); ++next) {
      while (!around.empty() && !LiesIn(*next, around.back())) around.pop_back();
      if (LiesIn(key, *next)) around.push_back(*next);
    }
    if (claimed[e] || (!item.ocdbt && IsKnownFile(item, key))) continue;
    if (bare && IsZarrSideFile(SplitKey(key).second)) continue;
    // "a/.zarray", "a/0.1" and "a/c/0/1" belong to the array "a" if there is one, else to the
    // directory around them.
    const bool inside = !around.empty() || at_root;
    std::string_view array = !around.empty() ? around.back()
                             : at_root       ? std::string_view()
                                             : SplitKey(key).first;
    if (const auto chunks = ChunksOf(key); !inside && chunks) {
      array = *chunks;
      lost.insert(array);
    }
    if (hidden.contains(array)) continue;
    Left& l = left[array];
    if (l.keys++ == 0) l.first = key;
  }
  for (const auto& [parent, l] : left) {
    const bool chunks = bare && lost.contains(parent) && !arrays.contains(parent);
    Finding f(item.ocdbt || chunks || arrays.contains(parent) ? Code::kUnclaimedKey
                                                              : Code::kUnknownFile);
    if (f.code == Code::kUnknownFile &&
        context.JudgesFile(scan, item.item.directory + std::string(l.first)))
      continue;
    if (!item.ocdbt) f.file = item.item.directory + PrintableKey(l.first);
    f.actual = PrintableKey(l.first);
    if (chunks)
      f.message = Text("chunks of an array in ", PrintableKey(parent),
                       "/ whose .zarray or zarr.json is missing, so no leaf has them: copy them "
                       "again, with the files whose names begin with a dot");
    else
      f.message = l.keys == 1 ? "no leaf of the tree accounts for this key"
                              : Text("no leaf of the tree accounts for this key and ", l.keys - 1,
                                     " more beside it");
    context.Add(scan, item, std::move(f));
  }
}

}  // namespace leafsum::plan
