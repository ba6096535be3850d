// The index of a tar: ustar, pax, GNU and the oldest form. It says what it wants to
// read, forwards only, so that one pass over a compressed tar serves it too; contents are passed
// over.
#pragma once

#include <optional>

#include "archive/member_list.h"
#include "archive/tar_header.h"
#include "base/bytes.h"

namespace leafsum::archive {

class TarIndex {
 public:
  // What to read next, never before what was read; nothing where the index is complete.
  std::optional<Want> Next() const;
  // The answer, from its beginning; shorter than wanted only where the archive ends.
  void Feed(Bytes bytes);

  // No member was found, and what is there is no tar.
  bool is_none() const { return is_none_; }
  MemberList& list() { return list_; }

 private:
  enum class State { kHeader, kExtended, kSparseMap, kTail, kDone };

  void Step(Bytes part);
  void TakeHeader(Bytes block);
  void TakeExtended(Bytes records);
  void TakeMember(TarHeader header);
  void TakeLink(const TarHeader& header, Member& member);
  void TakeTail(Bytes part);
  void TakeEnd(Bytes rest);
  void Stop(Remark remark);
  void Skip(uint64_t size);
  size_t Needed() const;

  State state_ = State::kHeader;
  uint64_t position_ = 0;   // of the next byte that is looked at
  uint64_t window_ = 4096;  // bytes of the next read
  ByteVector pending_;      // what began in an earlier read
  TarHeader extended_;      // the header of the extended header that is being gathered
  TarHeader sparse_;
  uint64_t header_at_ = 0;
  PaxRecords pax_;  // for the next member
  std::optional<std::string> long_name_, long_target_;
  uint64_t seen_ = 0;  // headers
  bool is_none_ = false;
  MemberList list_;
};

}  // namespace leafsum::archive
