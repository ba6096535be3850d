#include "verify/hash_stage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/sort.h"
#include "verify/chunk_runs.h"
#include "zarr/shard_index.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

constexpr uint64_t kBatchBytes = 4 << 20;  // small leaves travel together up to this
constexpr size_t kBatchLeaves = 256;
constexpr uint64_t kSlotMemory = 1 << 20;  // one of many: a 512 KiB window and small pieces
constexpr uint64_t kLeastGrant = 1 << 20;

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

uint64_t EstimateMemory(const LeafPlan& leaf) {
  if (!leaf.in_zarr) return kStreamMemory;
  const zarr::ArrayMetadata& m = leaf.metadata;
  const zarr::ChunkLevel inner = zarr::ChunkLevels(m).back();
  const ChunkRuns runs(m.shape, inner.shape, m.type.itemsize);
  uint64_t each = runs.slots() == 1 ? 0 : kSlotMemory;
  if (!inner.transpose.empty()) each += CheckedProduct(inner.shape).value_or(0) * m.type.itemsize;
  return CheckedAdd(kStreamMemory, CheckedMul(each, runs.slots()).value_or(~uint64_t{0}))
      .value_or(~uint64_t{0});
}

ArrayTask MakeArrayTask(const Scan& scan, const ItemScan& item, const LeafPlan& leaf,
                        std::vector<std::string>& job_files,
                        std::map<std::pair<uint32_t, uint32_t>, uint32_t>& file_ids) {
  auto job_file = [&](uint32_t file) {
    auto [it, is_new] = file_ids.emplace(std::make_pair(scan.source, file),
                                         static_cast<uint32_t>(job_files.size()));
    if (is_new) job_files.push_back(scan.files.path(file));
    return it->second;
  };
  ArrayTask task;
  task.source = scan.source;
  if (!leaf.in_zarr) {
    // Values of a msgpack tree have a type, other files are bytes.
    task.metadata = leaf.record.shape ? leaf.metadata : RawMetadata(leaf.record.nbytes);
    if (leaf.record.nbytes == 0) return task;
    if (!leaf.chunks.empty()) {
      task.chunks = leaf.chunks;
      for (ChunkRef& chunk : task.chunks) chunk.file = job_file(chunk.file);
    } else if (leaf.raw_file) {
      task.chunks.push_back({0, job_file(*leaf.raw_file), 0, leaf.record.nbytes});
    } else {
      task.inline_bytes = leaf.raw;
      task.chunks.push_back({0, kInlineChunk, 0, leaf.record.nbytes});
    }
    return task;
  }
  task.metadata = leaf.metadata;
  task.key_prefix = orbax::KeyPrefix(leaf.param_name);
  const std::string_view key = item.store.entries()[leaf.document_entry].key;
  task.document_name = key.ends_with("zarr.json") ? "zarr.json" : ".zarray";
  task.document = leaf.document;
  task.chunks = leaf.chunks;
  for (ChunkRef& chunk : task.chunks) {
    if (chunk.file != kInlineChunk) {
      chunk.file = job_file(chunk.file);
      continue;
    }
    const Bytes bytes = item.store.InlineValue({kvstore::kInlineFile, chunk.offset, chunk.length});
    chunk.offset = task.inline_bytes.size();
    task.inline_bytes.insert(task.inline_bytes.end(), bytes.begin(), bytes.end());
  }
  return task;
}

const ItemRecord* EvidenceOf(const Lockfile& lock, const Scan& scan, const ItemScan& item) {
  const ItemRecord* found = nullptr;
  for (const ItemRecord& record : lock.items)
    if (record.name == item.item.name) found = &record;
  if (!found && lock.items.size() == 1 && scan.items.size() == 1) found = &lock.items[0];
  return found;
}

HashStage::HashStage(Context& context, const Lockfile* expected) : Stage(context) {
  Plan(expected);
}

