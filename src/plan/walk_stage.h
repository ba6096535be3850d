// Stage 3: every item's keys. OCDBT items walk the b-tree of the generation that is read; plain
// ones take the listing.
//
// Where the structure is checked, an item's process databases (formats §1.8) are walked after
// it, one at a time, and compared with what was merged from them; and values are looked at that
// share bytes with something else.
#pragma once

#include <memory>
#include <vector>

#include "ocdbt/walk.h"
#include "plan/stage.h"

namespace leafsum::plan {

class WalkStage : public ReadingStage {
 public:
  explicit WalkStage(Context& context);

 private:
  // The comparison of an item with its process databases.
  struct Merge {
    std::vector<std::string> directories;
    size_t next = 0;
    bool complete = true;    // all of them could be read
    std::vector<bool> held;  // by entry of the item's store: a process has just this value
    uint64_t keys = 0;       // of the processes
    // What the keys of each of the tree's arrays begin with, sorted; none until a process has a key
    // of its own.
    std::vector<std::string> prefixes;
  };
  struct Tree {
    size_t scan, item;
    std::string directory;                      // of this database
    std::unique_ptr<Merge> merge;               // of the item's own tree, once that was walked
    std::unique_ptr<kvstore::KvStore> process;  // null: this is the item's own
    std::unique_ptr<ocdbt::Walk> walk;
  };
  struct Want {
    size_t tree;
    bool manifest;  // of the next process database, else `read`
    ocdbt::NodeRead read;
  };

  void Start(size_t scan, size_t item);
  void StartTree(size_t scan, size_t item);
  void StartDirectory(Scan& scan, ItemScan& item);
  void StartReferences(Scan& scan, ItemScan& item);
  void StartOcdbt(size_t scan, size_t item, std::vector<std::string>* wanted = nullptr);
  void WantNodes(size_t tree);
  void FinishTree(size_t tree);
  void Seal(Scan& scan, ItemScan& item);
  void StartMerge(size_t tree);
  void NextProcess(size_t tree);
  void StartProcess(size_t tree, const ocdbt::Manifest& manifest);
  void CompareProcess(Tree& tree);
  void Unmerged(Tree& tree, const std::vector<std::string_view>& lost, bool never);
  void FinishMerge(Tree& tree);
  void Warn(const Tree& tree, report::Finding finding);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  bool checks_ = false;
  std::vector<Tree> trees_;
  std::vector<Want> wants_;
};

}  // namespace leafsum::plan
