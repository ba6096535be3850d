#include "verify/stage.h"

namespace leafsum::verify {

Ask Stage::AskFor(Job& job) const {
  Ask ask = JobAsk(job, context_.options.max_memory);
  if (context_.options.read_ahead) ask.values = ValuesOf(job);
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

}  // namespace leafsum::verify
