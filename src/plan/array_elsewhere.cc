#include "plan/array_elsewhere.h"

#include <algorithm>

#include "base/path.h"
#include "base/sort.h"
#include "base/text.h"

namespace leafsum::plan {
namespace {

// The directory that holds an item: "3/" for "3/state/".
std::string_view Around(const ItemScan& item) {
  std::string_view directory = item.item.directory;
  if (directory.empty()) return directory;
  directory.remove_suffix(1);
  return DirectoryOf(directory);
}

}  // namespace

std::string UnmergedWords(const ItemScan& item, std::string_view prefix, bool whole) {
  const auto it = item.walked.unmerged.find(prefix);
  if (it == item.walked.unmerged.end() || (whole && !it->second.document)) return "";
  std::string_view directory = it->second.directory;
  directory.remove_prefix(item.item.directory.size());
  return Text(
      whole ? ": the array lies in " : ": chunks of this array lie in ", directory,
      it->second.never_merged
          ? ", which was never merged into manifest.ocdbt: merge the process databases (Orbax's "
            "merge_ocdbt_per_process_files), or copy manifest.ocdbt and d/ from the origin"
          : ", which manifest.ocdbt has only in part: it is from another save or was changed; copy "
            "manifest.ocdbt and d/ from the origin, or merge the process databases again (Orbax's "
            "merge_ocdbt_per_process_files)");
}

void TellAbsentArrays(Context& context, std::vector<AbsentArray> absent) {
  StableSort(absent, [](const AbsentArray& a, const AbsentArray& b) {
    return a.scan != b.scan ? a.scan < b.scan : a.key < b.key;
  });
  for (size_t begin = 0, end; begin < absent.size(); begin = end) {
    const size_t s = absent[begin].scan;
    end = begin;
    while (end < absent.size() && absent[end].scan == s) ++end;
    Scan& scan = context.scans[s];
    std::vector<const ItemScan*> holders(end - begin);
    for (const ItemScan& other : scan.items) {
      if (!other.walked.read) continue;
      for (const kvstore::KvStore::Entry& entry : other.store.entries()) {
        const std::string_view name = SplitKey(entry.key).second;
        if (name != ".zarray" && name != "zarr.json") continue;
        const auto less = [](const AbsentArray& a, std::string_view key) { return a.key < key; };
        auto at = std::lower_bound(absent.begin() + begin, absent.begin() + end, entry.key, less);
        for (; at != absent.begin() + end && at->key == entry.key; ++at) {
          const ItemScan*& holder = holders[at - absent.begin() - begin];
          if (!holder && Around(other) == Around(scan.items[at->item])) holder = &other;
        }
      }
    }
    for (size_t a = begin; a < end; ++a) {
      ItemScan& item = scan.items[absent[a].item];
      if (const ItemScan* holder = holders[a - begin])
        absent[a].finding.message += Text(
            "; an array of this name lies in the item ", holder->item.directory,
            ": if the files of the two items were swapped or mixed, copy both from the origin");
      context.Add(scan, item, item.leaves[absent[a].leaf], std::move(absent[a].finding));
    }
  }
}

}  // namespace leafsum::plan
