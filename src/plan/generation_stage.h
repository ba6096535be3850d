// Generation: decides which generation of every OCDBT store is read (formats §1.5, §1.6).
//
// If `manifest.ocdbt` holds only the configuration, the state is in the numbered manifest with the
// highest number. Generations older than those in the manifest are in the version tree. The tree is
// read if a generation is asked for, if history is listed, and if the structure is checked.
// Deleting old files is legal, so missing parts of the history are reported but are never an error.
#pragma once

#include <string>
#include <vector>

#include "plan/stage.h"

namespace leafsum::plan {

class GenerationStage : public ReadingStage {
 public:
  explicit GenerationStage(Context& context);
  // Once done: every item has its generation and history. Returns a usage error that lists the
  // existing generations if a store lacks the one that was asked for, else "".
  std::string Finish() override;

 private:
  struct Want {
    size_t scan, item;
    std::string path;
    uint64_t numbered = 0;  // the number of a numbered manifest; 0: a version tree node
    ocdbt::VersionNodeReference node;
  };

  ItemScan& ItemOf(const Want& want) { return context_.scans[want.scan].items[want.item]; }
  void WantNumbered(size_t scan, size_t item);
  void TakeManifest(size_t scan, size_t item);
  void WantVersionNode(size_t scan, size_t item, const ocdbt::VersionNodeReference& node);
  void TakeVersionNode(const Want& want, Bytes bytes);
  void TakeVersions(ItemScan& item, const std::vector<ocdbt::BtreeGenerationReference>& versions);
  // Notes a part of the history that cannot be read, with a warning unless its file was merely
  // deleted.
  void Lose(const Want& want, const Error& error);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;

  bool reads_history_ = false;
  // Sums over everything listed, so that they do not depend on the order of the answers.
  uint64_t nodes_ = 0, generations_ = 0, name_bytes_ = 0, decoded_bytes_ = 0;
  bool TooLarge() const;
  std::vector<Want> wants_;
  struct Pending {
    size_t scan, item;
    report::Finding finding;
  };
  std::vector<Pending> findings_;  // about the version tree; dropped if the tree is too large
};

}  // namespace leafsum::plan
