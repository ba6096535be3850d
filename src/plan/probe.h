// Stage 0, for a source without a listing (plain HTTP): asks whether the files are there that a
// checkpoint can have, and makes a listing of those that are. Data files of an OCDBT store are not
// asked for: references name them, and a read tells whether they are there.
//
// A name costs a request whether it is there or not, so that only those are asked for that can
// matter: what makes a directory an item in two rounds (an item with `_METADATA` needs no second
// one), side files where `_METADATA` has something that they speak of, and those that are compared
// with it where the command compares them. Where `_CHECKPOINT_METADATA` names the items, these are
// the items. One name at a time is asked for of nothing but arrays' chunks.
//
// What only a listing shows stays unseen: files that nobody references, steps of a root, unfinished
// saves beside it.
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
  // `lock`: may name the step that is to be read.
  Probe(Context& context, const evidence::Lockfile* lock);
  // Sorts the listings that were made. The error: nothing of a checkpoint answers, or the source
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
  // A directory under question: which names are there, once every answer is in.
  struct Directory {
    size_t scan;
    std::string path;  // "" or ending in "/"
    int depth = 0;     // 0: the checkpoint itself
    size_t top = 0;    // what of the path is the checkpoint's own; behind it comes the item's name
    size_t waiting = 0;
    bool all_asked = false;  // the second round's names too
    uint64_t processes = 0, processes_there = 0,
             processes_waiting = 0;  // of array_metadatas/: asked for and so on
    bool Has(std::string_view name) const;
    bool HasItem() const;  // anything but the checkpoint's own files
    std::vector<std::string> found = {};
    size_t msgpack = 0;  // which of msgpacks_ its file `checkpoint` is read by
  };
  struct Want {
    What what;
    size_t scan, directory;
    std::string path;
    bool v3 = false;
  };

  // An array whose chunks are asked for one by one, `next` first: never all at once.
  struct Array {
    size_t scan;
    std::string prefix;
    zarr::ChunkKeyEncoding key_encoding;
    std::vector<uint64_t> grid;
    uint64_t next = 0, count = 0;
  };

  // `whole`: it will be read whole if it has at most so many bytes.
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
      msgpacks_;  // for the arrays that they refer to
  std::deque<Array> arrays_;
  std::string unreachable_;  // why the first read failed that did
  uint64_t found_ = 0;
};

}  // namespace leafsum::plan
