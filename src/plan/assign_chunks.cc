#include "plan/assign_chunks.h"

#include <algorithm>

#include "base/checked.h"
#include "base/sort.h"
#include "base/text.h"
#include "plan/array_elsewhere.h"
#include "plan/leftovers.h"
#include "plan/unknown_files.h"
#include "zarr/chunk_grid.h"

namespace leafsum::plan {
namespace {

using report::Code;
using report::Finding;

// Why a value cannot be read at all, as far as the listing tells. TensorStore takes a value in a
// missing data file for empty (formats §1.7), so only this check turns the loss into an error.
Status CheckValue(const Scan& scan, const kvstore::ValueRef& ref) {
  if (ref.is_inline() || ref.length == 0) return std::nullopt;
  const auto size = scan.files.size(ref.file);
  if (scan.MayExist(ref.file)) return std::nullopt;
  if (!size)
    return Error{ErrorCode::kMissing,
                 "the data file is missing; TensorStore would read its values as empty",
                 {},
                 "",
                 ""};
  if (!RangeFits(ref.offset, ref.length, *size))
    return Error{ErrorCode::kTruncated, "the data file ends before the value does", size,
                 Text(ref.offset, " + ", ByteCount(ref.length)), ByteCount(*size)};
  return std::nullopt;
}

// The range of sorted keys around `at` that begin with `prefix`.
std::pair<size_t, size_t> KeysBelow(const std::vector<kvstore::KvStore::Entry>& entries, size_t at,
                                    std::string_view prefix) {
  const auto begin = entries.begin(), middle = begin + static_cast<ptrdiff_t>(at);
  const auto below = [prefix](const kvstore::KvStore::Entry& entry) {
    return entry.key.starts_with(prefix);
  };
  const auto first =
      std::partition_point(begin, middle, [&](const auto& entry) { return !below(entry); });
  const auto last = std::partition_point(middle, entries.end(), below);
  return {static_cast<size_t>(first - begin), static_cast<size_t>(last - begin)};
}

class Assigner {
 public:
  Assigner(Context& context, Scan& scan) : context_(context), scan_(scan) {}

  void Item(ItemScan& item) {
    claimed_.assign(item.walked.read ? item.store.entries().size() : 0, false);
    leaf_of_.assign(claimed_.size(), false);
    looks_ = 0;
    max_looks_ = kMinLooks + kLooksOfKey * claimed_.size();
    for (const LeafPlan& leaf : item.leaves)
      if (leaf.state == LeafPlan::State::kGroup) claimed_[leaf.document_entry] = true;
    std::erase_if(item.leaves,
                  [](const LeafPlan& l) { return l.state == LeafPlan::State::kGroup; });
    for (LeafPlan& leaf : item.leaves) {
      if (!leaf.in_zarr) continue;
      claimed_[leaf.document_entry] = true;
      if (leaf.state == LeafPlan::State::kPlanned || leaf.state == LeafPlan::State::kNotRead)
        Array(item, leaf);
    }
    Unbacked(item);
    if (item.tree_read && !item.narrowed) FindLeftovers(context_, scan_, item, claimed_);
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
    const auto [first, last] = KeysBelow(entries, leaf.document_entry, prefix);
    const bool readable = leaf.state == LeafPlan::State::kPlanned;
    const zarr::ArrayMetadata& m = leaf.metadata;
    const auto grid = zarr::GridShape(m.shape, m.chunk_shape);
    // An array's prefix is also that of arrays nested in it. Their keys are usually too long to be
    // chunks of this one.
    const size_t longest = readable ? 2 + grid.size() * (kDigitsOfIndex + 1) : ~size_t{0};
    looks_ += (last - first) / kGlancesOfLook;
    if (leaf_of_[leaf.document_entry])
      looks_ +=
          kLooksOfKey * (last - first);  // another leaf has the same keys and will read them again
    leaf_of_[leaf.document_entry] = true;
    if (looks_ > max_looks_) {
      Finding f(Code::kLimit);
      f.expected = Text("at most ", max_looks_, " looks at keys");
      f.actual = "more";
      f.message = "too many leaves share keys, by equal names or by arrays within arrays";
      return Refuse(item, leaf, std::move(f));
    }
    std::optional<Finding> broken;
    if (readable) leaf.chunks.reserve(last - first - 1);
    for (size_t e = first; e < last; ++e) {
      const kvstore::KvStore::Entry& entry = entries[e];
      if (entry.key.size() - prefix.size() > longest) continue;
      ++looks_;
      const std::string_view rest = entry.key.substr(prefix.size());
      if (!readable) {
        // Without metadata the grid is unknown, so everything below the name counts as its chunks.
        // Else one damaged document would also make every chunk of the array a leftover.
        claimed_[e] = true;
        continue;
      }
      const auto index = zarr::ParseChunkKey(m.key_encoding, grid, rest);
      if (!index) continue;
      claimed_[e] = true;
      const kvstore::ValueRef& ref = entry.value;
      leaf.chunks.push_back(
          {*index, ref.is_inline() ? content::kInlineChunk : ref.file, ref.offset, ref.length});
      if (Status bad = CheckValue(scan_, ref); bad && !broken) {
        broken = FindingOf(*bad, scan_.files.path(ref.file));
        if (!broken->offset) broken->offset = ref.offset;
        broken->message = Text("key ", PrintableKey(entry.key), ": ", broken->message);
      }
    }
    if (!readable) return;
    // The reservation counted keys of nested arrays too.
    if (leaf.chunks.size() < leaf.chunks.capacity() / 2) leaf.chunks.shrink_to_fit();
    StableSort(leaf.chunks, [](const content::ChunkRef& a, const content::ChunkRef& b) {
      return a.index < b.index;
    });
    if (broken) return Refuse(item, leaf, std::move(*broken));
    Shapes(item, leaf);
    Missing(item, leaf, prefix, grid);
  }

