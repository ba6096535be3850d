// Instead of hashing, for `verify --sample`: a share of the stored chunks, drawn at random and read
// whole. A chunk is checked by the lockfile's value of it or, without that, by decoding it; where a
// value differs the whole leaf is read, for its content decides. What is no zarr array counts as
// one chunk.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "evidence/lockfile.h"
#include "plan/stage.h"

namespace leafsum::verify {

class SampleStage : public plan::Stage {
 public:
  // `lock`: null where chunks are only decoded.
  SampleStage(plan::Context& context, const evidence::Lockfile* lock);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;
  // Says what was drawn and what that is worth: the finding that makes the verdict INCOMPLETE.
  void Finish();

 private:
  struct Draw {
    size_t item, leaf;
    std::vector<size_t>
        chunks;  // of the leaf's, ascending; where they are many, several draws have some each
    const evidence::LeafRecord* expected;  // null where there is none
    bool whole;                            // the leaf's content, not its chunks one by one
    bool by_digest;  // the chunks by the lockfile's `chunks`; else they are decoded
    uint64_t memory;
  };
  struct Chunk {
    size_t item, leaf, chunk;
    uint64_t length;
  };
  void Choose(std::vector<Chunk> chunks);
  bool IsAsLocked(const Draw& draw) const;
  plan::LeafPlan& LeafOf(const Draw& draw);
  void Take(const Draw& draw, const content::LeafResult& result);
  void Add(const Draw& draw, report::Finding finding);
  void Count(const Draw& draw);

  const evidence::Lockfile* lock_;
  std::deque<Draw> queue_;
  std::map<uint64_t, Draw> open_;
  std::set<std::pair<size_t, size_t>>
      read_whole_;  // item and leaf, because a chunk is another one than was locked
  uint64_t next_tag_ = 1;
  uint64_t total_chunks_ = 0, drawn_chunks_ = 0, decoded_chunks_ = 0, bytes_read_ = 0;
};

// Probability that `drawn` of `total` chunks hold at least one of `changed` ones.
double ChanceToFind(uint64_t total, uint64_t drawn, uint64_t changed);

}  // namespace leafsum::verify
