// The records of a zip file (PKWARE's APPNOTE.TXT 6.3.10,
// sections 4.3.7, 4.3.12, 4.3.14-16, 4.5.3).
#pragma once

#include <optional>
#include <string>

#include "archive/member.h"
#include "base/bytes.h"
#include "base/result.h"

namespace leafsum::archive {

inline constexpr uint64_t kZipEnd = 22;        // bytes of the end record without its comment
inline constexpr uint64_t kZip64Locator = 20;  // before it
inline constexpr uint64_t kZip64End = 56;
inline constexpr uint64_t kZipLocal = 30;  // without name and extra field
inline constexpr uint64_t kZipEntry = 46;  // the same, of the central directory

inline constexpr uint32_t kLocalMark = 0x04034b50, kEntryMark = 0x02014b50, kEndMark = 0x06054b50,
                          kLocatorMark = 0x07064b50, kEnd64Mark = 0x06064b50;

// Where the central directory lies.
struct ZipEnd {
  uint64_t at = 0;  // offset of the end record
  uint64_t entries = 0;
  uint64_t size = 0;
  uint64_t offset = 0;
  bool needs_zip64 = false;
};
// At the start of `bytes`; `at` is where that is.
Result<ZipEnd> DecodeZipEnd(Bytes bytes, uint64_t at);
// The offset of the zip64 end record.
Result<uint64_t> DecodeZip64Locator(Bytes bytes);
Result<ZipEnd> DecodeZip64End(Bytes bytes, uint64_t at);

// What both headers of a member say.
struct ZipHeader {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0;
  uint64_t size = 0;
  uint64_t local = 0;   // central only: where the local header lies
  uint32_t mode = 0;    // central only: st_mode, 0 where the writer has none
  uint64_t length = 0;  // bytes of the header itself
  bool has_zip64 = false;

  bool is_encrypted() const { return (flags & 1) != 0; }
  bool has_descriptor() const { return (flags & 8) != 0; }  // sizes follow the content
};
// The next entry of the central directory, at the start of `bytes`.
Result<ZipHeader> DecodeZipEntry(Bytes bytes);
// A local header; kTruncated where `bytes` has not all of it.
Result<ZipHeader> DecodeZipLocal(Bytes bytes);

}  // namespace leafsum::archive
