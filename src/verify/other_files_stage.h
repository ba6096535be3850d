// Files of the first source that are not part of the checkpoint. `lock --files` hashes them; a
// lockfile that has them is compared with them, path by path. Files that hold bytes of the
// checkpoint are not among them; coverage tells which those are, so this stage comes after the
// leaves.
#pragma once

#include <vector>

#include "evidence/lockfile.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class OtherFilesStage : public JobStage {
 public:
  // `lock`: null to lock the files.
  OtherFilesStage(plan::Context& context, const evidence::Lockfile* lock);
  // Moves the digests to the scan.
  std::string Finish() override;

 private:
  struct File {
    uint32_t id;  // index into Scan::files
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

// Indices into Scan::listing: the regular files in scope that are not companions and have no byte
// that is leaf, structural or unread. Without a listing there are none, because only files of the
// checkpoint are known.
std::vector<size_t> OtherFiles(const plan::Context& context, const plan::Scan& scan);

}  // namespace leafsum::verify
