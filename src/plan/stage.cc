#include "plan/stage.h"

namespace leafsum::plan {

Ask Stage::AskFor(content::Job& job) const {
  const Options& o = context_.options;
  Ask ask = content::JobAsk(job, o.max_memory, static_cast<bool>(context_.sha256));
  // A job that leaves the host less than its share is not read ahead.
  if (o.read_ahead && ask.cost <= o.max_memory - o.max_memory * 3 / 8)
    ask.values = content::ValuesOf(job);
  return ask;
}

bool ReadingStage::Supply(PendingAsks& asks) {
  if (wanted_.empty()) return false;
  ++open_;
  asks.Want(std::move(wanted_.front().first), wanted_.front().second);
  wanted_.pop_front();
  return true;
}

void ReadingStage::WantFile(const Scan& scan, const std::string& path, uint64_t limit,
                            uint64_t tag) {
  Ask ask;
  ask.source = scan.source;
  ask.path = path;
  ask.limit = limit;
  ask.cost = scan.SizeOf(path).value_or(limit);
  wanted_.emplace_back(std::move(ask), tag);
}

void ReadingStage::WantSize(const Scan& scan, const std::string& path, uint64_t whole,
                            uint64_t tag) {
  Ask ask;
  ask.kind = AskKind::kSize;
  ask.source = scan.source;
  ask.path = path;
  ask.limit = whole;
  ask.cost = 8;
  wanted_.emplace_back(std::move(ask), tag);
}

void ReadingStage::WantRange(const Scan& scan, const std::string& path, uint64_t offset,
                             uint64_t length, uint64_t tag) {
  Ask ask;
  ask.source = scan.source;
  ask.path = path;
  ask.range = ByteRange{offset, length};
  wanted_.emplace_back(std::move(ask), tag);
}

}  // namespace leafsum::plan
