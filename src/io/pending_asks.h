// The queue between a stage that wants bytes and the host that gets them.
//
// Asks leave in the order in which they were queued, as long as the cost of the open, unanswered
// asks stays within the budget. While none is open, one may always leave, whatever it costs.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "io/ask.h"

namespace leafsum {

class PendingAsks {
 public:
  // Queues an ask and returns its id. `tag` comes back with the answer.
  uint32_t Want(Ask ask, uint64_t tag);
  std::vector<Ask> Poll(uint64_t budget);
  // Closes an open ask and returns its tag; nothing if no ask of that id is open.
  std::optional<uint64_t> Close(uint32_t id);
  bool has_queued() const { return !queued_.empty(); }
  bool empty() const { return queued_.empty() && open_.empty(); }
  uint64_t open_cost() const { return open_cost_; }

 private:
  struct Open {
    uint64_t tag;
    uint64_t cost;
  };
  std::deque<std::pair<Ask, uint64_t>> queued_;
  std::unordered_map<uint32_t, Open> open_;
  uint64_t open_cost_ = 0;
  uint32_t next_id_ = 1;
};

}  // namespace leafsum
