#include "content/leaf_runner.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace leafsum::content {
namespace {

// Less than this our own code has done before a promise is made.
constexpr uint64_t kHostDigestFloor = 64 << 10;
constexpr uint64_t kHostDigestCeiling = 4 << 20;
// Some ten milliseconds of hashing.
constexpr uint64_t kPauseEvery = 16 << 20;
constexpr uint64_t kUnseenWork = 64 << 10;  // of a reader that comes without content

}  // namespace

LeafRunner::LeafRunner(const LeafTask& task, ReadQueue& queue, uint64_t memory, uint64_t budget,
                       const Abilities& abilities, bool keep_content)
    : task_(task),
      queue_(queue),
      memory_(memory),
      budget_(budget),
      abilities_(abilities),
      keep_content_(keep_content) {
  result_.leaf = task.leaf;
  if (!task.other.empty()) {
    phase_ = Phase::kCompare;
    reader_ = Open(task.array, 2, nullptr);
    other_ = Open(task.other[0], 2, nullptr);
    comparer_ = std::make_unique<ValueComparer>(task.array.metadata.type);
    return;
  }
  const bool in_one_pass =
      task.content && !task.expected_stored && ContentReader::HashesValues(task.array.metadata);
  phase_ = task.stored && !in_one_pass ? Phase::kStored : Phase::kContent;
}

// It has 1 / `share` of what there is.
std::unique_ptr<ContentReader> LeafRunner::Open(const ArrayTask& array, uint64_t share,
                                                ContentReader::OnValue on_value) const {
  auto reader =
      std::make_unique<ContentReader>(array, queue_, memory_ / share, std::move(on_value));
  reader->AllowParts(budget_ / share, abilities_.parts);
  return reader;
}

LeafRunner::~LeafRunner() {
  if (phase_ == Phase::kHostDigest) queue_.Forget(this);
}

void LeafRunner::Fail(report::Finding finding) {
  result_.findings.clear();  // warnings are of values that are there
  result_.findings.push_back(std::move(finding));
  phase_ = Phase::kDone;
}

bool LeafRunner::End(Phase phase) {
  phase_ = phase;
  return true;
}

bool LeafRunner::Went(uint64_t bytes) {
  progress_ += bytes;
  since_pause_ += bytes == 0 ? kUnseenWork : bytes;
  return paused_ = since_pause_ >= kPauseEvery;
}

bool LeafRunner::Advance() {
  paused_ = false;
  since_pause_ = 0;
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
      case Phase::kCompare:
        moved = StepCompare();
        break;
      case Phase::kDone:
        return true;
    }
    if (!moved) return false;
  }
}

bool LeafRunner::StepStored() {
  if (!stored_pass_)
    stored_pass_ = std::make_unique<StoredPass>(task_.array, queue_, task_.chunk_digests);
  const StoredPass::State state = stored_pass_->Advance();
  if (state == StoredPass::State::kBlocked) return false;
  if (state == StoredPass::State::kFailed) {
    Fail(stored_pass_->failure());
    return true;
  }
  result_.stored = stored_pass_->Finish();
  result_.chunks = stored_pass_->chunk_digests();
  stored_pass_.reset();
  if (task_.expected_stored && *task_.expected_stored == *result_.stored) {
    result_.stored_matched = true;
    result_.complete = true;
    progress_ = task_.array.metadata.nbytes;
    return End(Phase::kDone);
  }
  result_.complete = !task_.content;
  return End(task_.content ? Phase::kContent : Phase::kDone);
}

bool LeafRunner::Wanted(Bytes& bytes) {
  if (!task_.part) return true;
  const ContentPart& part = *task_.part;
  const uint64_t at = position_, size = bytes.size();
  position_ += size;
  const uint64_t before = std::min(size, part.skip > at ? part.skip - at : 0);
  const uint64_t offset = at + before - std::min(part.skip, at + before);  // in the part
  const uint64_t length = std::min(size - before, part.take - std::min(part.take, offset));
  bytes = bytes.subspan(static_cast<size_t>(before), static_cast<size_t>(length));
  if (!bytes.empty() && part.hand_out && abilities_.sink)
    abilities_.sink(task_.leaf, offset, bytes);
  return offset + length < part.take;
}

