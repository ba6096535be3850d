// Why a file is not what it should be, where the damage has a cause that people know by name: its
// first bytes tell. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "io/file_entry.h"

namespace leafsum::verify {

constexpr uint64_t kCauseBytes = 512;  // of a file, from its beginning: more is not looked at

// What stands in place of the file, and what to do; "" where these bytes tell of nothing.
std::string_view CauseOf(Bytes head);

// A download that was not finished, where it may be why `path` is not whole: "<path>.incomplete",
// or else the first of the listing. "" where there is none.
std::string_view UnfinishedDownload(const std::vector<FileEntry>& listing, std::string_view path);

}  // namespace leafsum::verify
