#include "verify/array_task.h"

#include <algorithm>

#include "base/checked.h"
#include "content/chunk_runs.h"
#include "zarr/shard_index.h"

namespace leafsum::verify {
namespace {

constexpr uint64_t kSlotMemory =
    1 << 20;  // for one of many chunks: a 512 KiB window and small pieces

}  // namespace

zarr::ArrayMetadata RawMetadata(uint64_t nbytes) {
  zarr::ArrayMetadata m;
  m.shape = {nbytes};
  m.chunk_shape = {std::max<uint64_t>(nbytes, 1)};
  m.type.name = "uint8";
  m.fill_value = {0};
  m.nbytes = nbytes;
  m.chunk_nbytes = m.chunk_shape[0];
  return m;
}

uint64_t EstimateMemory(const plan::LeafPlan& leaf) {
  if (!leaf.in_zarr) return kStreamMemory;
  const zarr::ArrayMetadata& m = leaf.metadata;
  const zarr::ChunkLevel inner = zarr::ChunkLevels(m).back();
  const content::ChunkRuns runs(m.shape, inner.shape, m.type.itemsize);
  uint64_t each = runs.slots() == 1 ? 0 : kSlotMemory;
  if (!inner.transpose.empty()) each += CheckedProduct(inner.shape).value_or(0) * m.type.itemsize;
  return CheckedAdd(kStreamMemory, CheckedMul(each, runs.slots()).value_or(~uint64_t{0}))
      .value_or(~uint64_t{0});
}

uint64_t FirstGrant(const plan::LeafPlan& leaf, uint64_t budget) {
  const uint64_t estimate = EstimateMemory(leaf);
  // A leaf that seems to need too much is read in parts, and the job then says how much it needs.
  // Until then other jobs can run beside it.
  return std::min(budget, estimate > budget ? kStreamMemory : estimate);
}

content::ArrayTask MakeArrayTask(const plan::Scan& scan, const plan::ItemScan& item,
                                 const plan::LeafPlan& leaf, std::vector<std::string>& job_files,
                                 FileIds& file_ids, std::span<const content::ChunkRef> chunks) {
  auto job_file = [&](uint32_t file) {
    auto [it, is_new] = file_ids.emplace(std::make_pair(scan.source, file),
                                         static_cast<uint32_t>(job_files.size()));
    if (is_new) job_files.emplace_back(scan.files.path(file));
    return it->second;
  };
  content::ArrayTask task;
  task.source = scan.source;
  if (!leaf.in_zarr) {
    // Values of a msgpack tree have a type; other files are plain bytes.
    task.metadata = leaf.record.shape ? leaf.metadata : RawMetadata(leaf.record.nbytes);
    if (leaf.record.nbytes == 0) return task;
    if (!leaf.chunks.empty()) {
      task.chunks = leaf.chunks;
      for (content::ChunkRef& chunk : task.chunks) chunk.file = job_file(chunk.file);
    } else if (leaf.raw_file) {
      task.chunks.push_back({0, job_file(*leaf.raw_file), 0, leaf.record.nbytes});
    } else {
      task.inline_bytes = leaf.raw;
      task.chunks.push_back({0, content::kInlineChunk, 0, leaf.record.nbytes});
    }
    return task;
  }
  task.metadata = leaf.metadata;
  task.max_unbacked = leaf.max_unbacked;
  task.key_prefix = orbax::KeyPrefix(leaf.param_name);
  const std::string_view key = item.store.entries()[leaf.document_entry].key;
  task.document_name = key.ends_with("zarr.json") ? "zarr.json" : ".zarray";
  task.document = leaf.document;
  task.chunks.assign(chunks.begin(), chunks.end());
  for (content::ChunkRef& chunk : task.chunks) {
    if (chunk.file != content::kInlineChunk) {
      chunk.file = job_file(chunk.file);
      continue;
    }
    const Bytes bytes = item.store.InlineValue({kvstore::kInlineFile, chunk.offset, chunk.length});
    chunk.offset = task.inline_bytes.size();
    task.inline_bytes.insert(task.inline_bytes.end(), bytes.begin(), bytes.end());
  }
  return task;
}

}  // namespace leafsum::verify
