// Instead of hashing, for `verify --sample`: a share of the stored chunks, drawn at random and read
// whole. A chunk is checked by the lockfile's value of it or, without that, by decoding it; where a
// value differs the whole leaf is read, for its content decides. What is no zarr array counts as
// one chunk.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "evidence/lockfile.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class SampleStage : public JobStage {
 public:
  // `lock`: null where chunks are only decoded.
  SampleStage(plan::Context& context, const evidence::Lockfile* lock);
  // Says what was drawn and what that is worth: the finding that makes the verdict INCOMPLETE.
  std::string Finish() override;

 private:
  struct Draw {
    size_t item, leaf;
    std::vector<size_t>
        chunks;  // of the leaf's, ascending; where they are many, several draws have some each
    const evidence::LeafRecord* expected;  // null where there is none
    bool whole;                            // the leaf's content, not its chunks one by one
    bool by_digest;  // the chunks by the lockfile's `chunks`; else they are decoded
  };
  struct Chunk {
    size_t item, leaf, chunk;
    uint64_t length;
  };
  void Choose(std::vector<Chunk> chunks);
  bool IsAsLocked(const Draw& draw) const;
  plan::LeafPlan& LeafOf(const Draw& draw);
  content::Job MakeJob(const Work& work) override;
  void TakeAll(const Work& work, const std::vector<content::LeafResult>& results) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;
  void Add(const Draw& draw, report::Finding finding);
  void Count(const Draw& draw);

  const evidence::Lockfile* lock_;
  std::vector<Draw> draws_;
  std::set<std::pair<size_t, size_t>>
      read_whole_;  // item and leaf, because a chunk is another one than was locked
  uint64_t total_chunks_ = 0, drawn_chunks_ = 0, decoded_chunks_ = 0, bytes_read_ = 0;
};

// Probability that `drawn` of `total` chunks hold at least one of `changed` ones.
double ChanceToFind(uint64_t total, uint64_t drawn, uint64_t changed);

}  // namespace leafsum::verify
