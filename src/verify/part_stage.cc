#include "verify/part_stage.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"
#include "content/kept_chunks.h"
#include "evidence/compare.h"
#include "evidence/fingerprint.h"
#include "hash/blake3.h"
#include "verify/array_task.h"
#include "verify/hash_stage.h"

namespace leafsum::verify {

using report::Code;
using report::Finding;

namespace {

bool IsPlanned(const plan::ReadRequest& request, const plan::LeafPlan& leaf) {
  const evidence::LeafRecord& r = leaf.record;
  const bool chunked = leaf.in_zarr && r.shape;
  return request.dtype == r.dtype && request.nbytes == r.nbytes && request.shape == r.shape &&
         request.chunk_shape == (chunked ? std::optional(leaf.metadata.chunk_shape) : std::nullopt);
}

}  // namespace

PartStage::PartStage(plan::Context& context, const evidence::Lockfile* lock)
    : JobStage(context, {"the worker gave no result for this leaf",
                         "the worker failed: ", "reading this leaf"}) {
  uint32_t number = 0;
  for (const plan::ReadRequest& request : context.options.reads) {
    Plan(request, lock, number);
    number += static_cast<uint32_t>(request.parts.size());
  }
}

void PartStage::Plan(const plan::ReadRequest& request, const evidence::Lockfile* lock,
                     uint32_t number) {
  plan::Scan& scan = context_.scans[0];
  for (size_t i = 0; i < scan.items.size(); ++i) {
    plan::ItemScan& item = scan.items[i];
    if (item.item.name != request.item) continue;
    for (size_t l = 0; l < item.leaves.size(); ++l) {
      plan::LeafPlan& leaf = item.leaves[l];
      if (leaf.record.key_path != request.key_path) continue;
      if (leaf.state == plan::LeafPlan::State::kNotRead)
        ++context_.reads_missed;  // a finding says why
      if (leaf.state != plan::LeafPlan::State::kPlanned) return;
      if (!IsPlanned(request, leaf)) {
        Finding f = plan::MakeFinding(Code::kChangedDuringRead,
                                      "the leaf changed after its parts were chosen: run again");
        f.expected = Text(request.dtype, ' ', ByteCount(request.nbytes));
        f.actual = Text(leaf.record.dtype, ' ', ByteCount(leaf.record.nbytes));
        context_.Add(scan, item, leaf, std::move(f));
        leaf.state = plan::LeafPlan::State::kNotRead;
        ++context_.reads_missed;
        return;
      }
      const evidence::LeafRecord* expected = lock ? Expected(item, leaf, *lock) : nullptr;
      if (lock && !expected) return;
      leaf.state = plan::LeafPlan::State::kRead;
      const uint64_t memory = FirstGrant(leaf, context_.options.max_memory);
      for (const plan::ReadPart& part : request.parts) {
        Push({parts_.size(), parts_.size() + 1, memory});
        parts_.push_back({number++, i, l, &part, expected});
      }
      return;
    }
  }
  ++context_.reads_missed;
  Finding f = plan::MakeFinding(Code::kMissingLeaf, "asked for but missing");
  f.item = request.item;
  f.key_path = request.key_path;
  context_.findings.Add(std::move(f));
}

// The lockfile's record of the leaf; null, with a finding, if it has none or a leaf of another
// kind.
const evidence::LeafRecord* PartStage::Expected(const plan::ItemScan& item, plan::LeafPlan& leaf,
                                                const evidence::Lockfile& lock) {
  const plan::Scan& scan = context_.scans[0];
  // Compared as in `verify`, except for the digests, which are not known yet.
  std::vector<evidence::ItemRecord> actual(1);
  actual[0].name = item.item.name;
  actual[0].leaves.push_back(leaf.record);
  const evidence::ItemRecord* evidence = EvidenceOf(lock, scan, item);
  std::vector<evidence::ItemRecord> expected(1);
  expected[0].name = item.item.name;
  const evidence::LeafRecord* found = nullptr;
  if (evidence)
    for (const evidence::LeafRecord& record : evidence->leaves)
      if (record.key_path == leaf.record.key_path) found = &record;
  if (found) expected[0].leaves.push_back(*found);
  const evidence::Comparison comparison =
      evidence::Compare({&expected, true, {}}, {&actual, true, {}}, {}, context_.findings);
  const bool same = found && comparison.counts.not_read == 1;
  if (!same) {
    leaf.state = plan::LeafPlan::State::kNotRead;
    ++context_.reads_missed;
  }
  return same ? found : nullptr;
}

content::Job PartStage::MakeJob(const Work& work) {
  const Part& part = parts_[work.begin];
  const plan::Scan& scan = context_.scans[0];
  const plan::ItemScan& item = scan.items[part.item];
  const plan::LeafPlan& leaf = item.leaves[part.leaf];
  content::Job job;
  FileIds file_ids;
  content::LeafTask task;
  task.leaf = part.number;
  task.array = MakeArrayTask(scan, item, leaf, job.files, file_ids);
  if (!part.part->chunks.empty() && !content::KeepChunks(task.array, part.part->chunks)) {
    Unread(work.begin, plan::MakeFinding(Code::kSkipped, "no such chunks of the array"));
    return job;
  }
  content::ContentPart& stretch = task.content()->part.emplace();
  stretch.skip = part.part->skip;
  stretch.take = part.part->take;
  stretch.hand_out = true;
  if (part.part->begin) {
    stretch.begin = *part.part->begin;
    stretch.whole = leaf.record.nbytes;
  }
  job.tasks.push_back(std::move(task));
  return job;
}

void PartStage::Take(size_t piece, const content::LeafResult& result) {
  const Part& part = parts_[piece];
  if (result.memory_needed != 0) Add(part, TooLarge(result.memory_needed));
  for (const Finding& finding : result.findings) Add(part, finding);
  if (!result.complete) return NotRead(part);
  if (part.expected) Check(part, result);
}

void PartStage::Unread(size_t piece, Finding finding) {
  Add(parts_[piece], std::move(finding));
  NotRead(parts_[piece]);
}

// Compares a part that was read with what was locked. A part that cannot be compared is a gap.
void PartStage::Check(const Part& part, const content::LeafResult& result) {
  const evidence::LeafRecord& expected = *part.expected;
  const uint64_t begin = part.part->begin.value_or(0);
  if (result.blake3) {
    if (result.blake3 == expected.blake3) return;
    Finding f = plan::MakeFinding(Code::kDigestMismatch,
                                  "content differs from the lockfile's; it is not shown");
    f.expected = evidence::Blake3Text(*expected.blake3);
    f.actual = evidence::Blake3Text(*result.blake3);
    Add(part, std::move(f));
    return NotRead(part);
  }
  const uint64_t at = begin / hash::kBlockSize * hash::kBlockValueSize;
  const uint64_t end = begin + part.part->take;
  const bool whole_blocks =
      part.part->begin && !result.blocks.empty() &&
      at + result.blocks.size() <= expected.blocks.size() &&
      (end % hash::kBlockSize == 0 || end == expected.nbytes) &&
      result.blocks.size() / hash::kBlockValueSize == CeilDiv(part.part->take, hash::kBlockSize);
  if (!whole_blocks) {
    Add(part,
        plan::MakeFinding(Code::kSkipped, "this part cannot be checked against the lockfile"));
    return NotRead(part);
  }
  for (size_t b = 0; b < result.blocks.size(); b += hash::kBlockValueSize) {
    if (std::equal(result.blocks.begin() + static_cast<ptrdiff_t>(b),
                   result.blocks.begin() + static_cast<ptrdiff_t>(b + hash::kBlockValueSize),
                   expected.blocks.begin() + static_cast<ptrdiff_t>(at + b)))
      continue;
    const uint64_t from = begin + b / hash::kBlockValueSize * hash::kBlockSize;
    const uint64_t to = std::min(from + hash::kBlockSize, expected.nbytes);
    Add(part, plan::MakeFinding(Code::kDigestMismatch,
                                Text("content differs from the lockfile's in bytes ", from, " to ",
                                     to - 1, "; it is not shown")));
    return NotRead(part);
  }
}

void PartStage::Add(const Part& part, Finding finding) {
  plan::Scan& scan = context_.scans[0];
  plan::ItemScan& item = scan.items[part.item];
  context_.Add(scan, item, item.leaves[part.leaf], std::move(finding));
}

void PartStage::NotRead(const Part& part) {
  plan::LeafPlan& leaf = context_.scans[0].items[part.item].leaves[part.leaf];
  context_.reads_missed += leaf.state != plan::LeafPlan::State::kNotRead;
  leaf.state = plan::LeafPlan::State::kNotRead;
}

}  // namespace leafsum::verify
