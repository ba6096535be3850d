// Reads a file for its digest, or for those of its shards (FileTask).
#pragma once

#include <memory>
#include <optional>

#include "content/leaf_runner.h"
#include "hash/file_hash.h"

namespace leafsum::content {

class FileRunner final : public LeafRunner, private ReadSink {
 public:
  FileRunner(const LeafTask& task, const FileTask& what, const Means& means);
  ~FileRunner() override;

 private:
  bool Run() override;
  void Digest(Bytes bytes);
  void EndShard();
  bool AwaitHost();
  void OnRead(uint64_t offset, Piece piece) override;
  void OnFailure(uint64_t offset, Error error) override;

  const FileTask& task_;
  std::unique_ptr<ContentReader> reader_;
  std::unique_ptr<hash::FileHash> hash_;  // of the current shard
  uint64_t left_ = 0;                     // bytes until the shard's end
  ByteVector content_;                    // kept for the host's digest
  struct {
    bool asked = false, waits = false, failed = false;
  } host_;
};

}  // namespace leafsum::content