  void Mismatch(ItemScan& item, LeafPlan& leaf, const std::string& file,
                const std::vector<uint64_t>& expected, const std::vector<uint64_t>& actual,
                const std::string& message) {
    Finding f = MakeFinding(Code::kStructureMismatch, message);
    f.file = file;
    f.expected = UintList(expected);
    f.actual = UintList(actual);
    context_.Add(scan_, item, leaf, std::move(f));
  }

  // Compares the redundant records of how the array was cut: the write shape is a multiple of the
  // chunk shape, and all records agree (formats §3.5, §3.6). No value depends on them, but a
  // restore may.
  void Shapes(ItemScan& item, LeafPlan& leaf) {
    const std::vector<uint64_t>& chunk = leaf.metadata.chunk_shape;
    if (leaf.write_shape) {
      bool whole = leaf.write_shape->size() == chunk.size();
      for (size_t d = 0; whole && d < chunk.size(); ++d)
        whole = (*leaf.write_shape)[d] % chunk[d] == 0;
      if (!whole)
        return Mismatch(item, leaf, item.item.directory + "_METADATA", chunk, *leaf.write_shape,
                        "write_shape in _METADATA is not a multiple of the array's chunk shape");
    }
    const auto [first, last] = item.side.recorded.equal_range(leaf.param_name);
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

  // Judges absent chunks: an error, or the fill value where the format allows it (formats §3.4,
  // contract §2).
  void Missing(ItemScan& item, LeafPlan& leaf, const std::string& prefix,
               const std::vector<uint64_t>& grid) {
    const zarr::ArrayMetadata& m = leaf.metadata;
    const auto total = zarr::ChunkCount(grid);
    if (!total)
      return Refuse(item, leaf, MakeFinding(Code::kLimit, "the array has 2^64 chunks or more"));
    if (leaf.chunks.size() == *total || !item.walked.complete) {
      if (leaf.chunks.size() != *total)
        leaf.state = LeafPlan::State::kNotRead;  // its keys may have been lost with a node
      return;
    }
    // The first absent index is where the ascending indices stop counting up from 0.
    uint64_t gap = 0;
    while (gap < leaf.chunks.size() && leaf.chunks[static_cast<size_t>(gap)].index == gap) ++gap;
    const std::string key = prefix + zarr::ChunkKey(m.key_encoding, zarr::Unravel(gap, grid));
    // Only this flag makes absence a certain loss: with it Orbax stores every chunk, and its
    // readers raise. Without it, a deleted chunk and one of zeros look the same, which is a
    // warning.
    const bool forbidden = item.item.kind == orbax::ItemKind::kPyTree &&
                           item.tree->store_array_data_equal_to_fill_value;
    {
      Finding f(forbidden ? Code::kMissingChunk : Code::kZeroFillAllowed);
      if (!item.ocdbt) f.file = item.item.directory + key;
      f.expected = Text(Grouped{*total}, " chunks");
      f.actual = Text(Grouped{leaf.chunks.size()}, " chunks");
      f.message = forbidden ? Text("chunk ", key,
                                   " is missing, but _METADATA says that every chunk was stored",
                                   UnmergedWords(item, prefix, false))
                            : Text("chunk ", key,
                                   " is missing: it restores as the fill value, and a deleted "
                                   "chunk would look the same",
                                   UnmergedWords(item, prefix, false));
      if (forbidden) return Refuse(item, leaf, std::move(f));
      context_.Add(scan_, item, leaf, std::move(f));
    }
    const uint64_t missing = *total - leaf.chunks.size();
    const uint64_t fill =
        std::min(m.nbytes, CheckedMul(missing, m.chunk_nbytes).value_or(m.nbytes));
    // Hashing fill values costs time for bytes that nobody stored, so their sum is bounded.
    if (fill > context_.options.max_fill - filled_) {
      Finding f(Code::kLimit);
      f.expected = AtMostBytes(context_.options.max_fill);
      f.actual = ByteCount(fill) + " more";
      f.message = "too much content has no stored bytes; raise --max-fill if that is right";
      return Refuse(item, leaf, std::move(f));
    }
    filled_ += fill;
  }

  // Calls found(leaf, chunk) for the chunks with stored bytes of leaves that will be read.
  template <class Found>
  static void ForEachBacked(const ItemScan& item, Found found) {
    for (uint32_t l = 0; l < item.leaves.size(); ++l) {
      if (item.leaves[l].state != LeafPlan::State::kPlanned || !item.leaves[l].in_zarr) continue;
      for (const content::ChunkRef& chunk : item.leaves[l].chunks)
        if (chunk.length > 0) found(l, chunk);
    }
  }

  // Stored bytes back content once (contract §10.25): the content of a chunk that shares bytes with
  // a chunk before it counts as fill. In an honest store no two chunks share bytes; a small file
  // that claims terabytes must.
  void Unbacked(ItemScan& item) {
    struct Ref {
      uint64_t offset, length;
      uint32_t file, leaf;
    };
    // A file used by one chunk shares nothing. If all files are like that, there is nothing to
    // sort, however many there are.
    std::vector<bool> once(scan_.files.count()), twice(scan_.files.count());
    ForEachBacked(item, [&](uint32_t, const content::ChunkRef& chunk) {
      if (chunk.file == content::kInlineChunk) return;
      if (once[chunk.file]) twice[chunk.file] = true;
      once[chunk.file] = true;
    });
    std::vector<Ref> refs;
    ForEachBacked(item, [&](uint32_t l, const content::ChunkRef& chunk) {
      if (chunk.file == content::kInlineChunk || twice[chunk.file])
        refs.push_back({chunk.offset, chunk.length, chunk.file, l});
    });
    const auto before = [](const Ref& a, const Ref& b) {
      if (a.file != b.file) return a.file < b.file;
      return a.offset != b.offset ? a.offset < b.offset : a.leaf < b.leaf;
    };
    StableSort(refs, before);
    std::vector<uint64_t> shared;  // by leaf
    uint64_t end = 0;
    for (size_t r = 0; r < refs.size(); ++r) {
      const Ref& ref = refs[r];
      const uint64_t ref_end = CheckedAdd(ref.offset, ref.length).value_or(~uint64_t{0});
      if (r == 0 || refs[r - 1].file != ref.file) end = 0;
      if (ref.offset < end) {
        shared.resize(item.leaves.size());
        const uint64_t nbytes = item.leaves[ref.leaf].metadata.chunk_nbytes;
        shared[ref.leaf] = CheckedAdd(shared[ref.leaf], nbytes).value_or(~uint64_t{0});
      }
      end = std::max(end, ref_end);
    }
    for (size_t l = 0; l < item.leaves.size(); ++l) {
      LeafPlan& leaf = item.leaves[l];
      const uint64_t left = context_.options.max_fill - filled_;
      leaf.max_unbacked = left;
      if (shared.empty() || shared[l] == 0) continue;
      if (shared[l] <= left) {
        filled_ += shared[l];
        continue;
      }
      Finding f(Code::kLimit);
      f.expected = AtMostBytes(context_.options.max_fill);
      f.actual = ByteCount(shared[l]) + " more";
      f.message =
          "too many chunks share stored bytes with others, so too much content has none of its "
          "own; raise --max-fill if that is right";
      Refuse(item, leaf, std::move(f));
    }
  }

  Context& context_;
  Scan& scan_;
  // Our own choice. An array looks at all keys that begin with its name, and few keys begin with
  // the names of two arrays.
  static constexpr uint64_t kMinLooks = 1 << 18, kLooksOfKey = 64, kGlancesOfLook = 16;
  static constexpr size_t kDigitsOfIndex = 20;

  uint64_t filled_ = 0;
  std::vector<uint8_t> claimed_, leaf_of_;  // by entry of the store
  uint64_t looks_ = 0, max_looks_ = 0;
};

}  // namespace

void AssignChunks(Context& context) {
  for (Scan& scan : context.scans) {
    Assigner assigner(context, scan);
    for (ItemScan& item : scan.items)
      if (!item.failed) assigner.Item(item);
    FindUnknownFiles(context, scan);
  }
}

void MarkCoverage(Scan& scan) {
  for (const ItemScan& item : scan.items) {
    for (const LeafPlan& leaf : item.leaves) {
      const ByteClass c =
          leaf.state == LeafPlan::State::kRead ? ByteClass::kLeaf : ByteClass::kUnread;
      for (const content::ChunkRef& chunk : leaf.chunks)
        if (chunk.file != content::kInlineChunk)
          scan.coverage.Mark(chunk.file, chunk.offset, chunk.length, c);
      if (leaf.raw_file) scan.coverage.MarkAll(*leaf.raw_file, c);
    }
  }
}

}  // namespace leafsum::plan
