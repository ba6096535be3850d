#include "content/content_runner.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace leafsum::content {
namespace {

// Smaller content is hashed by our own code before a promise is even made.
constexpr uint64_t kHostDigestFloor = 64 << 10;
constexpr uint64_t kHostDigestCeiling = 4 << 20;

}  // namespace

ContentRunner::ContentRunner(const LeafTask& task, const ContentTask& what, const Means& means)
    : LeafRunner(task, means), task_(what) {
  const bool in_one_pass =
      !what.expected_stored && ContentReader::HashesValues(task.array.metadata);
  phase_ = what.stored && !in_one_pass ? Phase::kStored : Phase::kContent;
}

ContentRunner::~ContentRunner() {
  if (phase_ == Phase::kHostDigest) means_.queue.Forget(this);
}

bool ContentRunner::End(Phase phase) {
  phase_ = phase;
  return true;
}

bool ContentRunner::EndWith(report::Finding finding) {
  Fail(std::move(finding));
  return End(Phase::kDone);
}

bool ContentRunner::Run() {
  for (;;) {
    bool moved = false;
    switch (phase_) {
      case Phase::kStored:
        moved = StepStored();
        break;
      case Phase::kContent:
        moved = StepContent();
        break;
      case Phase::kHostDigest:
        moved = StepHostDigest();
        break;
      case Phase::kDone:
        return true;
    }
    if (!moved) return false;
  }
}

bool ContentRunner::StepStored() {
  if (!stored_pass_)
    stored_pass_ = std::make_unique<StoredPass>(array_, means_.queue, task_.chunk_digests);
  const StoredPass::State state = stored_pass_->Advance();
  if (state == StoredPass::State::kBlocked) return false;
  if (state == StoredPass::State::kFailed) return EndWith(stored_pass_->failure());
  result_.stored = stored_pass_->Finish();
  result_.chunks = stored_pass_->chunk_digests();
  stored_pass_.reset();
  if (task_.expected_stored && *task_.expected_stored == *result_.stored) {
    result_.stored_matched = true;
    result_.complete = true;
    progress_ = array_.metadata.nbytes;
    return End(Phase::kDone);
  }
  return End(Phase::kContent);
}

bool ContentRunner::Wanted(Bytes& bytes) {
  if (!task_.part) return true;
  const ContentPart& part = *task_.part;
  const uint64_t at = position_, size = bytes.size();
  position_ += size;
  const uint64_t before = std::min(size, part.skip > at ? part.skip - at : 0);
  const uint64_t offset = at + before - std::min(part.skip, at + before);  // in the part
  const uint64_t length = std::min(size - before, part.take - std::min(part.take, offset));
  bytes = bytes.subspan(static_cast<size_t>(before), static_cast<size_t>(length));
  if (!bytes.empty() && part.hand_out && means_.abilities.sink)
    means_.abilities.sink(result_.leaf, offset, bytes);
  return offset + length < part.take;
}

void ContentRunner::StartContent() {
  const uint64_t nbytes = array_.metadata.nbytes;
  ContentReader::OnValue on_value;
  if (task_.stored && !result_.stored) {
    stored_hasher_ = std::make_unique<StoredHasher>(array_);
    on_value = [this](const ChunkRef& ref, const hash::Digest& digest) {
      stored_hasher_->Add(ref, digest);
      if (task_.chunk_digests)
        result_.chunks.insert(result_.chunks.end(), digest.begin(), digest.end());
    };
  }
  if (!task_.part)
    blake3_.emplace(nbytes);
  else if (task_.part->whole != 0)
    blake3_.emplace(task_.part->whole, task_.part->begin);
  if (task_.sha256 && !means_.keeps_content) {
    // The kept content is small. It is not counted against the grant, so that no refusal depends on
    // what the host offers.
    host_digest_.asked = nbytes >= kHostDigestFloor &&
                         nbytes <= std::min(means_.abilities.host_digest_cap, kHostDigestCeiling);
    if (!host_digest_.asked) sha256_ = hash::MakeSha256(means_.abilities.sha256);
  }
  if (means_.keeps_content || host_digest_.asked) content_.reserve(static_cast<size_t>(nbytes));
  reader_ = means_.Open(array_, 1, std::move(on_value));
  const ContentPart* part = task_.part ? &*task_.part : nullptr;
  if (blake3_ && !task_.sha256 && (part ? part->whole : nbytes) > hash::kBlockSize &&
      !(part && part->hand_out))
    reader_->AllowValues(part ? part->begin - part->skip : 0, part ? part->skip | part->take : 0);
  if (task_.part) position_ = reader_->StartAt(task_.part->skip);
}

