// The members of an archive as who unpacks it would have them: names judged, doubles told.
#pragma once

#include <vector>

#include "archive/limits.h"
#include "archive/member.h"

namespace leafsum::archive {

class MemberList {
 public:
  // `raw` is the name as the archive has it. A hostile one is told and left out. False: over a
  // limit, which is told too.
  bool Add(std::string_view raw, Member member);
  void Tell(Remark remark);

  // After the last member. Of members with one name the last counts, as with every program that
  // unpacks; `doubles_are_errors` where a format forbids them and programs disagree.
  void Judge(bool doubles_are_errors);

  const std::vector<Member>& members() const { return members_; }
  const std::vector<Remark>& remarks() const { return remarks_; }

 private:
  std::vector<Member> members_;
  std::vector<Remark> remarks_;
  uint64_t name_bytes_ = 0;
};

}  // namespace leafsum::archive
