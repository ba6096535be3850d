#include "verify/values_stage.h"

#include <algorithm>

#include "verify/array_task.h"

namespace leafsum::verify {
namespace {

// Where a record lies in its scan: records were made of the plan's leaves, in their order.
std::map<const evidence::LeafRecord*, std::pair<size_t, size_t>> Places(const plan::Scan& scan) {
  std::map<const evidence::LeafRecord*, std::pair<size_t, size_t>> places;
  for (size_t i = 0; i < scan.items.size(); ++i)
    for (size_t l = 0; l < scan.items[i].leaves.size(); ++l)
      places.emplace(&scan.records[i].leaves[l], std::make_pair(i, l));
  return places;
}

}  // namespace

ValuesStage::ValuesStage(plan::Context& context, const evidence::Comparison& comparison)
    : plan::Stage(context), expected_(context.options.command == report::Command::kDiff ? 0 : 1) {
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
    Pair pair{k, pa->second.first, pa->second.second, pb->second.first, pb->second.second, 0};
    const uint64_t need = EstimateMemory(scan_a.items[pair.item_a].leaves[pair.leaf_a]) / 2 +
                          EstimateMemory(scan_b.items[pair.item_b].leaves[pair.leaf_b]) / 2;
    pair.memory = std::min(context.options.max_memory, need * 2);
    queue_.push_back(pair);
  }
}

bool ValuesStage::Supply(PendingAsks& asks) {
  if (queue_.empty()) return false;
  const Pair pair = queue_.front();
  queue_.pop_front();
  content::Job job;
  job.memory = pair.memory;
  FileIds file_ids;
  const plan::Scan &a = context_.scans[expected_], &b = context_.scans[1 - expected_];
  content::LeafTask task;
  task.array = MakeArrayTask(a, a.items[pair.item_a], a.items[pair.item_a].leaves[pair.leaf_a],
                             job.files, file_ids);
  task.other.push_back(MakeArrayTask(
      b, b.items[pair.item_b], b.items[pair.item_b].leaves[pair.leaf_b], job.files, file_ids));
  job.tasks.push_back(std::move(task));
  open_.emplace(next_tag_, pair);
  asks.Want(AskFor(job), next_tag_++);
  return true;
}

void ValuesStage::Unreadable(const Pair& pair, report::Code code, const std::string& why) {
  plan::Scan& scan = context_.scans[1 - expected_];
  plan::ItemScan& item = scan.items[pair.item_b];
  context_.Add(scan, item, item.leaves[pair.leaf_b], plan::MakeFinding(code, why));
}

void ValuesStage::Answer(uint64_t tag, Bytes bytes) {
  Pair pair = open_.extract(tag).mapped();
  const auto results = content::ParseResults(bytes);
  if (!results || results->size() != 1)
    return Unreadable(pair, report::Code::kUnreadable,
                      "the values could not be compared: the worker gave no result");
  const content::LeafResult& result = (*results)[0];
  if (const auto memory =
          content::LargerGrant(pair.memory, result.memory_needed, context_.options.max_memory)) {
    pair.memory = *memory;
    queue_.push_front(pair);
    return;
  }
  if (result.memory_needed != 0)
    return Unreadable(pair, report::Code::kLimit,
                      "comparing the values takes " + plan::MiB(result.memory_needed) +
                          " of memory; raise --max-memory");
  if (result.difference) differences_.emplace(pair.outcome, *result.difference);
}

void ValuesStage::Failed(uint64_t tag, Error error) {
  Unreadable(open_.extract(tag).mapped(), report::Code::kUnreadable,
             "the values could not be compared: " + error.message);
}

}  // namespace leafsum::verify
