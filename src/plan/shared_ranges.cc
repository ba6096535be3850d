#include "plan/shared_ranges.h"

#include "base/sort.h"
#include "kvstore/key_text.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;

void CheckSharedRanges(Context& context, Scan& scan, ItemScan& item) {
  const auto& entries = item.store.entries();
  std::vector<uint32_t> order;
  for (uint32_t e = 0; e < entries.size(); ++e)
    if (!entries[e].value.is_inline()) order.push_back(e);
  auto before = [&](uint32_t a, uint32_t b) {
    const kvstore::ValueRef &x = entries[a].value, &y = entries[b].value;
    if (x.file != y.file) return x.file < y.file;
    return x.offset != y.offset ? x.offset < y.offset : x.length > y.length;
  };
  StableSort(order, before);
  const auto blocks = scan.coverage.Marked(ByteClass::kStructural);
  size_t block = 0;
  uint64_t counts[2] = {};
  uint32_t first[2] = {};
  auto count = [&](int which, uint32_t e) {
    if (counts[which]++ == 0) first[which] = e;
  };
  // Of the values before `v` in its file, the one whose end is largest.
  const kvstore::ValueRef* furthest = nullptr;
  for (const uint32_t e : order) {
    const kvstore::ValueRef& v = entries[e].value;
    const uint64_t end = v.offset + v.length;  // at most 2^63 - 1
    if (furthest && furthest->file == v.file && v.offset < furthest->offset + furthest->length &&
        (v.offset != furthest->offset || v.length != furthest->length))
      count(0, e);
    if (!furthest || furthest->file != v.file || end > furthest->offset + furthest->length)
      furthest = &v;
    while (block < blocks.size() &&
           (blocks[block].file < v.file ||
            (blocks[block].file == v.file && blocks[block].end <= v.offset)))
      ++block;
    if (block < blocks.size() && blocks[block].file == v.file && blocks[block].begin < end)
      count(1, e);
  }
  for (int which = 0; which < 2; ++which) {
    if (counts[which] == 0) continue;
    const auto& entry = entries[first[which]];
    Finding f = MakeFinding(
        Code::kStructureMismatch,
        which == 0 ? "the range of a value overlaps another value's without being the same"
                   : "the range of a value lies in the metadata of the checkpoint");
    f.file = scan.files.path(entry.value.file);
    f.offset = entry.value.offset;
    f.expected = "none";
    f.actual = kvstore::CountOfKeys(counts[which], entry.key);
    context.Add(scan, item, std::move(f));
  }
}

}  // namespace leafsum::plan
