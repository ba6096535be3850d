#include "bindings/archive.h"

#include <emscripten/bind.h>

#include <algorithm>
#include <memory>
#include <string>

#include "archive/member_name.h"
#include "archive/tar_index.h"
#include "archive/unpacker.h"
#include "archive/zip_index.h"
#include "base/text.h"
#include "bindings/boundary.h"

namespace leafsum::bindings {
namespace {

using archive::Member;
using archive::Remark;

constexpr size_t kPage = 4096;      // members in one text
constexpr size_t kIn = 256 << 10;   // bytes, compressed
constexpr size_t kOut = 256 << 10;  // and not

void Field(std::string& out, uint64_t n) {
  AppendUint(out, n);
  out += ',';
}

void Field(std::string& out, std::string_view text) {
  // The targets of links are bytes.
  AppendJsonString(out, archive::Printable(text));
  out += ',';
}

// [path, kind, packing, offset, packed, size, crc, target, refusal]
void AppendMember(std::string& out, const Member& m) {
  out += '[';
  Field(out, m.path);
  Field(out, static_cast<uint64_t>(m.kind));
  Field(out, static_cast<uint64_t>(m.packing));
  Field(out, m.offset);
  Field(out, m.packed);
  Field(out, m.size);
  Field(out, uint64_t{m.crc});
  Field(out, m.target);
  Field(out, m.refusal);
  out.back() = ']';
}

struct ArchiveIndex {
  ArchiveIndex(const std::string& kind, double size) {
    if (kind == "zip")
      zip = std::make_unique<archive::ZipIndex>(static_cast<uint64_t>(size));
    else
      tar = std::make_unique<archive::TarIndex>();
  }
  archive::MemberList& list() { return tar ? tar->list() : zip->list(); }

  std::unique_ptr<archive::TarIndex> tar;
  std::unique_ptr<archive::ZipIndex> zip;
};

val Next(ArchiveIndex& index) {
  const auto want = index.tar ? index.tar->Next() : index.zip->Next();
  if (!want) {
    index.list().Judge(index.zip != nullptr);
    return val::null();
  }
  val out = val::object();
  out.set("offset", Number(want->offset));
  out.set("length", Number(want->length));
  return out;
}

void Feed(ArchiveIndex& index, val bytes) {
  const ByteVector copy = CopyIn(bytes);
  if (index.tar)
    index.tar->Feed(copy);
  else
    index.zip->Feed(copy);
}

std::string Members(ArchiveIndex& index, double from) {
  const auto& members = index.list().members();
  const size_t begin = std::min(static_cast<size_t>(from), members.size());
  const size_t end = std::min(begin + kPage, members.size());
  std::string out = "[";
  for (size_t i = begin; i < end; ++i) {
    if (i > begin) out += ',';
    AppendMember(out, members[i]);
  }
  return out + "]";
}

std::string Remarks(ArchiveIndex& index) {
  std::string out = "[";
  for (const Remark& r : index.list().remarks()) {
    if (out.size() > 1) out += ',';
    out += Text("{\"code\":", JsonString(r.code), ",\"message\":", JsonString(r.message));
    for (const auto& [name, text] : {std::pair("file", &r.file), std::pair("expected", &r.expected),
                                     std::pair("actual", &r.actual)})
      if (!text->empty()) out += Text(",\"", name, "\":", JsonString(archive::Printable(*text)));
    out += '}';
  }
  return out + "]";
}

struct BoundUnpacker {
  explicit BoundUnpacker(const std::string& kind)
      : core(kind == "zstd"
                 ? archive::MakeUnzstd()
                 : archive::MakeInflater(kind == "gzip" ? archive::Compression::kGzip
                                                        : archive::Compression::kDeflate)) {}

  std::unique_ptr<archive::Unpacker> core;
  ByteVector in = ByteVector(kIn), out = ByteVector(kOut);
  size_t begin = 0, end = 0;
  size_t produced = 0;
  bool is_last = false;
  archive::Unpacker::Progress last;
};

// "input", "more", "point", "done" or "error": what the host does next.
std::string Step(BoundUnpacker& u) {
  u.last = u.core->Unpack(Bytes(u.in).subspan(u.begin, u.end - u.begin), u.is_last, u.out);
  u.begin += u.last.consumed;
  u.produced = u.last.produced;
  if (u.last.error) return "error";
  if (u.last.is_done) return "done";
  if (u.last.is_boundary) return "point";
  return u.begin == u.end && u.produced < u.out.size() ? "input" : "more";
}

val Error(BoundUnpacker& u) {
  val out = val::object();
  out.set("code", std::string(ErrorCodeName(u.last.error->code)));
  out.set("message", u.last.error->message);
  return out;
}

val Point(BoundUnpacker& u) {
  const archive::RestartPoint point = u.core->Point();
  val out = val::object();
  out.set("in", Number(point.in));
  out.set("out", Number(point.out));
  out.set("bits", static_cast<int>(point.bits));
  out.set("isStart", point.is_start);
  out.set("window", CopyOut(point.window));
  return out;
}

bool Restart(BoundUnpacker& u, val from) {
  archive::RestartPoint point;
  point.in = static_cast<uint64_t>(from["in"].as<double>());
  point.out = static_cast<uint64_t>(from["out"].as<double>());
  point.bits = static_cast<uint8_t>(from["bits"].as<int>());
  point.is_start = from["isStart"].as<bool>();
  point.window = CopyIn(from["window"]);
  u.begin = u.end = u.produced = 0;
  u.is_last = false;
  return u.core->Restart(point);
}

}  // namespace

void BindArchives() {
  emscripten::class_<ArchiveIndex>("ArchiveIndex")
      .constructor<std::string, double>()
      .function("next", &Next)
      .function("feed", &Feed)
      .function("members", &Members)
      .function("remarks", &Remarks)
      .function(
          "isNone", +[](ArchiveIndex& i) { return i.tar ? i.tar->is_none() : i.zip->is_none(); });
  emscripten::class_<BoundUnpacker>("Unpacker")
      .constructor<std::string>()
      .function(
          "room", +[](BoundUnpacker& u) { return View(u.in); })
      .function(
          "filled",
          +[](BoundUnpacker& u, unsigned n) {
            u.begin = 0;
            u.end = std::min<size_t>(n, u.in.size());
            u.is_last = n == 0;
          })
      .function("step", &Step)
      .function(
          "output", +[](BoundUnpacker& u) { return View(Bytes(u.out).first(u.produced)); })
      .function(
          "produced", +[](BoundUnpacker& u) { return static_cast<double>(u.produced); })
      .function(
          "rest",  // bytes of the last input that were not used
          +[](BoundUnpacker& u) { return static_cast<double>(u.end - u.begin); })
      .function("error", &Error)
      .function("point", &Point)
      .function("restart", &Restart);
}

}  // namespace leafsum::bindings
