// Stage 4: the leaves' content. Hands out jobs, largest leaf first and small ones together, and
// takes results.
#pragma once

#include <memory>
#include <vector>

#include "evidence/lockfile.h"
#include "verify/array_task.h"
#include "verify/job_stage.h"
#include "verify/leaf_split.h"

namespace leafsum::verify {

class HashStage : public JobStage {
 public:
  // `expected`: evidence whose stored digests spare the decoding; null where all is decoded.
  HashStage(plan::Context& context, const evidence::Lockfile* expected);

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
  // Its segments take its place in leaves_; false where it is not split.
  bool Divide(const Leaf& leaf);
  std::vector<Leaf> Segments(Split& split, Pass pass);
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;
  void TakeSegment(const Leaf& leaf, const content::LeafResult& result);
  void Settle(const Leaf& leaf, const content::LeafResult& result);

  std::vector<std::unique_ptr<Split>> splits_;
  std::vector<Leaf> leaves_;
};

// The evidence's item that an item of the source is compared with: that of its name, or the only
// one where both sides have one. Null where there is none.
const evidence::ItemRecord* EvidenceOf(const evidence::Lockfile& lock, const plan::Scan& scan,
                                       const plan::ItemScan& item);

}  // namespace leafsum::verify
