#include "verify/values_stage.h"

#include <algorithm>
#include <map>
#include <utility>

#include "verify/array_task.h"

namespace leafsum::verify {
namespace {

// The place of each record in its scan. Records were made from the plan's leaves, in their order.
std::map<const evidence::LeafRecord*, std::pair<size_t, size_t>> Places(const plan::Scan& scan) {
  std::map<const evidence::LeafRecord*, std::pair<size_t, size_t>> places;
  for (size_t i = 0; i < scan.items.size(); ++i)
    for (size_t l = 0; l < scan.items[i].leaves.size(); ++l)
      places.emplace(&scan.records[i].leaves[l], std::make_pair(i, l));
  return places;
}

}  // namespace

ValuesStage::ValuesStage(plan::Context& context, const evidence::Comparison& comparison)
    : JobStage(context, {"the values could not be compared: the worker gave no result",
                         "the values could not be compared: ", "comparing the values"}),
      expected_(context.options.command == report::Command::kDiff ? 0 : 1) {
  const plan::Scan &scan_a = context.scans[expected_], &scan_b = context.scans[1 - expected_];
  const auto a = Places(scan_a), b = Places(scan_b);
  for (size_t k = 0; k < comparison.leaves.size(); ++k) {
    const evidence::LeafOutcome& o = comparison.leaves[k];
    if (o.sign != evidence::Sign::kDifferent || !o.expected || !o.actual) continue;
    if (o.expected->dtype != o.actual->dtype || o.expected->shape != o.actual->shape ||
        !o.actual->shape)
      continue;
    const auto pa = a.find(o.expected), pb = b.find(o.actual);
    if (pa == a.end() || pb == b.end()) continue;
    const Pair pair{k, pa->second.first, pa->second.second, pb->second.first, pb->second.second};
    const uint64_t need = EstimateMemory(scan_a.items[pair.item_a].leaves[pair.leaf_a]) / 2 +
                          EstimateMemory(scan_b.items[pair.item_b].leaves[pair.leaf_b]) / 2;
    Push({pairs_.size(), pairs_.size() + 1, std::min(context.options.max_memory, need * 2)});
    pairs_.push_back(pair);
  }
}

content::Job ValuesStage::MakeJob(const Work& work) {
  const Pair& pair = pairs_[work.begin];
  content::Job job;
  FileIds file_ids;
  const plan::Scan &a = context_.scans[expected_], &b = context_.scans[1 - expected_];
  content::LeafTask& task = job.tasks.emplace_back();
  task.array = MakeArrayTask(a, a.items[pair.item_a], a.items[pair.item_a].leaves[pair.leaf_a],
                             job.files, file_ids);
  task.what.emplace<content::CompareTask>().other = MakeArrayTask(
      b, b.items[pair.item_b], b.items[pair.item_b].leaves[pair.leaf_b], job.files, file_ids);
  return job;
}

void ValuesStage::Unread(size_t piece, report::Finding finding) {
  plan::Scan& scan = context_.scans[1 - expected_];
  plan::ItemScan& item = scan.items[pairs_[piece].item_b];
  context_.Add(scan, item, item.leaves[pairs_[piece].leaf_b], std::move(finding));
}

void ValuesStage::Take(size_t piece, const content::LeafResult& result) {
  if (result.memory_needed != 0) return Unread(piece, TooLarge(result.memory_needed));
  if (result.difference) context_.differences.emplace(pairs_[piece].outcome, *result.difference);
}

}  // namespace leafsum::verify
