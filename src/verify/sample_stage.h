// Takes the place of hashing for `verify --sample`: draws a share of the stored chunks at random
// and reads them whole. A chunk is checked against the lockfile's digest of it or, without one, by
// decoding it. If a digest differs, the whole leaf is read, because its content decides. A leaf
// that is not a zarr array counts as one chunk.
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
  // `lock`: null to only decode chunks.
  SampleStage(plan::Context& context, const evidence::Lockfile* lock);
  // Adds the finding that makes the verdict INCOMPLETE. It says how many chunks were drawn, and how
  // likely they would have shown a change.
  std::string Finish() override;

 private:
  struct Draw {
    size_t item, leaf;
    std::vector<size_t>
        chunks;  // chunks of the leaf, ascending; many chunks are divided into several draws
    const evidence::LeafRecord* expected;  // null if the lockfile lacks the leaf
    bool whole;                            // read the leaf's content, not its chunks one by one
    bool by_digest;  // check chunks against the lockfile's `chunks`; else decode them
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
      read_whole_;  // item and leaf: a chunk differs from the locked one
  uint64_t total_chunks_ = 0, drawn_chunks_ = 0, decoded_chunks_ = 0, bytes_read_ = 0;
};

// The probability that `drawn` of `total` chunks include at least one of `changed` ones.
double ChanceToFind(uint64_t total, uint64_t drawn, uint64_t changed);

}  // namespace leafsum::verify
