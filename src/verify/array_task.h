// A leaf of the plan as the plain data of a job, and what reading it takes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "content/job.h"
#include "plan/scan.h"

namespace leafsum::verify {

// An array task over a plan's leaf, its chunks' files numbered as in `job_files`. `chunks`: of an
// array in zarr, all or some of its own.
using FileIds = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;
content::ArrayTask MakeArrayTask(const plan::Scan& scan, const plan::ItemScan& item,
                                 const plan::LeafPlan& leaf, std::vector<std::string>& job_files,
                                 FileIds& file_ids, std::span<const content::ChunkRef> chunks);
inline content::ArrayTask MakeArrayTask(const plan::Scan& scan, const plan::ItemScan& item,
                                        const plan::LeafPlan& leaf,
                                        std::vector<std::string>& job_files, FileIds& file_ids) {
  return MakeArrayTask(scan, item, leaf, job_files, file_ids, leaf.chunks);
}
// Bytes as an array: uint8[nbytes] in one chunk.
zarr::ArrayMetadata RawMetadata(uint64_t nbytes);
// What reading one value in one piece takes.
inline constexpr uint64_t kStreamMemory =
    6 << 20;  // a zstd stream with a 2 MiB window, two read pieces, buffers
// What reading a leaf will probably take; a job that needs more says so and is given more, up to
// the budget.
uint64_t EstimateMemory(const plan::LeafPlan& leaf);
// With which grant it is tried first.
uint64_t FirstGrant(const plan::LeafPlan& leaf, uint64_t budget);

}  // namespace leafsum::verify