void HashStage::Plan(const Lockfile* expected) {
  const uint64_t budget = context_.options.max_memory;
  std::vector<Leaf> leaves;
  for (size_t s = 0; s < context_.scans.size(); ++s) {
    Scan& scan = context_.scans[s];
    for (size_t i = 0; i < scan.items.size(); ++i) {
      ItemScan& item = scan.items[i];
      // The evidence's leaves of this item, in the plan's order: both are sorted by key path.
      const ItemRecord* evidence = expected && s == 0 ? EvidenceOf(*expected, scan, item) : nullptr;
      size_t e = 0;
      for (size_t l = 0; l < item.leaves.size(); ++l) {
        LeafPlan& leaf = item.leaves[l];
        if (leaf.state != LeafPlan::State::kPlanned) continue;
        const LeafRecord* record = nullptr;
        if (evidence) {
          const auto& records = evidence->leaves;
          while (e < records.size() &&
                 orbax::KeyPathLess(records[e].key_path, leaf.record.key_path))
            ++e;
          if (e < records.size() && records[e].key_path == leaf.record.key_path)
            record = &records[e];
        }
        if (Resume(item, leaf, record)) continue;
        leaves.push_back(
            {s, i, l, std::min(std::max(EstimateMemory(leaf), kLeastGrant), budget), record});
        bytes_total_ += leaf.record.nbytes;
        ++leaves_total_;
      }
    }
  }
  auto nbytes = [&](const Leaf& l) {
    return context_.scans[l.scan].items[l.item].leaves[l.leaf].record.nbytes;
  };
  StableSort(leaves, [&](const Leaf& a, const Leaf& b) { return nbytes(a) > nbytes(b); });
  Batch batch;
  uint64_t bytes = 0;
  for (const Leaf& leaf : leaves) {
    if (!batch.empty() && (bytes + nbytes(leaf) > kBatchBytes || batch.size() == kBatchLeaves)) {
      queue_.push_back(std::move(batch));
      batch.clear();
      bytes = 0;
    }
    bytes += nbytes(leaf);
    batch.push_back(leaf);
  }
  if (!batch.empty()) queue_.push_back(std::move(batch));
}

// What an earlier run found equal to this record and nothing has touched since (`--resume`).
bool HashStage::Resume(const ItemScan& item, LeafPlan& leaf, const LeafRecord* expected) const {
  const Options& o = context_.options;
  if (!expected || !expected->blake3 || (o.sha256 && !expected->sha256) ||
      !std::binary_search(o.resumed.begin(), o.resumed.end(),
                          std::make_pair(item.item.name, leaf.record.key_path)))
    return false;
  leaf.state = LeafPlan::State::kRead;
  leaf.record.blake3 = expected->blake3;
  leaf.record.sha256 = o.sha256 ? expected->sha256 : std::nullopt;
  leaf.record.blocks = expected->blocks;
  context_.equal.emplace_back(item.item.name, leaf.record.key_path);
  return true;
}

Job HashStage::MakeJob(const Batch& batch) const {
  const Options& o = context_.options;
  Job job;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> file_ids;
  for (const Leaf& l : batch) {
    const Scan& scan = context_.scans[l.scan];
    const ItemScan& item = scan.items[l.item];
    const LeafPlan& leaf = item.leaves[l.leaf];
    job.memory = std::max(job.memory, l.memory);
    LeafTask task;
    task.leaf = static_cast<uint32_t>(job.tasks.size());
    task.sha256 = o.sha256 || (l.expected && l.expected->sha256 && o.deep);
    task.array = MakeArrayTask(scan, item, leaf, job.files, file_ids);
    if (leaf.in_zarr) {
      const bool locking = o.command == report::Command::kLock;
      // SHA-256 of the content cannot be had without the content.
      if (l.expected && l.expected->stored && !o.deep && !o.sha256)
        task.expected_stored = l.expected->stored;
      task.stored = (locking && (o.stored || o.chunks)) || task.expected_stored.has_value();
      task.chunk_digests = locking && o.chunks;
    }
    job.tasks.push_back(std::move(task));
  }
  return job;
}

