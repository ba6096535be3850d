#include "archive/member_list.h"

#include <algorithm>
#include <utility>

#include "archive/member_name.h"
#include "base/sort.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

// "/" below every other byte: what lies in a directory follows it at once.
int ComparePaths(std::string_view a, std::string_view b) {
  const size_t n = std::min(a.size(), b.size());
  for (size_t i = 0; i < n; ++i) {
    if (a[i] == b[i]) continue;
    const int x = a[i] == '/' ? -1 : static_cast<uint8_t>(a[i]);
    const int y = b[i] == '/' ? -1 : static_cast<uint8_t>(b[i]);
    return x < y ? -1 : 1;
  }
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

bool LiesIn(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path[directory.size()] == '/' &&
         path.substr(0, directory.size()) == directory;
}

const char* KindName(MemberKind kind) {
  switch (kind) {
    case MemberKind::kFile:
      return "a file";
    case MemberKind::kDirectory:
      return "a directory";
    case MemberKind::kSymlink:
    case MemberKind::kHardLink:
      return "a link";
    case MemberKind::kOther:
      return "neither a file nor a directory";
  }
  return "";
}

}  // namespace

bool MemberList::Add(std::string_view raw, Member member) {
  if (members_.size() == kMaxMembers ||
      raw.size() + member.target.size() > kMaxNames - name_bytes_) {
    Tell(
        {"limit", "", Text("at most ", Grouped{kMaxMembers}, " members"), "more",
         "the archive has too many members to be read in place: unpack it and name the directory"});
    return false;
  }
  name_bytes_ += raw.size() + member.target.size();
  const MemberName name = ReadMemberName(raw);
  if (!name.hostile.empty()) {
    Tell({"hostile-path", Printable(raw.substr(0, kMaxName)), "a path inside the archive", "",
          Text("a member of the archive is not read: ", name.hostile,
               ". Unpacking it could overwrite files elsewhere: do not unpack this archive")});
    return true;
  }
  if (name.is_directory && member.kind == MemberKind::kFile && member.size == 0)
    member.kind = MemberKind::kDirectory;
  member.path = name.path;
  if (member.path.empty() && member.kind != MemberKind::kDirectory) {
    Tell({"invalid", Printable(raw), "a directory", KindName(member.kind),
          "a member of the archive has the place of the archive's own top: make the archive anew"});
    return true;
  }
  members_.push_back(std::move(member));
  return true;
}

void MemberList::Tell(Remark remark) {
  if (remarks_.size() < kMaxRemarks) remarks_.push_back(std::move(remark));
}

void MemberList::Judge(bool doubles_are_errors) {
  StableSort(members_,
             [](const Member& a, const Member& b) { return ComparePaths(a.path, b.path) < 0; });
  std::vector<Member> kept;
  for (Member& member : members_) {
    if (kept.empty() || kept.back().path != member.path) {
      kept.push_back(std::move(member));
      continue;
    }
    const bool both_directories =
        kept.back().kind == MemberKind::kDirectory && member.kind == MemberKind::kDirectory;
    if (!both_directories)
      Tell({doubles_are_errors ? "name-collision" : "duplicate-member", member.path,
            "one member of this name", "more than one",
            doubles_are_errors
                ? "the archive has two members of one name, and programs disagree which counts: "
                  "make the archive anew"
                : "the archive has this member more than once; the last is read, as it is the one "
                  "that stays when the archive is unpacked"});
    kept.back() = std::move(member);
  }
  members_ = std::move(kept);
  // Nothing lies in what is no directory; through a link it would be written elsewhere.
  const Member* above = nullptr;
  std::vector<const Member*> parents;
  for (const Member& member : members_) {
    while (!parents.empty() && !LiesIn(member.path, parents.back()->path)) parents.pop_back();
    above = parents.empty() ? nullptr : parents.back();
    if (above)
      Tell({above->kind == MemberKind::kSymlink ? "hostile-path" : "name-collision", member.path,
            Text("a directory \"", above->path, "\""), KindName(above->kind),
            "a member of the archive lies in what is no directory: what becomes of it depends on "
            "the program that unpacks it: make the archive anew"});
    if (member.kind != MemberKind::kDirectory) parents.push_back(&member);
  }
}

}  // namespace leafsum::archive
