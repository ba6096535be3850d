#include "content/file_runner.h"

#include <algorithm>
#include <utility>

namespace leafsum::content {
namespace {

// Smaller files are hashed by our own code before a promise is even made.
constexpr uint64_t kHostDigestFloor = 64 << 10;
constexpr uint64_t kHostDigestCeiling = 4 << 20;

}  // namespace

FileRunner::FileRunner(const LeafTask& task, const FileTask& what, const Means& means)
    : LeafRunner(task, means), task_(what) {
  const uint64_t nbytes = array_.metadata.nbytes;
  host_.asked = what.algorithm == hash::FileAlgorithm::kSha256 && !means.abilities.sha256 &&
                (what.shard == 0 || what.shard >= nbytes) && nbytes >= kHostDigestFloor &&
                nbytes <= std::min(means.abilities.host_digest_cap, kHostDigestCeiling);
  if (host_.asked) content_.reserve(static_cast<size_t>(nbytes));
  reader_ = means_.Open(array_, 1, {});
  left_ = what.shard == 0 ? ~uint64_t{0} : what.shard;
}

FileRunner::~FileRunner() {
  if (host_.waits) means_.queue.Forget(this);
}

bool FileRunner::Run() {
  if (host_.waits) return AwaitHost();
  for (;;) {
    Bytes bytes;
    switch (reader_->Next(bytes)) {
      case ReadState::kBytes:
        Digest(bytes);
        if (Went(bytes.size())) return false;
        continue;
      case ReadState::kBlocked:
        return false;
      case ReadState::kFailed:
        Fail(reader_->failure());
        return true;
      case ReadState::kNeedsMemory:
        result_.memory_needed = reader_->memory_needed();
        return true;
      case ReadState::kDone:
        break;
    }
    break;
  }
  if (host_.asked) {
    host_.waits = true;
    means_.queue.WantDigest(this, std::move(content_));
    return AwaitHost();
  }
  // An empty file has a digest as a whole, and no shard.
  if (task_.shard == 0 && !hash_) Digest({});
  if (hash_) EndShard();
  result_.complete = true;
  return true;
}

void FileRunner::Digest(Bytes bytes) {
  if (host_.asked) {
    content_.insert(content_.end(), bytes.begin(), bytes.end());
    return;
  }
  do {
    if (!hash_) hash_ = hash::MakeFileHash(task_.algorithm, means_.abilities.sha256);
    const Bytes part = bytes.first(static_cast<size_t>(std::min<uint64_t>(left_, bytes.size())));
    hash_->Update(part);
    bytes = bytes.subspan(part.size());
    if (task_.shard == 0) continue;
    left_ -= part.size();
    if (left_ == 0) EndShard();
  } while (!bytes.empty());
}

void FileRunner::EndShard() {
  const ByteVector digest = hash_->Finish();
  result_.chunks.insert(result_.chunks.end(), digest.begin(), digest.end());
  hash_.reset();
  left_ = task_.shard;
}

bool FileRunner::AwaitHost() {
  if (!host_.failed && result_.chunks.empty()) return false;
  host_.waits = false;
  if (host_.failed) {
    report::Finding f(report::Code::kUnreadable);
    f.message = "the host gave no SHA-256 of this file; run again";
    Fail(std::move(f));
    return true;
  }
  result_.complete = true;
  return true;
}

void FileRunner::OnRead(uint64_t, Piece piece) {
  result_.chunks.assign(piece.buffer.begin(), piece.buffer.begin() + 32);
  means_.queue.Recycle(std::move(piece));
}

void FileRunner::OnFailure(uint64_t, Error) { host_.failed = true; }

}  // namespace leafsum::content
