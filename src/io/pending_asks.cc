#include "io/pending_asks.h"

namespace leafsum {

uint32_t PendingAsks::Want(Ask ask, uint64_t tag) {
  ask.id = next_id_++;
  if (ask.cost == 0) ask.cost = ask.range ? ask.range->length : ask.input.size();
  queued_.emplace_back(std::move(ask), tag);
  return queued_.back().first.id;
}

std::vector<Ask> PendingAsks::Poll(uint64_t budget) {
  std::vector<Ask> out;
  while (!queued_.empty()) {
    auto& [ask, tag] = queued_.front();
    const bool fits = open_cost_ <= budget && ask.cost <= budget - open_cost_;
    if (!fits && !open_.empty()) break;
    open_cost_ += ask.cost;
    open_.emplace(ask.id, Open{tag, ask.cost});
    out.push_back(std::move(ask));
    queued_.pop_front();
  }
  return out;
}

std::optional<uint64_t> PendingAsks::Close(uint32_t id) {
  auto it = open_.find(id);
  if (it == open_.end()) return std::nullopt;
  const uint64_t tag = it->second.tag;
  open_cost_ -= it->second.cost;
  open_.erase(it);
  return tag;
}

}  // namespace leafsum
