// Recognises, by the first bytes of a damaged file, causes that people know by name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "io/file_entry.h"

namespace leafsum::verify {

constexpr uint64_t kCauseBytes = 512;  // from the beginning of a file; no more is looked at

// What stands in place of the file, and what to do; "" if these bytes do not tell.
std::string_view CauseOf(Bytes head);

// An unfinished download that may be why `path` is not whole: "<path>.incomplete", or else the
// first one in the listing; "" if there is none.
std::string_view UnfinishedDownload(const std::vector<FileEntry>& listing, std::string_view path);

}  // namespace leafsum::verify
