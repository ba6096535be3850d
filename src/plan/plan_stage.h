// Plan: the leaves. Joins the tree of `_METADATA`, the keys of the store and the metadata of
// every array into the plan: which leaf has which dtype, shape and chunks. The leaves of a bare
// store are the arrays that its keys show.
#pragma once

#include <string_view>
#include <vector>

#include "plan/array_elsewhere.h"
#include "plan/stage.h"

namespace leafsum::plan {

class PlanStage : public ReadingStage {
 public:
  explicit PlanStage(Context& context);

 private:
  struct Document {
    size_t scan, item, leaf;
  };

  void PlanItem(size_t scan, size_t item);
  void PlanTree(size_t scan, size_t item);
  void SharedDocuments(const ItemScan& item);
  void PlanBareStore(size_t scan, size_t item);
  // The values of the msgpack tree by key path. Marks the bytes between them as structure.
  static std::vector<orbax::MsgpackLeaf*> MsgpackValues(Scan& scan, ItemScan& item);
  void PlanMsgpack(size_t scan, size_t item);
  void PlanMsgpackValue(Scan& scan, ItemScan& item, LeafPlan& leaf, orbax::MsgpackLeaf& value);
  bool StoredOtherwise(Scan& scan, ItemScan& item);
  static const char* StoredElsewhere(const ItemScan& item, const LeafPlan& leaf);
  void TwoSources(Scan& scan, ItemScan& item, LeafPlan& leaf);
  void Unclaimed(Scan& scan, ItemScan& item, const orbax::MsgpackLeaf& value);
  void CheckNames(Scan& scan, ItemScan& item);
  void PlanFile(Scan& scan, ItemScan& item, std::string_view dtype);
  void PlanString(Scan& scan, ItemScan& item, LeafPlan& leaf);
  void TellRecordProblems(Scan& scan, ItemScan& item);
  bool HasReader(Scan& scan, ItemScan& item, LeafPlan& leaf, bool zarr3);
  void ReadKeyMark(Scan& scan, ItemScan& item, LeafPlan& leaf);
  void PlanArray(size_t scan, size_t item, size_t leaf, bool zarr3);
  void WantDocument(size_t scan, size_t item, size_t leaf);
  void OnDocument(const Document& document, Bytes bytes);
  void ReadDocument(const Document& document, bool v3);
  // Checks that a TensorStore spec agrees with its array; TensorStore refuses to open the array if
  // it does not.
  void CheckClaims(Scan& scan, ItemScan& item, LeafPlan& leaf);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  static constexpr uint64_t kMaxRepeated = 4 << 20;
  static constexpr std::string_view kZarray = ".zarray", kZarrJson = "zarr.json";
  std::vector<AbsentArray> absent_;
  // Leaves of one name share a document or string, and each holds a copy. These bound the copies.
  std::vector<bool> wanted_entries_;  // by entry of this item's store: an earlier leaf wanted its
                                      // bytes, or another document shares them
  uint64_t repeated_documents_ = 0, string_bytes_ = 0;
  std::vector<Document> documents_;
  static constexpr size_t kRecentDocuments = 16;
  std::vector<Document>
      recent_;  // parsed without a finding; the `leaves` of their items no longer move
  size_t next_recent_ = 0;
};

}  // namespace leafsum::plan
