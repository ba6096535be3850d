// The index of a zip: end record, central directory, then every local header.
#pragma once

#include <optional>
#include <vector>

#include "archive/member_list.h"
#include "archive/zip_directory.h"

namespace leafsum::archive {

class ZipIndex {
 public:
  explicit ZipIndex(uint64_t size);

  std::optional<Want> Next() const;
  // The answer; shorter than wanted only where the archive ends.
  void Feed(Bytes bytes);

  // No end record: what is there is no zip, or was cut off.
  bool is_none() const { return is_none_; }
  MemberList& list() { return list_; }

 private:
  enum class State { kEnd, kEnd64, kDirectory, kLocals, kGaps, kDone };

  void TakeEnd(Bytes tail);
  void TakeEnd64(Bytes bytes);
  void WantDirectory(const ZipEnd& end);
  void TakeDirectory(Bytes bytes);
  void TakeLocals(Bytes bytes);
  bool TakeLocal(const ZipHeader& entry, Bytes bytes);
  void WantLocal(uint64_t least);
  void TakeGaps(Bytes bytes);
  void Uncovered(uint64_t until);
  void WantGap();
  void Stop(std::string_view code, std::string_view message);

  const uint64_t size_;
  State state_ = State::kEnd;
  Want want_;
  ZipEnd end_;
  std::vector<ZipHeader> entries_;  // by the place of their local headers
  std::vector<Want> gaps_;          // bytes that belong to no member
  uint64_t covered_ = 0;
  size_t next_ = 0;
  bool is_none_ = false;
  MemberList list_;
};

}  // namespace leafsum::archive
