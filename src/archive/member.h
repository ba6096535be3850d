// What an archive's index says: its members, and what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leafsum::archive {

enum class MemberKind : uint8_t { kFile, kDirectory, kSymlink, kHardLink, kOther };
enum class Packing : uint8_t { kStored, kDeflated };

struct Member {
  std::string path;  // below the archive's top, "/" between components; "" is the top itself
  MemberKind kind = MemberKind::kFile;
  Packing packing = Packing::kStored;
  uint64_t offset = 0;  // of its content, in the archive
  uint64_t packed = 0;  // bytes there
  uint64_t size = 0;    // bytes of content
  uint32_t crc = 0;     // of a zip's member
  std::string target;   // of a link, as it is written
  std::string refusal;  // why its content cannot be read here; "" where it can
  uint64_t header = 0;  // where the archive speaks of it: offset of its (local) header
};

// A finding in the making. `code` is one of contract §5's.
struct Remark {
  std::string_view code;
  std::string file;  // the member's name, "" for the archive as a whole
  std::string expected;
  std::string actual;
  std::string message;
};

// A read that an index wants: bytes of the archive (of a compressed one's content). Fewer are given
// only where it ends.
struct Want {
  uint64_t offset = 0;
  uint64_t length = 0;
};

}  // namespace leafsum::archive
