// Stage 2: which generation of every OCDBT store is read.
//
// Where `manifest.ocdbt` holds the configuration alone, the state is in the numbered manifest with
// the highest number. Older generations than a manifest lists itself are in the version tree: it is
// read where a generation is asked for, where history is listed, and wherever the structure is
// checked. Deleting old files is legal, so what is gone there is told, never an error.
#pragma once

#include <string>
#include <vector>

#include "plan/stage.h"

namespace leafsum::plan {

class GenerationStage : public ReadingStage {
 public:
  explicit GenerationStage(Context& context);
  // Once done: every item has its generation and history. Gives a usage error that names what there
  // is where a store has not the generation that was asked for, else "".
  std::string Finish() override;

 private:
  struct Want {
    size_t scan, item;
    std::string path;
    uint64_t numbered = 0;  // of a numbered manifest; 0: a version tree node
    ocdbt::VersionNodeReference node;
  };

  ItemScan& ItemOf(const Want& want) { return context_.scans[want.scan].items[want.item]; }
  void WantNumbered(size_t scan, size_t item);
  void TakeManifest(size_t scan, size_t item);
  void WantVersionNode(size_t scan, size_t item, const ocdbt::VersionNodeReference& node);
  void TakeVersionNode(const Want& want, Bytes bytes);
  void TakeVersions(ItemScan& item, const std::vector<ocdbt::BtreeGenerationReference>& versions);
  // A part of the history that cannot be read, and a warning unless its file was only deleted.
  void Lose(const Want& want, const Error& error);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  bool reads_history_ = false;
  // Sums over all that is listed: they do not depend on the order of the answers.
  uint64_t nodes_ = 0, generations_ = 0, name_bytes_ = 0, decoded_bytes_ = 0;
  bool TooLarge() const;
  std::vector<Want> wants_;
  struct Pending {
    size_t scan, item;
    report::Finding finding;
  };
  std::vector<Pending> findings_;  // about the version tree: none of them where it is too large
};

}  // namespace leafsum::plan
