// Probe, for a source without a listing (plain HTTP): asks for the files that a checkpoint can
// have, and makes a listing of those that exist. Data files of an OCDBT store are not asked for:
// references name them, and a read tells whether they exist.
//
// A name costs a request whether the file exists or not, so only names that can matter are asked
// for. The names that make a directory an item come in two rounds (an item with `_METADATA` needs
// no second one). Side files are asked for if `_METADATA` has something that they describe, and the
// redundant ones only if the command compares them. If `_CHECKPOINT_METADATA` names the items,
// those are the items. Only the chunks of arrays are asked for one at a time.
//
// What only a listing shows stays unseen: files without references, the steps of a root, unfinished
// saves beside the checkpoint.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "evidence/lockfile.h"
#include "orbax/msgpack.h"
#include "plan/stage.h"
#include "zarr/chunk_grid.h"

namespace leafsum::plan {

class Probe : public ReadingStage {
 public:
  // `lock` may name the step to read.
  Probe(Context& context, const evidence::Lockfile* lock);
  // Sorts the listings that were made. The error: no file of a checkpoint exists, or the source
  // cannot be reached.
  std::string Finish() override;
  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return arrays_.empty() && ReadingStage::Done(); }

 private:
  std::string NotFound() const;
  enum class What {
    kName,
    kSide,
    kLocked,
    kChunk,
    kProcess,
    kHandlers,
    kTree,
    kMsgpack,
    kDocument
  };
  // A directory that is being probed. Once every answer is in, `found` has the names that exist.
  struct Directory {
    size_t scan;
    std::string path;  // "", or ends in "/"
    int depth = 0;     // 0: the checkpoint itself
    size_t top = 0;    // length of the checkpoint's own path; the item's name follows
    size_t waiting = 0;
    bool all_asked = false;  // the names of the second round too
    uint64_t processes = 0, processes_there = 0,
             processes_waiting = 0;  // files of array_metadatas/: next number, existing, unanswered
    bool Has(std::string_view name) const;
    bool HasItem() const;  // has a file that is not the checkpoint's own
    std::vector<std::string> found = {};
    size_t msgpack = 0;  // which of msgpacks_ reads its file `checkpoint`
  };
  struct Want {
    What what;
    size_t scan, directory;
    std::string path;
    bool v3 = false;
  };

  // An array whose chunks are asked for one by one, `next` being the next, never all at once.
  struct Array {
    size_t scan;
    std::string prefix;
    zarr::ChunkKeyEncoding key_encoding;
    std::vector<uint64_t> grid;
    uint64_t next = 0, count = 0;
  };

  // `whole`: a file of at most this size will be read whole next.
  void AskSize(Want want, uint64_t whole = 0);
  void AskFile(Want want, uint64_t limit);
  void Open(size_t scan, std::string path, int depth, size_t top);
  void OpenItems(size_t directory, std::vector<std::string> names);
  void OpenIn(size_t parent, std::string_view name);
  void AskIn(size_t directory, What what, std::string_view name, uint64_t whole);
  void ReadIn(size_t directory, What what, std::string_view name, uint64_t limit);
  void AskOthers(size_t directory);
  void OpenStep(size_t scan, const std::optional<std::string>& step);
  void Decide(size_t directory);
  void Tree(const Want& want, Bytes bytes);
  void Handlers(const Want& want, Bytes bytes);
  void Processes(size_t directory, uint64_t count);
  void Chunks(const Want& document, Bytes bytes);
  void AskLocked(size_t scan);
  void AskReferences(size_t directory);
  void Msgpack(size_t tag, Bytes bytes);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;
  void Answered(const Want& want);
  void Incomplete(Scan& scan, const Error& error, const std::string& file);

  const evidence::Lockfile* lock_;
  std::vector<Directory> directories_;
  std::vector<Want> wants_;
  std::vector<std::unique_ptr<orbax::MsgpackReader>>
      msgpacks_;  // read for the arrays that they refer to
  std::deque<Array> arrays_;
  std::string unreachable_;  // why the first failing read failed
  uint64_t found_ = 0;
};

}  // namespace leafsum::plan
