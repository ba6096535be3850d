// The queue between a stage that wants bytes and the host that gets them.
//
// Asks leave in the order in which they were wanted, as long as what is open and not yet answered
// stays within the budget; while nothing is open one always leaves, whatever it costs.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "io/ask.h"

namespace leafsum {

class PendingAsks {
 public:
  // Queues an ask and gives its id. `tag` comes back with the answer.
  uint32_t Want(Ask ask, uint64_t tag);
  std::vector<Ask> Poll(uint64_t budget);
  // The tag of an open ask, which is closed by this; nothing for an id that is not open.
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
