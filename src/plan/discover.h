// Discover: finds the items in the listing and reads their side files: `_METADATA`,
// `manifest.ocdbt`, `_strings.json`, `array_metadatas/*`, `_sharding`, `_CHECKPOINT_METADATA`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "evidence/lockfile.h"
#include "plan/stage.h"

namespace leafsum::plan {

class Discover : public ReadingStage {
 public:
  // `lock` may name the step to read. It is paired with what the source has.
  Discover(Context& context, evidence::Lockfile* lock);
  // The error: what the caller asked for does not exist (no such step, no such item).
  std::string Finish() override;

 private:
  enum class What {
    kHead,      // of a file `checkpoint`: TensorFlow writes one of that name too
    kFlaxHead,  // of a file that is Flax's by its name only
    kCheckpointMetadata,
    kDeletionJournal,
    kTreeMetadata,
    kOtherTree,  // of an item that --item leaves out: `item` is an index into the layout
    kManifest,
    kStrings,
    kArrayMetadatas,
    kSharding,
    kMsgpack,
    kRootMetadata,
    kJsonItem,
  };
  struct Want {
    What what;
    size_t scan, item;
    std::string path;
  };

  void Start(size_t scan_index);
  void LookAtHeads(size_t scan_index);
  void LookAtFlaxHeads(size_t scan_index);
  void Begin(size_t scan_index);
  void WantItem(size_t scan_index, size_t item_index);
  void WantArrayMetadatas(size_t scan, size_t item);
  void WantMsgpack(size_t scan, size_t item, const std::string& path);
  void RefuseStep();
  void RefuseItem();
  void AppendNames(const std::vector<orbax::Item>& items);
  bool Pair(Scan& scan);
  void WantCheckpoint(size_t scan, const std::string& directory);
  void StartItems(size_t scan);
  void TellNoCheckpoint(Scan& scan);
  void Read(size_t tag, const Want& want, Bytes bytes);
  void ReadCheckpoint(Scan& scan, const Want& want, Bytes bytes);
  void ReadJsonItem(Scan& scan, const Want& want, Bytes bytes);
  bool WantIfListed(size_t scan, size_t item, What what, const std::string& path);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;
  void ReadMsgpack(size_t tag, Bytes bytes);
  void ReadTree(Scan& scan, ItemScan& item, const std::string& path, Bytes bytes);
  void OtherNames(Scan& scan, const ItemScan& item, const std::string& path);
  void ReadArrayMetadatas(Scan& scan, ItemScan& item, const std::string& path, Bytes bytes);
  void AddDivergence(Scan& scan, ItemScan& item, const std::string& path, report::Finding finding);
  void Duplicates(Scan& scan, const ItemScan* item, const std::string& path,
                  const std::vector<std::string>& names);
  void Report(const Want& want, const Error& error);

  evidence::Lockfile* lock_;
  std::vector<Want> wants_;
  std::vector<size_t> heads_;  // for each scan: how many were asked for and have not arrived
  // By scan and path: heads that could not be read, so that nobody knows whose the file is.
  std::map<std::pair<size_t, std::string>, Error> unread_heads_;
  std::string not_found_;
};

}  // namespace leafsum::plan
