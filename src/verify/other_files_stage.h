// Files of the first source that are no part of the checkpoint: `lock --files` hashes them, and a
// lockfile that has them is held against them, path by path. What the checkpoint's own bytes lie in
// is not among them: coverage tells, so that this comes after the leaves.
#pragma once

#include <vector>

#include "evidence/lockfile.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class OtherFilesStage : public JobStage {
 public:
  // `lock`: null where they are to be locked.
  OtherFilesStage(plan::Context& context, const evidence::Lockfile* lock);
  // What was hashed goes to the scan.
  std::string Finish() override;

 private:
  struct File {
    uint32_t id;  // of Scan::files
    evidence::FileRecord record;
    const evidence::FileRecord* expected;
  };
  void Compare(const evidence::Lockfile& lock);
  void Add(File file);
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;

  plan::Scan& scan_;
  std::vector<File> files_;
};

// By index of Scan::listing: regular files in scope that are no companions, and no byte of which is
// a leaf's or the structure's, nor of something that was not read. The bytes of a source without a
// listing are all some leaf's.
std::vector<size_t> OtherFiles(const plan::Context& context, const plan::Scan& scan);

}  // namespace leafsum::verify
