// A zip's central directory against the local headers: one archive for everybody who reads it, or
// none. Programs that read from the front see the local headers, all others the directory.
#pragma once

#include <string>
#include <vector>

#include "archive/zip_records.h"

namespace leafsum::archive {

// What the local header says otherwise; "" where both say the same.
std::string Disagreement(const ZipHeader& entry, const ZipHeader& local);

// The member that both headers describe; its path is still to be made of the name. `data` is where
// its content begins.
Member MemberOf(const ZipHeader& entry, uint64_t data);

}  // namespace leafsum::archive
