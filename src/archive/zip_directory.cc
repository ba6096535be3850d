#include "archive/zip_directory.h"

#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr uint32_t kKind = 0170000, kLink = 0120000, kRegular = 0100000, kDirectory = 0040000;
// The directory hides what the local header says (4.4.4, bit 13).
constexpr uint16_t kMasked = 1 << 13;

std::string Differ(std::string_view what, uint64_t central, uint64_t local) {
  return Text(what, " ", Grouped{central}, ", before the member ", Grouped{local});
}

}  // namespace

std::string Disagreement(const ZipHeader& entry, const ZipHeader& local) {
  if (entry.name != local.name) return "another name";
  if (entry.method != local.method) return Differ("method", entry.method, local.method);
  if (entry.is_encrypted() != local.is_encrypted()) return "encrypted in one of them alone";
  // With a descriptor the local header may leave these three open: zeros, or what was known.
  const bool may_be_open = local.has_descriptor();
  const auto differs = [&](uint64_t a, uint64_t b) { return a != b && !(may_be_open && b == 0); };
  if (differs(entry.size, local.size)) return Differ("size", entry.size, local.size);
  if (differs(entry.packed, local.packed))
    return Differ("compressed size", entry.packed, local.packed);
  if (differs(entry.crc, local.crc)) return "another CRC-32";
  return "";
}

Member MemberOf(const ZipHeader& entry, uint64_t data) {
  Member member;
  member.header = entry.local;
  member.offset = data;
  member.packed = entry.packed;
  member.size = entry.size;
  member.crc = entry.crc;
  const uint32_t kind = entry.mode & kKind;
  if (entry.name.ends_with('/') || kind == kDirectory)
    member.kind = MemberKind::kDirectory;
  else if (kind == kLink)
    member.kind = MemberKind::kSymlink;
  else if (kind != kRegular && kind != 0)
    member.kind = MemberKind::kOther;
  if (entry.method == kDeflated)
    member.packing = Packing::kDeflated;
  else if (entry.method != kStored)
    member.refusal = Text("compressed by method ", entry.method,
                          " of zip: unpack the archive and name the directory");
  if (entry.is_encrypted() || (entry.flags & kMasked) != 0)
    member.refusal = "encrypted: unpack the archive and name the directory";
  if (member.kind == MemberKind::kOther) member.refusal = "refused: not a regular file";
  return member;
}

}  // namespace leafsum::archive
