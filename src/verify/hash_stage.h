// Stage 4: the leaves' content. Hands out jobs, largest leaf first and small ones together, and
// takes results.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "verify/lockfile.h"
#include "verify/stage.h"

namespace leafsum::verify {

class HashStage : public Stage {
 public:
  // `expected`: evidence whose stored digests spare the decoding; null where all is decoded.
  HashStage(Context& context, const Lockfile* expected);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return queue_.empty() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;

  uint64_t leaves_done() const { return leaves_done_; }
  uint64_t leaves_total() const { return leaves_total_; }
  uint64_t bytes_done() const { return bytes_done_; }
  uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct Leaf {
    size_t scan, item, leaf;
    uint64_t memory;  // grant
    const LeafRecord* expected;
  };
  using Batch = std::vector<Leaf>;

  void Plan(const Lockfile* expected);
  bool Resume(const ItemScan& item, LeafPlan& leaf, const LeafRecord* expected) const;
  Job MakeJob(const Batch& batch) const;
  void Take(const Leaf& leaf, const LeafResult& result);
  void Unreadable(const Leaf& leaf, const std::string& why);

  std::deque<Batch> queue_;
  std::map<uint64_t, Batch> open_;  // by tag
  uint64_t next_tag_ = 1;
  uint64_t leaves_done_ = 0, leaves_total_ = 0, bytes_done_ = 0, bytes_total_ = 0;
};

// The evidence's item that an item of the source is compared with: that of its name, or the only one
// where both sides have one. Null where there is none.
const ItemRecord* EvidenceOf(const Lockfile& lock, const Scan& scan, const ItemScan& item);
// An array task over a plan's leaf, its chunks' files numbered as in `job_files`.
ArrayTask MakeArrayTask(const Scan& scan, const ItemScan& item, const LeafPlan& leaf,
                        std::vector<std::string>& job_files,
                        std::map<std::pair<uint32_t, uint32_t>, uint32_t>& file_ids);
// Bytes as an array: uint8[nbytes] in one chunk.
zarr::ArrayMetadata RawMetadata(uint64_t nbytes);
// What reading one value in one piece takes.
inline constexpr uint64_t kStreamMemory = 6 << 20;  // a zstd stream with a 2 MiB window, two read pieces, buffers
// What reading a leaf will probably take; a job that needs more says so and is given more, up to
// the budget.
uint64_t EstimateMemory(const LeafPlan& leaf);

}  // namespace leafsum::verify
