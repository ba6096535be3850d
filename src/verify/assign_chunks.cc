#include "verify/assign_chunks.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/checked.h"
#include "base/phrase.h"
#include "base/sort.h"
#include "base/text.h"
#include "verify/check_readers.h"
#include "verify/check_records.h"
#include "verify/unknown_files.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

std::string Printable(std::string_view key) {
  return IsUtf8(key) ? std::string(key) : "hex:" + Hex(AsBytes(key));
}

// Why a value cannot be read at all, as far as the listing tells.
Status CheckValue(const Scan& scan, const kvstore::ValueRef& ref) {
  if (ref.is_inline() || ref.length == 0) return std::nullopt;
  const auto size = scan.files.size(ref.file);
  if (scan.MayExist(ref.file)) return std::nullopt;
  if (!size)
    return Error{ErrorCode::kMissing,
                 "the data file is not there; the reference reader takes its values for empty",
                 {},
                 "",
                 ""};
  if (!RangeFits(ref.offset, ref.length, *size))
    return Error{ErrorCode::kTruncated, "the data file ends before the value does", *size,
                 Phrase(ref.offset) + " + " + Phrase(ref.length) + " bytes",
                 Phrase(*size) + " bytes"};
  return std::nullopt;
}

class Assigner {
 public:
  Assigner(Context& context, Scan& scan) : context_(context), scan_(scan) {}

  void Item(ItemScan& item) {
    std::erase_if(item.leaves,
                  [](const LeafPlan& l) { return l.state == LeafPlan::State::kGroup; });
    claimed_.assign(item.store_read ? item.store.entries().size() : 0, false);
    for (LeafPlan& leaf : item.leaves) {
      if (!leaf.in_zarr) continue;
      claimed_[leaf.document_entry] = true;
      if (leaf.state == LeafPlan::State::kPlanned || leaf.state == LeafPlan::State::kNotRead)
        Array(item, leaf);
    }
    const orbax::ItemKind kind = item.item.kind;
    if (item.tree_read && !item.narrowed && (kind == orbax::ItemKind::kPyTree || kind == orbax::ItemKind::kMsgpack))
      Leftovers(item);
    for (size_t e = 0; item.ocdbt && e < claimed_.size(); ++e) {
      const kvstore::ValueRef& value = item.store.entries()[e].value;
      if (!claimed_[e] && !value.is_inline())
        scan_.coverage.Mark(value.file, value.offset, value.length, ByteClass::kUnread);
    }
  }