void LeafRunner::StartContent() {
  const uint64_t nbytes = task_.array.metadata.nbytes;
  ContentReader::OnValue on_value;
  if (task_.stored && !result_.stored) {
    stored_hasher_ = std::make_unique<StoredHasher>(task_.array);
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
  if (task_.sha256 && !keep_content_) {
    // Not counted against the grant, so that no refusal depends on what the host offers: it is
    // small.
    host_digest_.asked = nbytes >= kHostDigestFloor &&
                         nbytes <= std::min(abilities_.host_digest_cap, kHostDigestCeiling);
    if (!host_digest_.asked) sha256_ = hash::MakeSha256(abilities_.sha256);
  }
  if (keep_content_ || host_digest_.asked) content_.reserve(static_cast<size_t>(nbytes));
  reader_ = Open(task_.array, 1, std::move(on_value));
  const ContentPart* part = task_.part ? &*task_.part : nullptr;
  if (blake3_ && !task_.sha256 && (part ? part->whole : nbytes) > hash::kBlockSize &&
      !(part && part->hand_out))
    reader_->AllowValues(part ? part->begin - part->skip : 0, part ? part->skip | part->take : 0);
  if (task_.part) position_ = reader_->StartAt(task_.part->skip);
}

// Digests one piece of content, or hands it out. How much of it went through; whether more is
// wanted.
std::pair<uint64_t, bool> LeafRunner::DigestContent(Bytes bytes) {
  const uint64_t nbytes = task_.array.metadata.nbytes;
  uint64_t read = bytes.size();
  bool more;
  // Where the part ends with the array, so do its values, which are looked at to their end.
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
  // A group of chunks is looked at to its end before the next one's first bytes come.
  if (task_.part && task_.part->owned > 0 && position_ > task_.part->owned) TakeWarnings();
  if (blake3_) blake3_->Update(bytes);
  if (sha256_) sha256_->Update(bytes);
  if (keep_content_ || host_digest_.asked)
    content_.insert(content_.end(), bytes.begin(), bytes.end());
  return {read, more};
}

bool LeafRunner::StepContent() {
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
        Fail(reader_->failure());
        return true;
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

bool LeafRunner::EndContent() {
  if (task_.part && position_ < task_.part->skip + task_.part->take) {
    report::Finding f(report::Code::kChangedDuringRead);
    f.message = "the leaf holds less than the part that was to be read";
    Fail(std::move(f));
    return true;
  }
  TakeWarnings();
  if (blake3_) result_.blocks = blake3_->blocks();
  if (!task_.part || (task_.part->whole != 0 && task_.part->take == task_.part->whole))
    result_.blake3 = blake3_->Finish();
  if (stored_hasher_) result_.stored = stored_hasher_->Finish();
  if (sha256_) result_.sha256 = sha256_->Finish();
  if (host_digest_.asked) {
    queue_.WantDigest(this, std::move(content_));
    return End(Phase::kHostDigest);
  }
  result_.complete = true;
  return End(Phase::kDone);
}

// Once: what comes later is not this task's.
void LeafRunner::TakeWarnings() {
  if (std::exchange(warnings_taken_, true)) return;
  for (report::Finding& f : reader_->TakeWarnings()) result_.findings.push_back(std::move(f));
}

bool LeafRunner::StepHostDigest() {
  if (host_digest_.failed) {
    report::Finding f(report::Code::kUnreadable);
    f.message = "the host gave no SHA-256 of this leaf; run again with --algorithm blake3";
    Fail(std::move(f));
    return true;
  }
  if (!host_digest_.answer) return false;
  result_.sha256 = host_digest_.answer;
  result_.complete = true;
  return End(Phase::kDone);
}

void LeafRunner::OnRead(uint64_t, Piece piece) {
  host_digest_.answer.emplace();
  std::copy_n(piece.buffer.begin(), 32, host_digest_.answer->begin());
  queue_.Recycle(std::move(piece));
}

void LeafRunner::OnFailure(uint64_t, Error) { host_digest_.failed = true; }

// Both sides give pieces of their own sizes, which may cut elements: the shorter one decides how
// far they are compared.
bool LeafRunner::StepCompare() {
  const uint32_t item = task_.array.metadata.type.itemsize;
  for (;;) {
    ContentReader* readers[] = {reader_.get(), other_.get()};
    ByteVector* rests[] = {&a_, &b_};
    for (int side = 0; side < 2; ++side) {
      Bytes bytes;
      bool ended = false;
      while (rests[side]->size() < item && !ended) switch (readers[side]->Next(bytes)) {
          case ContentReader::State::kBytes:
            rests[side]->insert(rests[side]->end(), bytes.begin(), bytes.end());
            break;
          case ContentReader::State::kBlocked:
            return false;
          case ContentReader::State::kFailed:
            Fail(readers[side]->failure());
            return true;
          case ContentReader::State::kNeedsMemory:
            result_.memory_needed = readers[side]->memory_needed() * 2;
            return End(Phase::kDone);
          case ContentReader::State::kDone:
            ended = true;
            break;
        }
    }
    size_t n = std::min(a_.size(), b_.size());
    n -= n % item;
    if (n == 0) break;  // one side has ended; shapes are equal, so both have
    comparer_->Update(Bytes(a_).first(n), Bytes(b_).first(n));
    const bool pause = Went(n);
    a_.erase(a_.begin(), a_.begin() + static_cast<ptrdiff_t>(n));
    b_.erase(b_.begin(), b_.begin() + static_cast<ptrdiff_t>(n));
    if (pause) return false;
  }
  result_.difference = comparer_->Finish();
  result_.complete = true;
  return End(Phase::kDone);
}

}  // namespace leafsum::content
