// Reads a leaf's content for its digests, or hands out the bytes; and makes the stored digest
// alongside.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "content/leaf_runner.h"
#include "content/stored_digest.h"
#include "hash/blake3.h"
#include "hash/sha256.h"

namespace leafsum::content {

class ContentRunner final : public LeafRunner, private ReadSink {
 public:
  ContentRunner(const LeafTask& task, const ContentTask& what, const Means& means);
  ~ContentRunner() override;

  ByteVector TakeContent() override { return std::move(content_); }

 private:
  enum class Phase { kStored, kContent, kHostDigest, kDone };
  bool Run() override;
  bool StepStored();
  void StartContent();
  bool StepContent();
  std::pair<uint64_t, bool> DigestContent(Bytes bytes);
  bool EndContent();
  bool StepHostDigest();
  bool End(Phase phase);
  bool EndWith(report::Finding finding);
  // Cuts off the bytes that the task does not want and hands the rest to the sink; false if no more
  // are wanted.
  bool Wanted(Bytes& bytes);
  void TakeWarnings();
  void OnRead(uint64_t offset, Piece piece) override;
  void OnFailure(uint64_t offset, Error error) override;

  const ContentTask& task_;
  Phase phase_;
  uint64_t position_ = 0;  // in the content, if a part is wanted
  bool warnings_taken_ = false;
  std::unique_ptr<StoredPass> stored_pass_;
  std::unique_ptr<StoredHasher> stored_hasher_;
  std::unique_ptr<ContentReader> reader_;
  std::optional<hash::BlockHasher> blake3_;
  std::unique_ptr<hash::StreamingHash> sha256_;
  ByteVector content_;  // kept for a SHA-256 made in one go, by the host or the job
  struct {
    bool asked = false, failed = false;
    std::optional<hash::Digest> answer;
  } host_digest_;
};

}  // namespace leafsum::content