 private:
  void Refuse(ItemScan& item, LeafPlan& leaf, Finding finding) {
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan_, item, leaf, std::move(finding));
  }

  void Array(ItemScan& item, LeafPlan& leaf) {
    const std::string prefix = orbax::KeyPrefix(leaf.param_name);
    const auto& entries = item.store.entries();
    // Around its document, the keys that begin like it: they are few, the store's may be many.
    size_t first = leaf.document_entry, last = first + 1;
    while (first > 0 && entries[first - 1].key.starts_with(prefix)) --first;
    while (last < entries.size() && entries[last].key.starts_with(prefix)) ++last;
    const bool readable = leaf.state == LeafPlan::State::kPlanned;
    const zarr::ArrayMetadata& m = leaf.metadata;
    const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
    std::optional<Finding> broken;
    for (size_t e = first; e < last; ++e) {
      const kvstore::KvStore::Entry& entry = entries[e];
      const std::string_view rest = entry.key.substr(prefix.size());
      if (!readable) {
        // Without its metadata the grid is unknown: what lies below its name is taken for its
        // chunks.
        claimed_[e] = true;
        continue;
      }
      const auto index = zarr::ParseChunkKey(m.key_encoding, grid, rest);
      if (!index) continue;
      claimed_[e] = true;
      const kvstore::ValueRef& ref = entry.value;
      leaf.chunks.push_back(
          {*index, ref.is_inline() ? kInlineChunk : ref.file, ref.offset, ref.length});
      if (Status bad = CheckValue(scan_, ref); bad && !broken) {
        broken = FindingOf(*bad, scan_.files.path(ref.file));
        if (!broken->offset) broken->offset = ref.offset;
        broken->message = "key " + Printable(entry.key) + ": " + broken->message;
      }
    }
    if (!readable) return;
    StableSort(leaf.chunks,
               [](const ChunkRef& a, const ChunkRef& b) { return a.index < b.index; });
    if (broken) return Refuse(item, leaf, std::move(*broken));
    Shapes(item, leaf);
    Missing(item, leaf, prefix, grid);
  }

  void Mismatch(ItemScan& item, LeafPlan& leaf, const std::string& file,
                const std::vector<uint64_t>& expected, const std::vector<uint64_t>& actual,
                std::string message) {
    Finding f = MakeFinding(Code::kStructureMismatch, std::move(message));
    f.file = file;
    f.expected = UintList(expected);
    f.actual = UintList(actual);
    context_.Add(scan_, item, leaf, std::move(f));
  }

  // Redundant records of how the array was cut: the write shape is whole chunks, and every record
  // says the same (formats.md §3.5, §3.6). No value depends on them, a restore may.
  void Shapes(ItemScan& item, LeafPlan& leaf) {
    const std::vector<uint64_t>& chunk = leaf.metadata.chunk_shape;
    if (leaf.write_shape) {
      bool whole = leaf.write_shape->size() == chunk.size();
      for (size_t d = 0; whole && d < chunk.size(); ++d)
        whole = (*leaf.write_shape)[d] % chunk[d] == 0;
      if (!whole)
        return Mismatch(item, leaf, item.item.directory + "_METADATA", chunk, *leaf.write_shape,
                        "write_shape in _METADATA is no multiple of the array's chunk shape");
    }
    const auto [first, last] = item.recorded.equal_range(leaf.param_name);
    for (auto it = first; it != last; ++it) {
      const orbax::SerializedArrayMetadata& recorded = it->second.array;
      if (recorded.chunk_shape != chunk)
        return Mismatch(item, leaf, it->second.file, chunk, recorded.chunk_shape,
                        "chunk_shape in array_metadatas/ is not the array's");
      if (leaf.write_shape && recorded.write_shape != *leaf.write_shape)
        return Mismatch(item, leaf, it->second.file, *leaf.write_shape, recorded.write_shape,
                        "write_shape in array_metadatas/ is not that of _METADATA");
    }
  }

  // Absent chunks: an error, or the fill value where the format allows it (formats.md §3.4).
  void Missing(ItemScan& item, LeafPlan& leaf, const std::string& prefix,
               const std::vector<uint64_t>& grid) {
    const zarr::ArrayMetadata& m = leaf.metadata;
    const auto total = zarr::ChunkCount(grid);
    if (!total)
      return Refuse(item, leaf, MakeFinding(Code::kLimit, "the array has 2^64 chunks or more"));
    if (leaf.chunks.size() == *total || !item.store_complete) {
      if (leaf.chunks.size() != *total)
        leaf.state = LeafPlan::State::kNotRead;  // its keys were lost with a node
      return;
    }
    uint64_t gap = 0;
    while (gap < leaf.chunks.size() && leaf.chunks[static_cast<size_t>(gap)].index == gap) ++gap;
    const std::string key = prefix + zarr::ChunkKey(m.key_encoding, zarr::Unravel(gap, grid));
    const bool tree = item.item.kind == orbax::ItemKind::kPyTree;
    const bool forbidden = tree && item.tree->store_array_data_equal_to_fill_value;
    if (tree) {
      Finding f(forbidden ? Code::kMissingChunk : Code::kZeroFillAllowed);
      if (!item.ocdbt) f.file = item.item.directory + key;
      f.expected = Phrase(*total) + " chunks";
      f.actual = Phrase(leaf.chunks.size()) + " chunks";
      f.message = forbidden ? "chunk " + key +
                                  " is not there, and _METADATA says that every chunk was stored"
                            : "chunk " + key +
                                  " is not there: it restores as the fill value, and a deleted "
                                  "chunk would look the same";
      if (forbidden) return Refuse(item, leaf, std::move(f));
      context_.Add(scan_, item, leaf, std::move(f));
    }
    const uint64_t missing = *total - leaf.chunks.size();
    const uint64_t fill =
        std::min(m.nbytes, CheckedMul(missing, m.chunk_nbytes).value_or(m.nbytes));
    if (fill > context_.options.max_fill - filled_) {
      Finding f(Code::kLimit);
      f.expected = "at most " + Phrase(context_.options.max_fill) + " bytes";
      f.actual = Phrase(fill) + " bytes more";
      f.message =
          "too much content is backed by no stored bytes; raise --max-fill if that is right";
      return Refuse(item, leaf, std::move(f));
    }
    filled_ += fill;
  }

  // Keys that no leaf accounts for: one finding per array, however many chunks it has. The keys of
  // an array that an empty node or a string hides are told with that leaf (check_records).
  void Leftovers(ItemScan& item) {
    struct Left {
      uint64_t keys = 0;
      std::string_view first;
    };
    std::map<std::string_view, Left> left;
    std::set<std::string_view> arrays, hidden;
    const auto& entries = item.store.entries();
    for (const LeafPlan& leaf : item.leaves) {
      std::string_view name = leaf.param_name;
      if (name.ends_with('/')) name.remove_suffix(1);
      if (!leaf.in_zarr && !leaf.in_msgpack) hidden.insert(name);
    }
    for (size_t e = 0; e < claimed_.size(); ++e) {
      const auto [parent, last] = SplitKey(entries[e].key);
      if (!claimed_[e] && (last == ".zarray" || last == "zarr.json")) arrays.insert(parent);
    }
    for (size_t e = 0; e < claimed_.size(); ++e) {
      const std::string_view key = entries[e].key;
      if (claimed_[e] || (!item.ocdbt && IsKnownFile(item, key))) continue;
      // "a/.zarray", "a/0.1" and "a/c/0/1" belong to the array "a", else to what they lie in.
      std::string_view array = SplitKey(key).first;
      while (!array.empty() && !arrays.contains(array)) array = SplitKey(array).first;
      if (!arrays.contains(array)) array = SplitKey(key).first;
      if (hidden.contains(array)) continue;
      Left& l = left[array];
      if (l.keys++ == 0) l.first = key;
    }
    for (const auto& [parent, l] : left) {
      Finding f(item.ocdbt || arrays.contains(parent) ? Code::kUnclaimedKey : Code::kUnknownFile);
      if (f.code == Code::kUnknownFile && context_.JudgesFile(scan_, item.item.directory + std::string(l.first))) continue;
      if (!item.ocdbt) f.file = item.item.directory + Printable(l.first);
      f.actual = Printable(l.first);
      f.message = l.keys == 1 ? "no leaf of the tree accounts for this key"
                              : "no leaf of the tree accounts for this key and " +
                                    Phrase(l.keys - 1) + " more beside it";
      context_.Add(scan_, item, std::move(f));
    }
  }

  Context& context_;
  Scan& scan_;
  uint64_t filled_ = 0;
  std::vector<uint8_t> claimed_;
};

}  // namespace

void AssignChunks(Context& context) {
  for (Scan& scan : context.scans) {
    Assigner assigner(context, scan);
    for (ItemScan& item : scan.items)
      if (!item.failed) {
        assigner.Item(item);
        CheckRecords(context, scan, item);
      }
    FindUnknownFiles(context, scan);
    if (ChecksAll(context.options)) CheckReaders(context, scan);
  }
}

void MarkCoverage(Scan& scan) {
  for (const ItemScan& item : scan.items) {
    for (const LeafPlan& leaf : item.leaves) {
      const ByteClass c =
          leaf.state == LeafPlan::State::kRead ? ByteClass::kLeaf : ByteClass::kUnread;
      for (const ChunkRef& chunk : leaf.chunks)
        if (chunk.file != kInlineChunk)
          scan.coverage.Mark(chunk.file, chunk.offset, chunk.length, c);
      if (leaf.raw_file) scan.coverage.MarkAll(*leaf.raw_file, c);
    }
  }
}

}  // namespace leafsum::verify
