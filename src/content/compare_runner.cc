#include "content/compare_runner.h"

#include <algorithm>

namespace leafsum::content {

CompareRunner::CompareRunner(const LeafTask& task, const CompareTask& what, const Means& means)
    : LeafRunner(task, means), comparer_(task.array.metadata.type) {
  sides_[0].reader = means.Open(task.array, 2, nullptr);
  sides_[1].reader = means.Open(what.other, 2, nullptr);
}

// Fills `side` with at least one element, unless its content has ended. kOver: the task has ended.
CompareRunner::Filled CompareRunner::Fill(Side& side) {
  while (side.rest.size() < array_.metadata.type.itemsize) {
    Bytes bytes;
    switch (side.reader->Next(bytes)) {
      case ReadState::kBytes:
        side.rest.insert(side.rest.end(), bytes.begin(), bytes.end());
        break;
      case ReadState::kBlocked:
        return Filled::kBlocked;
      case ReadState::kFailed:
        Fail(side.reader->failure());
        return Filled::kOver;
      case ReadState::kNeedsMemory:
        result_.memory_needed = side.reader->memory_needed() * 2;
        return Filled::kOver;
      case ReadState::kDone:
        return Filled::kYes;
    }
  }
  return Filled::kYes;
}

// Each side gives pieces of its own sizes, which may cut elements. The shorter piece decides how
// far both are compared.
bool CompareRunner::Run() {
  ByteVector &a = sides_[0].rest, &b = sides_[1].rest;
  for (;;) {
    for (Side& side : sides_)
      if (const Filled filled = Fill(side); filled != Filled::kYes) return filled == Filled::kOver;
    size_t n = std::min(a.size(), b.size());
    n -= n % array_.metadata.type.itemsize;
    if (n == 0) break;  // one side has ended; shapes are equal, so both have
    comparer_.Update(Bytes(a).first(n), Bytes(b).first(n));
    const bool pause = Went(n);
    a.erase(a.begin(), a.begin() + static_cast<ptrdiff_t>(n));
    b.erase(b.begin(), b.begin() + static_cast<ptrdiff_t>(n));
    if (pause) return false;
  }
  result_.difference = comparer_.Finish();
  result_.complete = true;
  return true;
}

}  // namespace leafsum::content
