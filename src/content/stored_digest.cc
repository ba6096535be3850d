#include "content/stored_digest.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "base/limits.h"
#include "content/value_finding.h"

namespace leafsum::content {
namespace {
constexpr size_t kReadersAhead = 8;  // so that small values are asked for in advance
constexpr uint64_t kBytesAhead = 2 * kReadPiece;
}  // namespace

StoredHasher::StoredHasher(const ArrayTask& task) {
  ByteWriter w;
  w.Raw(AsBytes("leafsum1 stored\n")).Raw(AsBytes(task.document_name)).U8('\n');
  w.U64Le(task.document.size()).Raw(task.document);
  hash_.Update(w.bytes());
}

void StoredHasher::Add(const ChunkRef& ref, const hash::Digest& digest) {
  ByteWriter w;
  w.U64Le(ref.index).U64Le(ref.length).Raw(digest);
  hash_.Update(w.bytes());
  ++count_;
}

hash::Digest StoredHasher::Finish() {
  ByteWriter w;
  w.U64Le(count_);
  hash_.Update(w.bytes());
  return hash_.Finish();
}

hash::Digest StoredDigestOf(const ArrayTask& task, std::span<const ChunkRef> chunks,
                            Bytes digests) {
  StoredHasher hasher(task);
  for (const ChunkRef& chunk : chunks) {
    hash::Digest digest;
    std::copy_n(digests.begin(), digest.size(), digest.begin());
    digests = digests.subspan(digest.size());
    hasher.Add(chunk, digest);
  }
  return hasher.Finish();
}

StoredPass::StoredPass(const ArrayTask& task, ReadQueue& queue, bool keep_chunks)
    : task_(task), queue_(queue), keep_chunks_(keep_chunks), hasher_(task) {}

StoredPass::~StoredPass() = default;

StoredPass::State StoredPass::Advance() {
  for (;;) {
    uint64_t ahead = 0;
    for (const Open& open : open_) ahead += open.ref.length;
    while (next_ < task_.chunks.size() && open_.size() < kReadersAhead &&
           (open_.empty() || ahead < kBytesAhead)) {
      const ChunkRef& ref = task_.chunks[next_++];
      Open open{ref, nullptr, {}};
      open.reader =
          ref.file == kInlineChunk
              ? std::make_unique<ValueReader>(queue_, Bytes(task_.inline_bytes)
                                                          .subspan(static_cast<size_t>(ref.offset),
                                                                   static_cast<size_t>(ref.length)))
              : std::make_unique<ValueReader>(queue_, task_.source, ref.file, ref.offset,
                                              ref.length, kReadPiece);
      open.reader->Start();
      ahead += ref.length;
      open_.push_back(std::move(open));
    }
    if (open_.empty()) return State::kDone;
    Open& front = open_.front();
    ValueReader& reader = *front.reader;
    while (reader.position() < reader.length()) {
      if (reader.error()) {
        failure_ = ValueFinding(task_, queue_, front.ref, reader.position(), *reader.error());
        return State::kFailed;
      }
      if (reader.blocked()) return State::kBlocked;
      const Bytes bytes = reader.Available();
      front.hash.Update(bytes);
      bytes_ += bytes.size();
      reader.Consume(bytes.size());
    }
    const hash::Digest digest = front.hash.Finish();
    hasher_.Add(front.ref, digest);
    if (keep_chunks_) chunk_digests_.insert(chunk_digests_.end(), digest.begin(), digest.end());
    open_.pop_front();
  }
}

}  // namespace leafsum::content
