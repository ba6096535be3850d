// Stage 4: the leaves' content. Hands out jobs, largest leaf first and small ones together, and
// takes results.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "evidence/lockfile.h"
#include "plan/stage.h"
#include "verify/array_task.h"
#include "verify/leaf_split.h"

namespace leafsum::verify {

class HashStage : public plan::Stage {
 public:
  // `expected`: evidence whose stored digests spare the decoding; null where all is decoded.
  HashStage(plan::Context& context, const evidence::Lockfile* expected);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;

  uint64_t leaves_done() const { return leaves_done_; }
  uint64_t leaves_total() const { return leaves_total_; }
  uint64_t bytes_done() const { return bytes_done_; }
  uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct Split;
  enum class Pass { kAll, kStored, kContent };
  // A leaf, or one segment of it.
  struct Leaf {
    size_t scan, item, leaf;
    uint64_t memory;  // grant
    const evidence::LeafRecord* expected;
    uint64_t bytes;  // of content, for the order and for progress
    Pass pass = Pass::kAll;
    Split* split = nullptr;
    size_t segment = 0;
  };
  using Batch = std::vector<Leaf>;
  // A leaf that is read in segments.
  struct Split {
    Leaf leaf;
    std::vector<Segment> segments;
    content::LeafTask wants;  // without an array
    std::vector<content::LeafResult> stored,
        content;  // by segment; empty where that pass is not made
    size_t open = 0;
  };

  void Plan(const evidence::Lockfile* expected);
  bool Resume(const plan::ItemScan& item, plan::LeafPlan& leaf,
              const evidence::LeafRecord* expected) const;
  content::LeafTask WantsOf(const Leaf& leaf) const;
  // Its segments take its place in `leaves`; false where it is not split.
  bool Divide(const Leaf& leaf, std::vector<Leaf>& leaves);
  std::vector<Leaf> Segments(Split& split, Pass pass);
  content::Job MakeJob(const Batch& batch) const;
  void Take(const Leaf& leaf, const content::LeafResult& result);
  void TakeSegment(const Leaf& leaf, const content::LeafResult& result);
  void Settle(const Leaf& leaf, const content::LeafResult& result);
  void Unreadable(const Leaf& leaf, const std::string& why);

  std::vector<std::unique_ptr<Split>> splits_;
  std::vector<Batch> queue_;        // the last one is the next
  std::map<uint64_t, Batch> open_;  // by tag
  uint64_t next_tag_ = 1;
  uint64_t leaves_done_ = 0, leaves_total_ = 0, bytes_done_ = 0, bytes_total_ = 0;
};

// The evidence's item that an item of the source is compared with: that of its name, or the only
// one where both sides have one. Null where there is none.
const evidence::ItemRecord* EvidenceOf(const evidence::Lockfile& lock, const plan::Scan& scan,
                                       const plan::ItemScan& item);

}  // namespace leafsum::verify
