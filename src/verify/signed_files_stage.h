// `verify --bundle`: hashes the files that a model signature names and compares them with it, file
// by file. It needs nothing but the listing, so it runs beside the stages that plan, and its jobs
// are under way while those read. What each file means for the leaves is signed_files.h's.
#pragma once

#include <vector>

#include "evidence/file_manifest.h"
#include "verify/job_stage.h"

namespace leafsum::verify {

class SignedFilesStage : public JobStage {
 public:
  SignedFilesStage(plan::Context& context, const evidence::FileManifest* manifest);
  bool Supply(PendingAsks& asks) override;
  std::string Finish() override;

 private:
  struct File {
    size_t entry;  // index into Scan::listing
    const evidence::SignedFile* expected;
  };
  void Compare();
  void Listed(size_t at);
  void Link(const FileEntry& entry, const evidence::SignedFile* expected);
  bool Extra(const FileEntry& entry, std::string_view what);
  void Missing(const evidence::SignedFile& file);
  bool IsAgain(const FileEntry& entry) const;
  void Differs(size_t at, std::string expected, std::string actual, std::string_view message,
               std::optional<uint64_t> offset = {});
  content::Job MakeJob(const Work& work) override;
  void Take(size_t piece, const content::LeafResult& result) override;
  void Unread(size_t piece, report::Finding finding) override;
  bool IsOwn(std::string_view path) const;

  plan::Scan& scan_;
  const evidence::FileManifest& manifest_;
  std::vector<plan::FileState> states_;  // by entry of the listing
  std::vector<File> files_;
};

}  // namespace leafsum::verify
