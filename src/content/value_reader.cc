#include "content/value_reader.h"

#include <algorithm>

namespace leafsum::content {
namespace {
constexpr size_t kPiecesAhead = 2;
}

ValueReader::ValueReader(ReadQueue& queue, uint32_t source, uint32_t file, uint64_t offset,
                         uint64_t length, uint64_t piece)
    : queue_(queue),
      source_(source),
      file_(file),
      offset_(offset),
      length_(length),
      piece_(piece) {}

ValueReader::ValueReader(ReadQueue& queue, Bytes inline_bytes)
    : queue_(queue),
      length_(inline_bytes.size()),
      asked_(inline_bytes.size()),
      inline_(inline_bytes) {}

ValueReader::~ValueReader() {
  bool open = false;
  for (Slot& slot : slots_) {
    open |= !slot.filled;
    queue_.Recycle(std::move(slot.piece));
  }
  if (open) queue_.Forget(this);
}

void ValueReader::Start() {
  if (started_) return;
  started_ = true;
  AskAhead();
}

void ValueReader::AskAhead() {
  while (asked_ < length_ && slots_.size() < kPiecesAhead) {
    const uint64_t n = std::min(piece_, length_ - asked_);
    slots_.push_back({offset_ + asked_, false, {}, {}});
    asked_ += n;
    queue_.Want(this, source_, file_, offset_ + asked_ - n, n);
  }
}

Bytes ValueReader::Available() const {
  if (!inline_.empty()) return inline_.subspan(static_cast<size_t>(position_));
  if (slots_.empty() || !slots_.front().filled || slots_.front().error) return {};
  return slots_.front().piece.bytes().subspan(used_);
}

const std::optional<Error>& ValueReader::error() const {
  static const std::optional<Error> kNone;
  if (!slots_.empty() && slots_.front().filled && slots_.front().error) return slots_.front().error;
  return kNone;
}

void ValueReader::Consume(size_t n) {
  if (hash_) hash_->Update(Available().first(n));
  position_ += n;
  if (!inline_.empty()) return;
  used_ += n;
  if (!slots_.empty() && slots_.front().filled && used_ == slots_.front().piece.size) {
    queue_.Recycle(std::move(slots_.front().piece));
    slots_.pop_front();
    used_ = 0;
    AskAhead();
  }
}

void ValueReader::OnRead(uint64_t offset, Piece piece) {
  for (Slot& slot : slots_) {
    if (slot.offset != offset || slot.filled) continue;
    slot.filled = true;
    slot.piece = std::move(piece);
    return;
  }
}

void ValueReader::OnFailure(uint64_t offset, Error error) {
  for (Slot& slot : slots_) {
    if (slot.offset != offset || slot.filled) continue;
    slot.filled = true;
    slot.error = std::move(error);
    return;
  }
}

}  // namespace leafsum::content
