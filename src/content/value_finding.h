// Makes a finding from an error in a stored value: which chunk, in which file, at which offset.
#pragma once

#include "base/result.h"
#include "content/job.h"
#include "content/read_queue.h"
#include "report/finding.h"

namespace leafsum::content {

// `ref` is a chunk of `task`; `position` is the offset of the error in its encoded bytes.
report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error);

}  // namespace leafsum::content
