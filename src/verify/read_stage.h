// Instead of hashing, for `cat` and `match`: reads parts of some leaves, whose content goes to the
// host's sink, and with a lockfile checks them against its blocks or, where all of a leaf is read,
// its digest.
#pragma once

#include <deque>
#include <map>

#include "evidence/lockfile.h"
#include "plan/stage.h"

namespace leafsum::verify {

class ReadStage : public plan::Stage {
 public:
  // `lock`: null where nothing is compared. Parts are numbered through, request by request: these
  // are the sink's task numbers.
  ReadStage(plan::Context& context, const evidence::Lockfile* lock);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;

  // Leaves that were asked for and could not be read whole.
  uint64_t not_read() const { return not_read_; }

 private:
  struct Part {
    uint32_t number;
    size_t item, leaf;
    const plan::ReadPart* part;
    const evidence::LeafRecord* expected;  // null where nothing is compared
    uint64_t memory;
  };
  void Plan(const plan::ReadRequest& request, const evidence::Lockfile* lock,
            uint32_t first_number);
  const evidence::LeafRecord* Expected(const plan::ItemScan& item, plan::LeafPlan& leaf,
                                       const evidence::Lockfile& lock);
  void Check(const Part& part, const content::LeafResult& result);
  void Add(const Part& part, report::Finding finding);
  void Unread(const Part& part);

  std::deque<Part> queue_;
  std::map<uint64_t, Part> open_;
  uint64_t next_tag_ = 1;
  uint64_t not_read_ = 0;
};

}  // namespace leafsum::verify
