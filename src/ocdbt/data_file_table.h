// The table of data files in every OCDBT block, and references into it (README.md, formats §1.4).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "ocdbt/indirect_data_reference.h"

namespace leafsum::ocdbt {

// Kept prefix-compressed, as views of the block's body: a hostile table of a few bytes may stand
// for gigabytes of paths, so check path_bytes() before Expand.
class DataFileTable {
 public:
  size_t count() const { return files_.size(); }
  // The bytes of all expanded paths, each with the transitive path before it. At most
  // kMaxTablePathBytes.
  uint64_t path_bytes() const { return path_bytes_; }
  // Expands all paths: base_path is `transitive_path` ++ base, which is what references from this
  // block mean.
  std::vector<DataFileId> Expand(std::string_view transitive_path) const;

 private:
  friend DataFileTable DecodeDataFileTable(ByteReader& r, size_t transitive_path_length);
  struct File {
    std::string_view suffix;
    uint16_t prefix_length = 0;
    uint16_t base_path_length = 0;
  };
  std::vector<File> files_;
  uint64_t path_bytes_ = 0;
};

// Reads the table at the position of `r`. Errors become failures of `r`.
DataFileTable DecodeDataFileTable(ByteReader& r, size_t transitive_path_length);

// A reference as it is stored: a file by its number, not by its name.
struct DataLocation {
  uint64_t file = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
  bool IsMissing() const { return offset == ~uint64_t{0} && length == ~uint64_t{0}; }
};

enum class MayBeMissing : bool { kNo, kYes };

// Fails `r` unless a table of `num_files` has the file and the range is possible in a file. Only
// the root of a version may be missing: that is the empty tree.
void CheckLocation(ByteReader& r, const DataLocation& location, size_t num_files,
                   MayBeMissing may_be_missing);

// Three columns of `n` varints: data_file_id, offset, length. All are checked.
std::vector<DataLocation> DecodeLocations(ByteReader& r, size_t n, size_t num_files,
                                          MayBeMissing may_be_missing);

}  // namespace leafsum::ocdbt
