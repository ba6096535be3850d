// Hash: the content of the leaves. Hands out jobs, the largest leaf first and small ones
// together, and takes their results.
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
  // `expected`: evidence whose stored digests may make decoding unnecessary; null to decode
  // everything.
  HashStage(plan::Context& context, const evidence::Lockfile* expected);

 private:
  struct Split;
  enum class Pass { kAll, kStored, kContent };
  // A leaf, or one segment of it.
  struct Leaf {
    size_t scan, item, leaf;
    uint64_t memory;  // the grant
    const evidence::LeafRecord* expected;
    uint64_t bytes;  // of content, for order and progress
    Pass pass = Pass::kAll;
    Split* split = nullptr;
    size_t segment = 0;
  };
  // A leaf read in segments.
  struct Split {
    Leaf leaf;
    std::vector<Segment> segments;
    content::LeafTask wants;  // the task without its array
    std::vector<content::LeafResult> stored,
        content;  // by segment; empty for a pass that is not made
    size_t open = 0;
  };

  void Plan(const evidence::Lockfile* expected);
  bool Resume(const plan::ItemScan& item, plan::LeafPlan& leaf,
              const evidence::LeafRecord* expected) const;
  content::LeafTask WantsOf(const Leaf& leaf) const;
  // Replaces the leaf in leaves_ by its segments; false if it is not split.
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

// The evidence's item to compare an item of the source with: the item of the same name; if both
// sides have exactly one item, that; else null.
const evidence::ItemRecord* EvidenceOf(const evidence::Lockfile& lock, const plan::Scan& scan,
                                       const plan::ItemScan& item);

}  // namespace leafsum::verify
