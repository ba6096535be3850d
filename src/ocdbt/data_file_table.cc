#include "ocdbt/data_file_table.h"

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "base/text.h"

namespace leafsum::ocdbt {

DataFileTable DecodeDataFileTable(ByteReader& r, size_t transitive_path_length) {
  DataFileTable table;
  // Each file has two lengths, and each file but the first a third.
  const uint64_t n = r.Count("num_files", ~uint64_t{0}, 2);
  if (n > kMaxDataFiles)
    r.Fail(ErrorCode::kLimit, "too many data files", Text("at most ", kMaxDataFiles), Text(n));
  if (!r.ok() || n == 0) return table;

  auto& files = table.files_;
  files.resize(static_cast<size_t>(n));
  for (size_t i = 1; i < n; ++i) files[i].prefix_length = r.Varint16();
  std::vector<uint16_t> suffix_length(files.size());
  for (auto& length : suffix_length) length = r.Varint16();
  for (auto& file : files) file.base_path_length = r.Varint16();

  const size_t longest =
      transitive_path_length < kMaxPathLength ? kMaxPathLength - transitive_path_length : 0;
  size_t previous_length = 0;
  for (size_t i = 0; i < n && r.ok(); ++i) {
    auto& file = files[i];
    const size_t length = size_t{file.prefix_length} + suffix_length[i];
    const std::string which = Text("data file ", i, ": ");
    if (file.prefix_length > previous_length)
      r.Fail(ErrorCode::kInvalid, which + "path_prefix_length exceeds the previous path",
             Text("at most ", previous_length), Text(file.prefix_length));
    if (length > longest)
      r.Fail(ErrorCode::kInvalid, which + "path is too long below its transitive path",
             AtMostBytes(longest), ByteCount(length));
    if (file.base_path_length > length)
      r.Fail(ErrorCode::kInvalid, which + "base_path_length exceeds the path",
             Text("at most ", length), Text(file.base_path_length));
    // A path that shares more than its base path with the one before must have the same base path.
    if (i > 0 && file.base_path_length != files[i - 1].base_path_length) {
      const uint16_t shorter = std::min(file.base_path_length, files[i - 1].base_path_length);
      if (file.prefix_length > shorter)
        r.Fail(ErrorCode::kInvalid, which + "path_prefix_length exceeds the common base path",
               Text("at most ", shorter), Text(file.prefix_length));
    }
    file.suffix = AsText(r.Take(suffix_length[i]));
    previous_length = length;
    table.path_bytes_ += transitive_path_length + length;
  }
  if (table.path_bytes_ > kMaxTablePathBytes)
    r.Fail(ErrorCode::kLimit, "the data file table has too many bytes of paths",
           AtMostBytes(kMaxTablePathBytes), ByteCount(table.path_bytes_));
  if (!r.ok()) return {};
  return table;
}

std::vector<DataFileId> DataFileTable::Expand(std::string_view transitive_path) const {
  std::vector<DataFileId> out;
  out.reserve(files_.size());
  std::string path;
  for (const File& file : files_) {
    path.resize(file.prefix_length);
    path += file.suffix;
    DataFileId id;
    id.base_path = Text(transitive_path, path.substr(0, file.base_path_length));
    id.relative_path = path.substr(file.base_path_length);
    out.push_back(std::move(id));
  }
  return out;
}

void CheckLocation(ByteReader& r, const DataLocation& location, size_t num_files,
                   MayBeMissing may_be_missing) {
  if (!r.ok()) return;
  if (location.file >= num_files)
    r.Fail(ErrorCode::kInvalid, "data_file_id is not in the data file table",
           Text("less than ", num_files), Text(location.file));
  // The marker of a missing root would overflow below, so it is checked first.
  if (may_be_missing == MayBeMissing::kYes && location.IsMissing()) return;
  if (location.offset > kMaxFileEnd || location.length > kMaxFileEnd - location.offset)
    r.Fail(ErrorCode::kInvalid, "invalid offset/length pair",
           Text("offset + length of at most ", kMaxFileEnd),
           Text(location.offset, " + ", location.length));
}

std::vector<DataLocation> DecodeLocations(ByteReader& r, size_t n, size_t num_files,
                                          MayBeMissing may_be_missing) {
  std::vector<DataLocation> out(n);
  for (auto& location : out) location.file = r.Varint64();
  for (auto& location : out) location.offset = r.Varint64();
  for (auto& location : out) {
    location.length = r.Varint64();
    CheckLocation(r, location, num_files, may_be_missing);
  }
  return out;
}

}  // namespace leafsum::ocdbt
