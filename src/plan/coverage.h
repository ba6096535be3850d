// Which byte of a source served what (contract §5, §10.22): every byte once, by the first class
// that fits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "report/report.h"

namespace leafsum::plan {

enum class ByteClass : uint8_t { kLeaf, kStructural, kUnread, kIgnored, kUnreachable };

class CoverageMap {
 public:
  // For a source without a listing: a file is as long as the marks on it reach.
  void GrowWithMarks() { grow_ = true; }
  // Bytes of `file` that nothing marks are of `rest`.
  void Reserve(size_t files) { files_.reserve(files); }
  void AddFile(uint32_t file, uint64_t size, ByteClass rest);
  void SetRest(uint32_t file, ByteClass rest);
  void Mark(uint32_t file, uint64_t offset, uint64_t length, ByteClass byte_class);
  void MarkAll(uint32_t file, ByteClass byte_class);
  report::Coverage Sum() const;
  // What the bytes of `file` are that nothing marks.
  ByteClass Rest(uint32_t file) const { return files_[file].rest; }
  // By file: whether any byte of it was marked so.
  std::vector<uint8_t> Holds(std::initializer_list<ByteClass> classes) const;
  struct Range {
    uint32_t file;
    ByteClass byte_class;
    uint64_t begin, end;
  };
  // What is marked so, sorted; what overlaps or touches is one range.
  std::vector<Range> Marked(ByteClass byte_class) const;

 private:
  bool grow_ = false;
  struct File {
    uint64_t size = 0;
    ByteClass rest = ByteClass::kIgnored;
    bool known = false;
    uint8_t whole = 0;  // by class, a bit: all of it is marked so
    bool IsWhole(ByteClass c) const { return (whole >> static_cast<unsigned>(c) & 1) != 0; }
  };
  std::vector<File> files_;
  std::vector<Range> ranges_;
};

}  // namespace leafsum::plan
