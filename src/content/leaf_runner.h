// One task of a job: from chunk references to a LeafResult.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "content/abilities.h"
#include "content/content_reader.h"
#include "content/job.h"
#include "content/read_queue.h"
#include "content/stored_digest.h"
#include "content/value_compare.h"
#include "hash/blake3.h"
#include "hash/sha256.h"

namespace leafsum::content {

class LeafRunner : private ReadSink {
 public:
  // `task`, `queue` and `abilities` outlive the runner; `memory` is what it may take, `budget` the
  // most that any grant can be. `keep_content`: besides, not counted, so that its SHA-256 is made
  // with those of others.
  LeafRunner(const LeafTask& task, ReadQueue& queue, uint64_t memory, uint64_t budget,
             const Abilities& abilities, bool keep_content);
  ~LeafRunner() override;

  // Goes as far as the bytes at hand allow, or until it is time for a pause; true when the result
  // is there.
  bool Advance();
  bool paused() const { return paused_; }
  LeafResult& result() { return result_; }
  ByteVector TakeContent() { return std::move(content_); }
  uint64_t progress() const { return progress_; }

 private:
  enum class Phase { kStored, kContent, kHostDigest, kCompare, kDone };
  std::unique_ptr<ContentReader> Open(const ArrayTask& array, uint64_t share,
                                      ContentReader::OnValue on_value) const;
  bool StepStored();
  void StartContent();
  bool StepContent();
  std::pair<uint64_t, bool> DigestContent(Bytes bytes);
  bool EndContent();
  bool StepHostDigest();
  bool StepCompare();
  bool End(Phase phase);
  // `bytes` of content went through; true where it is time for a pause.
  bool Went(uint64_t bytes);
  // Cuts off what the task does not want, and hands the rest to the sink; false where no more
  // comes.
  bool Wanted(Bytes& bytes);
  void TakeWarnings();
  void Fail(report::Finding finding);
  void OnRead(uint64_t offset, Piece piece) override;
  void OnFailure(uint64_t offset, Error error) override;

  const LeafTask& task_;
  ReadQueue& queue_;
  const uint64_t memory_, budget_;
  const Abilities& abilities_;
  Phase phase_;
  LeafResult result_;
  uint64_t progress_ = 0;
  uint64_t since_pause_ = 0;
  uint64_t position_ = 0;  // in the content, where a part is wanted
  bool paused_ = false, warnings_taken_ = false;

  std::unique_ptr<StoredPass> stored_pass_;
  std::unique_ptr<StoredHasher> stored_hasher_;
  std::unique_ptr<ContentReader> reader_, other_;
  std::optional<hash::BlockHasher> blake3_;
  std::unique_ptr<hash::StreamingHash> sha256_;
  const bool keep_content_;
  ByteVector content_;  // whose SHA-256 is made in one go: by the host, or by the job
  struct {
    bool asked = false, failed = false;
    std::optional<hash::Digest> answer;
  } host_digest_;
  std::unique_ptr<ValueComparer> comparer_;
  ByteVector a_, b_;  // content of both sides that was not compared yet
};

}  // namespace leafsum::content
