// Counts which byte of a source served what (contract §5, §10.22): every byte once, in the first
// class that fits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "report/report.h"

namespace leafsum::plan {

enum class ByteClass : uint8_t { kLeaf, kStructural, kUnread, kIgnored, kUnreachable };

class CoverageMap {
 public:
  // For a source without a listing: a file is as long as its marks reach.
  void GrowWithMarks() { grow_ = true; }
  // Unmarked bytes of `file` are of class `rest`.
  void Reserve(size_t files) { files_.reserve(files); }
  void AddFile(uint32_t file, uint64_t size, ByteClass rest);
  void SetRest(uint32_t file, ByteClass rest);
  void Mark(uint32_t file, uint64_t offset, uint64_t length, ByteClass byte_class);
  void MarkAll(uint32_t file, ByteClass byte_class);
  // With `only`, of the files alone for which it is not 0.
  report::Coverage Sum(const std::vector<uint8_t>* only = nullptr) const;
  // The class of the unmarked bytes of `file`.
  ByteClass Rest(uint32_t file) const { return files_[file].rest; }
  // For each file: whether any byte of it has one of these classes.
  std::vector<uint8_t> Holds(std::initializer_list<ByteClass> classes) const;
  struct Range {
    uint32_t file;
    ByteClass byte_class;
    uint64_t begin, end;
  };
  // The ranges marked with the class, sorted; ranges that overlap or touch are joined.
  std::vector<Range> Marked(ByteClass byte_class) const;

 private:
  bool grow_ = false;
  struct File {
    uint64_t size = 0;
    ByteClass rest = ByteClass::kIgnored;
    bool known = false;
    uint8_t whole = 0;  // a bit for each class: the whole file has it
    bool IsWhole(ByteClass c) const { return (whole >> static_cast<unsigned>(c) & 1) != 0; }
  };
  std::vector<File> files_;
  std::vector<Range> ranges_;
};

}  // namespace leafsum::plan
