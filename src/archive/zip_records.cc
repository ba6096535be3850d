#include "archive/zip_records.h"

#include "archive/limits.h"
#include "base/byte_reader.h"
#include "base/text.h"

namespace leafsum::archive {
namespace {

constexpr uint16_t kFull16 = 0xffff;
constexpr uint32_t kFull32 = 0xffffffff;
constexpr uint16_t kZip64Extra = 1;

uint16_t U16(ByteReader& r) {
  const uint16_t low = r.U8();
  return static_cast<uint16_t>(low | r.U8() << 8);
}

void Expect(ByteReader& r, uint32_t mark, std::string_view what) {
  if (r.U32Le() != mark && r.ok()) r.Fail(ErrorCode::kInvalid, Text("here is no ", what));
}

// Zip64 (4.5.3): those of the members that stand as all ones, in this order.
void ReadExtra(Bytes extra, ZipHeader& h, bool is_central, ByteReader& outer) {
  ByteReader r(extra);
  while (r.remaining() >= 4) {
    const uint16_t id = U16(r), size = U16(r);
    const Bytes data = r.Take(size);
    if (!r.ok()) return;  // other programs pad with what is no field
    if (id != kZip64Extra || h.has_zip64) continue;
    h.has_zip64 = true;
    ByteReader z(data);
    if (h.size == kFull32) h.size = z.U64Le();
    if (h.packed == kFull32) h.packed = z.U64Le();
    if (is_central && h.local == kFull32) h.local = z.U64Le();
    if (!z.ok()) outer.Fail(ErrorCode::kInvalid, "a zip64 field is too short");
  }
}

Status CheckNumbers(const ZipHeader& h) {
  if (h.packed > kMaxOffset || h.size > kMaxOffset || h.local > kMaxOffset)
    return Error{ErrorCode::kInvalid, "a size or place is no possible number", {}, "", ""};
  return std::nullopt;
}

}  // namespace

Result<ZipEnd> DecodeZipEnd(Bytes bytes, uint64_t at) {
  ByteReader r(bytes);
  ZipEnd end;
  end.at = at;
  Expect(r, kEndMark, "end record");
  const uint16_t disk = U16(r), first_disk = U16(r), here = U16(r);
  end.entries = U16(r);
  end.size = r.U32Le();
  end.offset = r.U32Le();
  U16(r);  // length of the comment
  if (!r.ok()) return r.error();
  end.needs_zip64 = disk == kFull16 || first_disk == kFull16 || end.entries == kFull16 ||
                    end.size == kFull32 || end.offset == kFull32;
  if (!end.needs_zip64 && (disk != 0 || first_disk != 0 || here != end.entries))
    return Error{ErrorCode::kUnsupported, "the zip is one of several parts", {}, "", ""};
  return end;
}

Result<uint64_t> DecodeZip64Locator(Bytes bytes) {
  ByteReader r(bytes);
  Expect(r, kLocatorMark, "zip64 locator");
  const uint32_t disk = r.U32Le();
  const uint64_t offset = r.U64Le();
  const uint32_t disks = r.U32Le();
  if (!r.ok()) return r.error();
  if (disk != 0 || disks > 1)
    return Error{ErrorCode::kUnsupported, "the zip is one of several parts", {}, "", ""};
  return offset;
}

Result<ZipEnd> DecodeZip64End(Bytes bytes, uint64_t at) {
  ByteReader r(bytes);
  ZipEnd end;
  end.at = at;
  Expect(r, kEnd64Mark, "zip64 end record");
  r.U64Le();  // its own size
  r.U32Le();  // versions
  const uint32_t disk = r.U32Le(), first_disk = r.U32Le();
  const uint64_t here = r.U64Le();
  end.entries = r.U64Le();
  end.size = r.U64Le();
  end.offset = r.U64Le();
  if (!r.ok()) return r.error();
  if (disk != 0 || first_disk != 0 || here != end.entries)
    return Error{ErrorCode::kUnsupported, "the zip is one of several parts", {}, "", ""};
  return end;
}

Result<ZipHeader> DecodeZipEntry(Bytes bytes) {
  ByteReader r(bytes);
  ZipHeader h;
  Expect(r, kEntryMark, "entry of the central directory");
  const uint16_t made_by = U16(r);
  U16(r);  // version needed
  h.flags = U16(r);
  h.method = U16(r);
  r.U32Le();  // time and date
  h.crc = r.U32Le();
  h.packed = r.U32Le();
  h.size = r.U32Le();
  const uint16_t name = U16(r), extra = U16(r), comment = U16(r);
  U16(r);  // disk
  U16(r);  // internal attributes
  const uint32_t attributes = r.U32Le();
  h.local = r.U32Le();
  h.name = AsText(r.Take(name));
  ReadExtra(r.Take(extra), h, true, r);
  r.Take(comment);
  if (!r.ok()) return r.error();
  // 3 is Unix, 19 macOS: they keep st_mode in the upper half.
  if (made_by >> 8 == 3 || made_by >> 8 == 19) h.mode = attributes >> 16;
  h.length = r.offset();
  if (auto error = CheckNumbers(h)) return *error;
  return h;
}

Result<ZipHeader> DecodeZipLocal(Bytes bytes) {
  ByteReader r(bytes);
  ZipHeader h;
  Expect(r, kLocalMark, "header of a member");
  U16(r);  // version needed
  h.flags = U16(r);
  h.method = U16(r);
  r.U32Le();  // time and date
  h.crc = r.U32Le();
  h.packed = r.U32Le();
  h.size = r.U32Le();
  const uint16_t name = U16(r), extra = U16(r);
  h.name = AsText(r.Take(name));
  ReadExtra(r.Take(extra), h, false, r);
  if (!r.ok()) return r.error();
  h.length = r.offset();
  if (auto error = CheckNumbers(h)) return *error;
  return h;
}

}  // namespace leafsum::archive
