// The finding that an error in a stored value is: which chunk, in which file, where.
#pragma once

#include "base/result.h"
#include "content/job.h"
#include "content/read_queue.h"
#include "report/finding.h"

namespace leafsum::content {

// `ref` lies in an array of `task`; `position`: of the error in its encoded bytes.
report::Finding ValueFinding(const ArrayTask& task, const ReadQueue& queue, const ChunkRef& ref,
                             uint64_t position, const Error& error);

}  // namespace leafsum::content