// Digests one piece of content, or hands it out. Returns how much content that was and whether more
// is wanted.
std::pair<uint64_t, bool> ContentRunner::DigestContent(Bytes bytes) {
  const uint64_t nbytes = array_.metadata.nbytes;
  uint64_t read = bytes.size();
  bool more;
  // If the part ends with the array, its values end too and must be read to their ends.
  if (reader_->unit() == 1) {
    more = Wanted(bytes) || position_ == nbytes;
  } else {
    const uint64_t skip = task_.part ? task_.part->skip : 0,
                   end = task_.part ? skip + task_.part->take : nbytes;
    read = reader_->HashValues(bytes, position_, skip, end, *blake3_);
    position_ += read;
    more = position_ < end || position_ == nbytes;
    bytes = {};
  }
  // A group of chunks is checked to its end before the first bytes of the next one come, so all
  // warnings of what this task owns are there now.
  if (task_.part && task_.part->owned > 0 && position_ > task_.part->owned) TakeWarnings();
  if (blake3_) blake3_->Update(bytes);
  if (sha256_) sha256_->Update(bytes);
  if (means_.keeps_content || host_digest_.asked)
    content_.insert(content_.end(), bytes.begin(), bytes.end());
  return {read, more};
}

bool ContentRunner::StepContent() {
  if (!reader_) StartContent();
  for (bool more = true; more;) {
    Bytes bytes;
    uint64_t read = 0;
    switch (reader_->Next(bytes)) {
      case ContentReader::State::kBytes:
        std::tie(read, more) = DigestContent(bytes);
        if (Went(read)) return false;
        continue;
      case ContentReader::State::kBlocked:
        return false;
      case ContentReader::State::kFailed:
        return EndWith(reader_->failure());
      case ContentReader::State::kNeedsMemory:
        result_.memory_needed = reader_->memory_needed();
        return End(Phase::kDone);
      case ContentReader::State::kDone:
        break;
    }
    break;
  }
  return EndContent();
}

bool ContentRunner::EndContent() {
  if (task_.part && position_ < task_.part->skip + task_.part->take) {
    report::Finding f(report::Code::kChangedDuringRead);
    f.message = "the leaf is shorter than the part to be read";
    return EndWith(std::move(f));
  }
  TakeWarnings();
  if (blake3_) result_.blocks = blake3_->blocks();
  if (!task_.part || (task_.part->whole != 0 && task_.part->take == task_.part->whole))
    result_.blake3 = blake3_->Finish();
  if (stored_hasher_) result_.stored = stored_hasher_->Finish();
  if (sha256_) result_.sha256 = sha256_->Finish();
  if (host_digest_.asked) {
    means_.queue.WantDigest(this, std::move(content_));
    return End(Phase::kHostDigest);
  }
  result_.complete = true;
  return End(Phase::kDone);
}

// Takes them once: later warnings are not this task's to report.
void ContentRunner::TakeWarnings() {
  if (std::exchange(warnings_taken_, true)) return;
  for (report::Finding& f : reader_->TakeWarnings()) result_.findings.push_back(std::move(f));
}

bool ContentRunner::StepHostDigest() {
  if (host_digest_.failed) {
    report::Finding f(report::Code::kUnreadable);
    f.message = "the host gave no SHA-256 of this leaf; run again with --algorithm blake3";
    return EndWith(std::move(f));
  }
  if (!host_digest_.answer) return false;
  result_.sha256 = host_digest_.answer;
  result_.complete = true;
  return End(Phase::kDone);
}

void ContentRunner::OnRead(uint64_t, Piece piece) {
  host_digest_.answer.emplace();
  std::copy_n(piece.buffer.begin(), 32, host_digest_.answer->begin());
  means_.queue.Recycle(std::move(piece));
}

void ContentRunner::OnFailure(uint64_t, Error) { host_digest_.failed = true; }

}  // namespace leafsum::content
