#include "content/read_queue.h"

#include <algorithm>

#include "base/text.h"

namespace leafsum::content {

void ReadQueue::Want(ReadSink* sink, uint32_t source, uint32_t file, uint64_t offset,
                     uint64_t length) {
  Ask ask;
  ask.source = source;
  ask.path = files_[file];
  ask.range = ByteRange{offset, length};
  const uint64_t tag = next_tag_++;
  wanted_.emplace(tag, Wanted{sink, file, offset, length});
  asks_.Want(std::move(ask), tag);
}

void ReadQueue::WantDigest(ReadSink* sink, ByteVector input) {
  Ask ask;
  ask.kind = AskKind::kDigest;
  ask.input = std::move(input);
  const uint64_t tag = next_tag_++;
  wanted_.emplace(tag, Wanted{sink, 0, 0, 32});
  asks_.Want(std::move(ask), tag);
}

void ReadQueue::Forget(ReadSink* sink) {
  for (auto& [tag, wanted] : wanted_)
    if (wanted.sink == sink) wanted.sink = nullptr;
}

void ReadQueue::Recycle(Piece piece) {
  constexpr size_t kKept = 64;
  if (!piece.buffer.empty() && free_.size() < kKept) free_.push_back(std::move(piece));
}

MutableBytes ReadQueue::Reserve(uint32_t id, uint64_t n) {
  Piece& piece = reserved_[id];
  if (piece.buffer.empty() && !free_.empty()) {
    piece = std::move(free_.back());
    free_.pop_back();
  }
  if (piece.buffer.size() < n) piece.buffer.resize(static_cast<size_t>(n));
  return MutableBytes(piece.buffer).first(static_cast<size_t>(n));
}

std::optional<ReadQueue::Wanted> ReadQueue::Take(uint32_t id) {
  auto tag = asks_.Close(id);
  if (!tag) return std::nullopt;
  auto it = wanted_.find(*tag);
  Wanted wanted = it->second;
  wanted_.erase(it);
  return wanted;
}

bool ReadQueue::Commit(uint32_t id, uint64_t n) {
  auto node = reserved_.extract(id);
  Piece piece = node.empty() ? Piece{} : std::move(node.mapped());
  auto wanted = Take(id);
  if (!wanted) return false;
  piece.size = static_cast<size_t>(std::min<uint64_t>(n, piece.buffer.size()));
  if (!wanted->sink) {
    Recycle(std::move(piece));
  } else if (piece.size != wanted->length) {
    wanted->sink->OnFailure(
        wanted->offset,
        Error{ErrorCode::kTruncated, "the file ends before this range does",
              wanted->offset + piece.size, ByteCount(wanted->length), ByteCount(n)});
  } else {
    wanted->sink->OnRead(wanted->offset, std::move(piece));
  }
  return true;
}

bool ReadQueue::Fail(uint32_t id, Failure failure, std::string_view why) {
  auto wanted = Take(id);
  if (!wanted) return false;
  if (!wanted->sink) return true;
  Error error;
  error.offset = wanted->offset;
  switch (failure) {
    case Failure::kMissing:
      error.code = ErrorCode::kMissing;
      error.message = "the file is missing";
      break;
    case Failure::kUnreadable:
      error.code = ErrorCode::kUnreadable;
      error.message = "could not be read: " + std::string(why);
      break;
    case Failure::kChanged:
      error.code = ErrorCode::kChanged;
      error.message = "changed while it was being read";
      break;
  }
  wanted->sink->OnFailure(wanted->offset, std::move(error));
  return true;
}

}  // namespace leafsum::content
