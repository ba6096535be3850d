#include "verify/hash_stage.h"

#include <algorithm>

#include "base/sort.h"
#include "base/text.h"
#include "content/content_reader.h"

namespace leafsum::verify {
namespace {

using report::Finding;

constexpr size_t kBatchLeaves = 256;
constexpr uint64_t kChunkBytes =
    512;  // bytes of a job that a chunk takes: its file's path and its place

}  // namespace

const evidence::ItemRecord* EvidenceOf(const evidence::Lockfile& lock, const plan::Scan& scan,
                                       const plan::ItemScan& item) {
  const evidence::ItemRecord* found = nullptr;
  for (const evidence::ItemRecord& record : lock.items)
    if (record.name == item.item.name) found = &record;
  if (!found && lock.items.size() == 1 && scan.items.size() == 1) found = &lock.items[0];
  return found;
}

HashStage::HashStage(plan::Context& context, const evidence::Lockfile* expected)
    : JobStage(
          context,
          {"the worker gave no result for this leaf: this is a bug of leafsum, please report it",
           "the worker failed: ", "reading this leaf"}) {
  Plan(expected);
}

void HashStage::Plan(const evidence::Lockfile* expected) {
  const uint64_t budget = context_.options.max_memory;
  for (size_t s = 0; s < context_.scans.size(); ++s) {
    plan::Scan& scan = context_.scans[s];
    for (size_t i = 0; i < scan.items.size(); ++i) {
      plan::ItemScan& item = scan.items[i];
      // The evidence's leaves of this item and the plan's are both sorted by key path.
      const evidence::ItemRecord* evidence =
          expected && s == 0 ? EvidenceOf(*expected, scan, item) : nullptr;
      size_t e = 0;
      for (size_t l = 0; l < item.leaves.size(); ++l) {
        plan::LeafPlan& leaf = item.leaves[l];
        if (leaf.state != plan::LeafPlan::State::kPlanned) continue;
        const evidence::LeafRecord* record = nullptr;
        if (evidence) {
          const auto& records = evidence->leaves;
          while (e < records.size() &&
                 orbax::KeyPathLess(records[e].key_path, leaf.record.key_path))
            ++e;
          if (e < records.size() && records[e].key_path == leaf.record.key_path)
            record = &records[e];
        }
        if (Resume(item, leaf, record)) continue;
        const Leaf one{s, i, l, FirstGrant(leaf, budget), record, leaf.record.nbytes};
        if (!Divide(one)) leaves_.push_back(one);
        context_.progress.bytes_total += one.bytes;
        ++context_.progress.leaves_total;
      }
    }
  }
  if (!context_.options.in_order)
    StableSort(leaves_, [](const Leaf& a, const Leaf& b) { return a.bytes > b.bytes; });
  for (size_t i = 0; i < leaves_.size(); ++i) {
    const Leaf& leaf = leaves_[i];
    const size_t chunks =
        leaf.split ? 0 : context_.scans[leaf.scan].items[leaf.item].leaves[leaf.leaf].chunks.size();
    Gather(i, leaf.bytes + chunks * kChunkBytes, leaf.memory, kBatchLeaves);
  }
}

// Takes a leaf that an earlier run found equal to this record and whose files are unchanged
// (`--resume`).
bool HashStage::Resume(const plan::ItemScan& item, plan::LeafPlan& leaf,
                       const evidence::LeafRecord* expected) const {
  const plan::Options& o = context_.options;
  if (!expected || !expected->blake3 || (o.sha256 && !expected->sha256) ||
      !std::binary_search(o.resumed.begin(), o.resumed.end(),
                          std::make_pair(item.item.name, leaf.record.key_path)))
    return false;
  leaf.state = plan::LeafPlan::State::kRead;
  leaf.record.blake3 = expected->blake3;
  leaf.record.sha256 = o.sha256 ? expected->sha256 : std::nullopt;
  leaf.record.blocks = expected->blocks;
  context_.equal.emplace_back(item.item.name, leaf.record.key_path);
  context_.digests_believed = true;
  ++context_.resumed;
  return true;
}

// The task of a leaf, without the array.
content::LeafTask HashStage::WantsOf(const Leaf& l) const {
  const plan::Options& o = context_.options;
  content::LeafTask task;
  content::ContentTask& wants = *task.content();
  wants.sha256 = o.sha256 || (l.expected && l.expected->sha256 && o.deep);
  if (!context_.scans[l.scan].items[l.item].leaves[l.leaf].in_zarr) return task;
  const bool locking = o.command == report::Command::kLock;
  // SHA-256 of the content needs the content; an update takes it from the lockfile as it takes
  // BLAKE3.
  const bool has_sha256 =
      !o.sha256 || (o.update != plan::Update::kNo && l.expected && l.expected->sha256.has_value());
  if (l.expected && l.expected->stored && !o.deep && has_sha256)
    wants.expected_stored = l.expected->stored;
  wants.stored = (locking && (o.stored || o.chunks)) || wants.expected_stored.has_value();
  wants.chunk_digests = locking && o.chunks;
  return task;
}

bool HashStage::Divide(const Leaf& l) {
  const plan::LeafPlan& leaf = context_.scans[l.scan].items[l.item].leaves[l.leaf];
  content::LeafTask wants = WantsOf(l);
  if (!leaf.in_zarr || wants.WantsSha256()) return false;
  std::vector<Segment> segments = SplitRows(leaf.metadata, context_.options.segment);
  if (segments.empty()) return false;
  Split& split = *splits_.emplace_back(
      std::make_unique<Split>(Split{l, std::move(segments), std::move(wants), {}, {}}));
  const bool fast = split.wants.content()->expected_stored.has_value();
  const bool in_one_pass = content::ContentReader::HashesValues(leaf.metadata);
  for (const Pass pass : {Pass::kStored, Pass::kContent}) {
    if (pass == Pass::kContent ? fast : !split.wants.content()->stored || (in_one_pass && !fast))
      continue;
    for (const Leaf& segment : Segments(split, pass)) leaves_.push_back(segment);
  }
  return true;
}

std::vector<HashStage::Leaf> HashStage::Segments(Split& split, Pass pass) {
  (pass == Pass::kStored ? split.stored : split.content).resize(split.segments.size());
  std::vector<Leaf> segments(split.segments.size(), split.leaf);
  for (size_t i = 0; i < segments.size(); ++i) {
    segments[i].bytes = split.segments[i].bytes;
    segments[i].pass = pass;
    segments[i].split = &split;
    segments[i].segment = i;
  }
  split.open += segments.size();
  return segments;
}

content::Job HashStage::MakeJob(const Work& work) {
  content::Job job;
  FileIds file_ids;
  for (size_t piece = work.begin; piece < work.end; ++piece) {
    const Leaf& l = leaves_[piece];
    const plan::Scan& scan = context_.scans[l.scan];
    const plan::ItemScan& item = scan.items[l.item];
    const plan::LeafPlan& leaf = item.leaves[l.leaf];
    content::LeafTask task = l.split ? l.split->wants : WantsOf(l);
    task.leaf = static_cast<uint32_t>(job.tasks.size());
    if (l.split) {
      const Segment& segment = l.split->segments[l.segment];
      const uint64_t end = l.pass == Pass::kStored ? segment.end : segment.read_end;
      task.array = MakeArrayTask(scan, item, leaf, job.files, file_ids,
                                 ChunksOfRows(leaf.metadata, leaf.chunks, segment.begin, end));
      KeepRows(task.array, segment.begin, end);
      // The stored digest follows from the digests of all values.
      if (l.pass == Pass::kStored) {
        task.what.emplace<content::StoredTask>();
      } else {
        content::ContentTask& wants = *task.content();
        wants.expected_stored.reset();
        wants.part = segment.part;
        wants.stored = wants.chunk_digests = wants.stored && l.split->stored.empty();
      }
    } else {
      task.array = MakeArrayTask(scan, item, leaf, job.files, file_ids);
    }
    job.tasks.push_back(std::move(task));
  }
  return job;
}

void HashStage::Unread(size_t piece, Finding finding) {
  const Leaf l = leaves_[piece];
  if (l.split) {
    content::LeafResult result;
    result.findings.push_back(std::move(finding));
    return TakeSegment(l, result);
  }
  plan::Scan& scan = context_.scans[l.scan];
  plan::ItemScan& item = scan.items[l.item];
  item.leaves[l.leaf].state = plan::LeafPlan::State::kNotRead;
  context_.Add(scan, item, item.leaves[l.leaf], std::move(finding));
}

void HashStage::Take(size_t piece, const content::LeafResult& result) {
  const Leaf l = leaves_[piece];
  if (l.split) return TakeSegment(l, result);
  context_.progress.bytes_done += l.bytes;
  Settle(l, result);
}

void HashStage::TakeSegment(const Leaf& l, const content::LeafResult& result) {
  Split& split = *l.split;
  const bool fast = split.wants.content()->expected_stored.has_value();
  (l.pass == Pass::kStored ? split.stored : split.content)[l.segment] = result;
  if (fast || l.pass == Pass::kContent) context_.progress.bytes_done += l.bytes;
  if (--split.open > 0) return;

  const plan::Scan& scan = context_.scans[split.leaf.scan];
  const plan::ItemScan& item = scan.items[split.leaf.item];
  const plan::LeafPlan& leaf = item.leaves[split.leaf.leaf];
  std::vector<std::string> no_files;
  FileIds no_ids;
  const content::ArrayTask array = MakeArrayTask(scan, item, leaf, no_files, no_ids, {});
  content::LeafResult stored;
  if (!split.stored.empty()) {
    stored = MergeStored(array, leaf.chunks, split.segments, split.stored);
    if (!stored.complete) return Settle(split.leaf, stored);
    stored.stored_matched = fast && stored.stored == split.wants.content()->expected_stored;
    if (stored.stored_matched) return Settle(split.leaf, stored);
    if (split.content.empty()) {
      context_.progress.bytes_done -= split.leaf.bytes;
      for (const Leaf& segment : Segments(split, Pass::kContent)) {
        PushFirst({leaves_.size(), leaves_.size() + 1, segment.memory});
        leaves_.push_back(segment);
      }
      return;
    }
  }
  content::LeafResult whole = MergeContent(array, leaf.chunks, split.segments, split.content,
                                           split.wants.content()->stored && split.stored.empty());
  if (!split.stored.empty()) {
    whole.stored = stored.stored;
    whole.chunks = std::move(stored.chunks);
  }
  if (!split.wants.content()->chunk_digests) whole.chunks.clear();
  Settle(split.leaf, whole);
}

void HashStage::Settle(const Leaf& l, const content::LeafResult& result) {
  plan::Scan& scan = context_.scans[l.scan];
  plan::ItemScan& item = scan.items[l.item];
  plan::LeafPlan& leaf = item.leaves[l.leaf];
  ++context_.progress.leaves_done;
  if (result.memory_needed != 0) {
    leaf.state = plan::LeafPlan::State::kNotRead;
    Finding f = TooLarge(result.memory_needed);
    f.expected = AtMostBytes(context_.options.max_memory);
    f.actual = ByteCount(result.memory_needed);
    context_.Add(scan, item, leaf, std::move(f));
    return;
  }
  for (Finding finding : result.findings) {
    leaf.own_finding = true;
    context_.Add(scan, item, leaf, std::move(finding));
  }
  if (!result.complete) {
    leaf.state = plan::LeafPlan::State::kNotRead;
    return;
  }
  leaf.state = plan::LeafPlan::State::kRead;
  evidence::LeafRecord& record = leaf.record;
  record.stored = result.stored;
  if (result.stored_matched) {
    // Equal bytes decode to equal content, so the evidence's digests are this leaf's, provided that
    // dtype and shape are equal (contract §3).
    record.blake3 = l.expected->blake3;
    record.blocks = l.expected->blocks;
    context_.digests_believed = true;
    if (context_.options.update != plan::Update::kNo) {
      record.sha256 = l.expected->sha256;
      record.chunks = result.chunks;
    }
  } else {
    record.blake3 = result.blake3;
    record.sha256 = result.sha256;
    record.blocks = result.blocks;
    record.chunks = result.chunks;
  }
  // A leaf counts as equal only if all digests that the comparison looks at are equal, because a
  // later run relies on it (`--resume`).
  const bool sha256_too =
      !context_.options.sha256 || (l.expected && record.sha256 == l.expected->sha256);
  if (l.expected && record.blake3 == l.expected->blake3 && sha256_too && result.findings.empty())
    context_.equal.emplace_back(item.item.name, record.key_path);
}

}  // namespace leafsum::verify
