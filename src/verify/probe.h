// Stage 0, for a source without a listing (plain HTTP): asks whether the files are there that a
// checkpoint can have, and makes a listing of those that are. Data files of an OCDBT store are not
// asked for: references name them, and a read tells whether they are there.
//
// What only a listing shows stays unseen: files that nobody references, steps of a root, unfinished
// saves beside it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "verify/lockfile.h"
#include "verify/stage.h"
#include "zarr/chunk_grid.h"

namespace leafsum::verify {

class Probe : public ReadingStage {
 public:
  // `lock`: may name the step that is to be read.
  Probe(Context& context, const Lockfile* lock);
  // Nothing of a checkpoint answers, or the source cannot be reached: "" if neither.
  std::string not_found() const;
  // Sorts the listings that were made; call it once, when done.
  void Finish();
  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return arrays_.empty() && ReadingStage::Done(); }

 private:
  enum class What { kName, kSide, kChunk, kProcess, kHandlers, kTree, kDocument };
  // A directory under question: what of kItemNames is there, once every answer is in.
  struct Directory {
    size_t scan;
    std::string path;  // "" or ending in "/"
    int depth = 0;     // 0: the checkpoint itself
    size_t waiting = 0;
    bool Has(std::string_view name) const;
    bool HasItem() const;  // anything but the checkpoint's own files
    std::vector<std::string> found = {};
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

  void AskSize(Want want);
  void AskFile(Want want, uint64_t limit);
  void Open(size_t scan, std::string path, int depth);
  void Decide(size_t directory);
  void Process(size_t scan, const std::string& directory, uint64_t number);
  void Chunks(const Want& document, Bytes bytes);
  void OnRead(size_t tag, Bytes bytes) override;
  void OnFailure(size_t tag, Error error) override;
  void Answered(const Want& want);
  void Incomplete(Scan& scan, const Error& error, const std::string& file);

  std::vector<Directory> directories_;
  std::vector<Want> wants_;
  std::deque<Array> arrays_;
  std::string unreachable_;  // why the first read failed that did
  uint64_t found_ = 0;
};

}  // namespace leafsum::verify
