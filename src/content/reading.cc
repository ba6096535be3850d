#include "content/reading.h"

#include <algorithm>
#include <cstring>

#include "content/value_finding.h"

namespace leafsum::content {
namespace {

constexpr size_t kFillBlock = 64 << 10;

ChunkFormat FormatOf(const zarr::ArrayMetadata& m, const zarr::ChunkLevel& elements) {
  ChunkFormat f;
  f.chunk_shape = elements.shape;
  f.transpose = elements.transpose;
  f.codecs = elements.codecs->bytes_codecs;
  f.itemsize = m.type.itemsize;
  f.nbytes = m.type.itemsize;
  for (uint64_t c : f.chunk_shape) f.nbytes *= c;  // divides chunk_nbytes, which fits
  f.fill = FillBlock(m, elements.codecs->big_endian);
  return f;
}

}  // namespace

ByteVector FillBlock(const zarr::ArrayMetadata& m, bool big_endian) {
  ByteVector element = m.fill_value;
  // Swapping bytes is its own inverse, so the step that makes content from the stored form also
  // goes back.
  if (big_endian) (void)zarr::NormalizeElements(m.type, true, element);
  const size_t elements = std::max<size_t>(
      1, static_cast<size_t>(std::min<uint64_t>(kFillBlock, m.nbytes)) / element.size());
  ByteVector block(elements * element.size());
  std::memcpy(block.data(), element.data(), element.size());
  for (size_t n = element.size(); n < block.size(); n *= 2)
    std::memcpy(block.data() + n, block.data(), std::min(n, block.size() - n));
  return block;
}

Reading::Reading(const ArrayTask& t, ReadQueue& q, uint64_t grant)
    : task(t),
      queue(q),
      memory(grant),
      levels(zarr::ChunkLevels(t.metadata)),
      format(FormatOf(t.metadata, levels.back())),
      big_endian(levels.back().codecs->big_endian) {}

std::unique_ptr<ValueReader> Reading::Open(const ChunkRef& ref, uint64_t offset, uint64_t length,
                                           uint64_t piece) const {
  if (ref.file == kInlineChunk)
    return std::make_unique<ValueReader>(
        queue, Bytes(task.inline_bytes)
                   .subspan(static_cast<size_t>(ref.offset + offset), static_cast<size_t>(length)));
  return std::make_unique<ValueReader>(queue, task.source, ref.file, ref.offset + offset, length,
                                       piece);
}

ReadState Reading::Fail(const ChunkRef& ref, uint64_t position, const Error& error) {
  failure = ValueFinding(task, queue, ref, position, error);
  return ReadState::kFailed;
}

ReadState Reading::NeedMemory(uint64_t bytes) {
  memory_needed = bytes;
  return ReadState::kNeedsMemory;
}

}  // namespace leafsum::content
