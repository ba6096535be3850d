// Stage 5 of `ls --keys --digest`: the digest of every value of every store. Inline values are
// hashed here; the others are jobs like leaves, uint8[length] in one chunk.
#pragma once

#include <map>
#include <vector>

#include "plan/stage.h"

namespace leafsum::verify {

class KeyDigestStage : public plan::Stage {
 public:
  explicit KeyDigestStage(plan::Context& context);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return next_ == values_.size() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;

 private:
  struct Value {
    uint32_t scan, item, entry;
  };
  void Take(const Value& value, const content::LeafResult& result);
  void Report(const Value& value, Error error);

  std::vector<Value> values_;  // that are in files
  size_t next_ = 0;
  std::map<uint64_t, std::pair<size_t, size_t>> open_;  // by tag: a range of values_
  uint64_t next_tag_ = 1;
};

}  // namespace leafsum::verify
