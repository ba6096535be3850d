// Stage 2: every item's keys. OCDBT items walk the b-tree of the manifest's newest generation;
// plain ones take the listing.
#pragma once

#include <memory>
#include <vector>

#include "ocdbt/walk.h"
#include "verify/stage.h"

namespace leafsum::verify {

class WalkStage : public ReadingStage {
 public:
  explicit WalkStage(Context& context);

 private:
  struct Tree {
    size_t scan, item;
    std::unique_ptr<ocdbt::Walk> walk;
  };
  struct Want {
    size_t tree;
    ocdbt::NodeRead read;
  };

  void Start(size_t scan, size_t item);
  void StartTree(size_t scan, size_t item);
  void StartDirectory(Scan& scan, ItemScan& item);
  void StartOcdbt(size_t scan, size_t item);
  void WantNodes(size_t tree);
  void Finish(Tree& tree);
  void Seal(Scan& scan, ItemScan& item);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  std::vector<Tree> trees_;
  std::vector<Want> wants_;
};

}  // namespace leafsum::verify
