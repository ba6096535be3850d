// Files of the first source that are no part of the checkpoint: `lock --files` hashes them, and a
// lockfile that has them is held against them, path by path. What the checkpoint's own bytes lie in
// is not among them: coverage tells, so that this comes after the leaves.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "evidence/lockfile.h"
#include "plan/stage.h"

namespace leafsum::verify {

class OtherFilesStage : public plan::Stage {
 public:
  // `lock`: null where they are to be locked.
  OtherFilesStage(plan::Context& context, const evidence::Lockfile* lock);

  bool Supply(PendingAsks& asks) override;
  bool Done() const override { return next_ == files_.size() && open_.empty(); }
  void Answer(uint64_t tag, Bytes bytes) override;
  void Failed(uint64_t tag, Error error) override;
  // What was hashed goes to the scan.
  void Finish();

 private:
  struct File {
    uint32_t id;  // of Scan::files
    evidence::FileRecord record;
    const evidence::FileRecord* expected;
  };
  void Compare(const evidence::Lockfile& lock);
  void Take(File& file, const content::LeafResult& result);
  void Report(const File& file, Error error);

  plan::Scan& scan_;
  std::vector<File> files_;
  size_t next_ = 0;
  std::map<uint64_t, std::pair<size_t, size_t>> open_;  // by tag: a range of files_
  uint64_t next_tag_ = 1;
};

// By index of Scan::listing: regular files in scope that are no companions, and no byte of which is
// a leaf's or the structure's, nor of something that was not read. The bytes of a source without a
// listing are all some leaf's.
std::vector<size_t> OtherFiles(const plan::Context& context, const plan::Scan& scan);

}  // namespace leafsum::verify
