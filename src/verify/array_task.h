// A leaf of the plan as the plain data of a job, and the memory that reading it takes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "content/job.h"
#include "plan/scan.h"

namespace leafsum::verify {

// The array task of a plan's leaf, with the files of its chunks numbered as in `job_files`.
// `chunks`: for an array in zarr, all of its chunks or some.
using FileIds = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;
content::ArrayTask MakeArrayTask(const plan::Scan& scan, const plan::ItemScan& item,
                                 const plan::LeafPlan& leaf, std::vector<std::string>& job_files,
                                 FileIds& file_ids, std::span<const content::ChunkRef> chunks);
inline content::ArrayTask MakeArrayTask(const plan::Scan& scan, const plan::ItemScan& item,
                                        const plan::LeafPlan& leaf,
                                        std::vector<std::string>& job_files, FileIds& file_ids) {
  return MakeArrayTask(scan, item, leaf, job_files, file_ids, leaf.chunks);
}
// Plain bytes as an array: uint8[nbytes] in one chunk.
zarr::ArrayMetadata RawMetadata(uint64_t nbytes);
// The memory for reading one value in one piece.
inline constexpr uint64_t kStreamMemory =
    6 << 20;  // a zstd stream with a 2 MiB window, two read pieces, buffers
// The memory that reading a leaf will probably take. A job that needs more says so and gets more,
// up to the budget.
uint64_t EstimateMemory(const plan::LeafPlan& leaf);
// The grant for the first attempt.
uint64_t FirstGrant(const plan::LeafPlan& leaf, uint64_t budget);

}  // namespace leafsum::verify
