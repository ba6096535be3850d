#include "verify/job_stage.h"

#include <algorithm>

#include "base/text.h"
#include "verify/array_task.h"

namespace leafsum::verify {

using report::Code;

namespace {

constexpr uint64_t kBatchBytes = 4 << 20;  // small pieces share a job up to this size

}  // namespace

void JobStage::Gather(size_t piece, uint64_t bytes, uint64_t memory, size_t most, bool apart) {
  const bool full = queue_.empty() || queue_.back().end - queue_.back().begin >= most ||
                    gathered_ > kBatchBytes || bytes > kBatchBytes - gathered_;
  if (full || apart) {
    queue_.push_back({piece, piece, 0});
    gathered_ = 0;
  }
  queue_.back().end = piece + 1;
  queue_.back().memory = std::max(queue_.back().memory, memory);
  gathered_ += bytes;
}

void JobStage::AddStream(content::Job& job, uint32_t leaf, uint32_t source, uint32_t file,
                         uint64_t offset, uint64_t length) {
  content::LeafTask& task = job.tasks.emplace_back();
  task.leaf = leaf;
  task.array.source = source;
  task.array.metadata = RawMetadata(length);
  if (length > 0) task.array.chunks.push_back({0, file, offset, length});
}

bool JobStage::Supply(PendingAsks& asks) {
  if (queue_.empty()) return false;
  Work work = queue_.front();
  queue_.pop_front();
  content::Job job = MakeJob(work);
  job.memory = work.memory;
  if (job.tasks.empty()) return true;
  work.number = job.tasks[0].leaf;
  open_.emplace(next_tag_, work);
  asks.Want(AskFor(job), next_tag_++);
  return true;
}

void JobStage::Answer(uint64_t tag, Bytes bytes) {
  const Work work = open_.extract(tag).mapped();
  auto results = content::ParseResults(bytes);
  TakeAll(work, results ? *results : std::vector<content::LeafResult>());
}

void JobStage::Failed(uint64_t tag, Error error) {
  const Work work = open_.extract(tag).mapped();
  for (size_t piece = work.begin; piece < work.end; ++piece)
    Unread(piece, plan::MakeFinding(Code::kUnreadable, std::string(texts_.failed) + error.message));
}

void JobStage::TakeAll(const Work& work, const std::vector<content::LeafResult>& results) {
  std::vector<uint8_t> seen(work.end - work.begin);
  for (const content::LeafResult& result : results) {
    const size_t at = result.leaf - work.number;
    if (result.leaf < work.number || at >= seen.size() || seen[at]) continue;
    seen[at] = true;
    if (!RunsAgain(work.begin + at, work.memory, result.memory_needed))
      Take(work.begin + at, result);
  }
  for (size_t at = 0; at < seen.size(); ++at)
    if (!seen[at]) NoResult(work.begin + at);
}

bool JobStage::RunsAgain(size_t piece, uint64_t grant, uint64_t needed) {
  const auto larger = content::LargerGrant(grant, needed, context_.options.max_memory);
  if (larger) PushFirst({piece, piece + 1, *larger});
  return larger.has_value();
}

void JobStage::NoResult(size_t piece) {
  Unread(piece, plan::MakeFinding(Code::kUnreadable, texts_.no_result));
}

report::Finding JobStage::TooLarge(uint64_t needed) const {
  return plan::MakeFinding(Code::kLimit, Text(texts_.takes, " takes ", plan::MiB(needed),
                                              " of memory; raise --max-memory"));
}

}  // namespace leafsum::verify
