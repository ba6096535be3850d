#include "content/value_finding.h"

#include "base/text.h"
#include "zarr/chunk_grid.h"

namespace leafsum::content {

report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error) {
  using report::Code;
  static constexpr Code kCodes[] = {
      Code::kTruncated, Code::kInvalid,     Code::kChecksum,   Code::kUnsupported,  // of ErrorCode
      Code::kLimit,     Code::kMissingFile, Code::kUnreadable, Code::kChangedDuringRead};
  report::Finding finding(kCodes[static_cast<size_t>(error.code)]);
  std::string where;
  if (!task.document_name.empty()) {
    const auto grid = zarr::GridShape(task.metadata.shape, task.metadata.chunk_shape);
    auto index = zarr::Unravel(ref.index, grid);
    for (size_t axis = 0; axis < task.kept.size(); ++axis)
      index[axis] = task.kept[axis][static_cast<size_t>(index[axis])];
    if (task.first_row > 0) index[0] += task.first_row;
    where =
        Text("chunk ", task.key_prefix, zarr::ChunkKey(task.metadata.key_encoding, index), ": ");
  }
  if (ref.file != kInlineChunk) {
    finding.file = queue.path(ref.file);
    finding.offset = ref.offset + position;
  }
  if (!error.expected.empty()) finding.expected = error.expected;
  if (!error.actual.empty()) finding.actual = error.actual;
  finding.message = where + error.message;
  return finding;
}

}  // namespace leafsum::content