bool HashStage::Supply(PendingAsks& asks) {
  if (queue_.empty()) return false;
  Batch batch = std::move(queue_.front());
  queue_.pop_front();
  const Job job = MakeJob(batch);
  Ask ask;
  ask.kind = AskKind::kJob;
  ask.cost = job.memory;
  ask.input = Serialize(job);
  ask.rare_codecs = HasRareCodec(job);
  ask.cost = std::min(context_.options.max_memory, job.memory + ask.input.size());
  open_.emplace(next_tag_, std::move(batch));
  asks.Want(std::move(ask), next_tag_++);
  return true;
}

void HashStage::Unreadable(const Leaf& l, const std::string& why) {
  Scan& scan = context_.scans[l.scan];
  ItemScan& item = scan.items[l.item];
  item.leaves[l.leaf].state = LeafPlan::State::kNotRead;
  context_.Add(scan, item, item.leaves[l.leaf], MakeFinding(Code::kUnreadable, why));
}

void HashStage::Answer(uint64_t tag, Bytes bytes) {
  const auto node = open_.extract(tag);
  const Batch& batch = node.mapped();
  const auto results = ParseResults(bytes);
  std::vector<uint8_t> seen(batch.size());
  if (results) {
    for (const LeafResult& result : *results) {
      if (result.leaf >= batch.size() || seen[result.leaf]) continue;
      seen[result.leaf] = true;
      Take(batch[result.leaf], result);
    }
  }
  for (size_t i = 0; i < batch.size(); ++i)
    if (!seen[i])
      Unreadable(
          batch[i],
          "the worker gave no result for this leaf: this is a bug of leafsum, please report it");
}

void HashStage::Failed(uint64_t tag, Error error) {
  const auto node = open_.extract(tag);
  for (const Leaf& leaf : node.mapped()) Unreadable(leaf, "the worker failed: " + error.message);
}

void HashStage::Take(const Leaf& l, const LeafResult& result) {
  Scan& scan = context_.scans[l.scan];
  ItemScan& item = scan.items[l.item];
  LeafPlan& leaf = item.leaves[l.leaf];
  if (result.memory_needed > l.memory && result.memory_needed <= context_.options.max_memory) {
    Leaf again = l;
    // That is for as far as it got: later chunks may need more, so few rounds are better than tight
    // ones.
    again.memory =
        std::min(context_.options.max_memory, std::max(result.memory_needed, 2 * l.memory));
    queue_.push_front({again});
    return;
  }
  ++leaves_done_;
  bytes_done_ += leaf.record.nbytes;
  if (result.memory_needed != 0) {
    leaf.state = LeafPlan::State::kNotRead;
    Finding f(Code::kLimit);
    f.expected = "at most " + std::to_string(context_.options.max_memory) + " bytes";
    f.actual = std::to_string(result.memory_needed) + " bytes";
    f.message =
        "reading this leaf takes " + MiB(result.memory_needed) + " of memory; raise --max-memory";
    context_.Add(scan, item, leaf, std::move(f));
    return;
  }
  for (Finding finding : result.findings) {
    leaf.own_finding = true;
    context_.Add(scan, item, leaf, std::move(finding));
  }
  if (!result.complete) {
    leaf.state = LeafPlan::State::kNotRead;
    return;
  }
  leaf.state = LeafPlan::State::kRead;
  LeafRecord& record = leaf.record;
  record.stored = result.stored;
  if (result.stored_matched) {
    // Equal bytes decode to equal content: the evidence's digests are this leaf's, if they are of
    // this shape.
    record.blake3 = l.expected->blake3;
    record.blocks = l.expected->blocks;
  } else {
    record.blake3 = result.blake3;
    record.sha256 = result.sha256;
    record.blocks = result.blocks;
    record.chunks = result.chunks;
  }
  // By every digest that the comparison looks at: a later run may take this for granted (`--resume`).
  const bool sha256_too =
      !context_.options.sha256 || (l.expected && record.sha256 == l.expected->sha256);
  if (l.expected && record.blake3 == l.expected->blake3 && sha256_too && result.findings.empty())
    context_.equal.emplace_back(item.item.name, record.key_path);
}

}  // namespace leafsum::verify
