// A ReadQueue as a host sees it: what AnswerAsk answers where a reader is driven without a LeafJob
// around it.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "content/read_queue.h"

namespace leafsum::test {

struct QueueMachine {
  content::ReadQueue& queue;
  std::vector<Ask> Poll(uint64_t budget) { return queue.Poll(budget); }
  MutableBytes Reserve(uint32_t id, uint64_t n) { return queue.Reserve(id, n); }
  void Commit(uint32_t id, uint64_t n) { queue.Commit(id, n); }
  void Fail(uint32_t id, Failure failure, std::string_view why) { queue.Fail(id, failure, why); }
  void Feed(uint32_t id, Bytes bytes) {
    std::copy(bytes.begin(), bytes.end(), Reserve(id, bytes.size()).begin());
    Commit(id, bytes.size());
  }
};

}  // namespace leafsum::test
