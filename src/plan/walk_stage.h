// Walk: the keys of every item. An OCDBT item walks the b-tree of its generation; a plain item
// takes its keys from the listing.
//
// If the structure is checked, an item's process databases (formats §1.8) are walked after it, one
// at a time, and compared with the merged store. Values that share bytes with something else are
// looked for too.
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
    bool complete = true;    // all databases could be read
    std::vector<bool> held;  // by entry of the item's store: some process has exactly this value
    // The key prefixes of the tree's arrays, sorted; empty until some process has a key that the
    // store lacks.
    std::vector<std::string> prefixes;
  };
  struct Tree {
    size_t scan, item;
    std::string directory;                      // of this database
    std::unique_ptr<Merge> merge;               // set on the item's own tree once it is walked
    std::unique_ptr<kvstore::KvStore> process;  // null: this is the item's own
    std::unique_ptr<ocdbt::Walk> walk;
  };
  struct Want {
    size_t tree;
    bool manifest;  // wants the manifest of the next process database, else `read`
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
  void Unmerged(Tree& tree, const std::vector<std::string_view>& lost, bool never_merged);
  void FinishMerge(Tree& tree);
  void Warn(const Tree& tree, report::Finding finding);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  bool checks_ = false;
  std::vector<Tree> trees_;
  std::vector<Want> wants_;
};

}  // namespace leafsum::plan
