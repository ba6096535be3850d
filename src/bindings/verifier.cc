// core.wasm: Verifier and LeafJob.
#include "verify/verifier.h"

#include <string>

#include "base/byte_reader.h"
#include "base/text.h"
#include "bindings/boundary.h"
#include "bindings/leaf_job.h"
#include "report/finding.h"

namespace leafsum::bindings {
namespace {

struct Verifier {
  explicit Verifier(std::string options) : core(AsBytes(options), ModuleAbilities().sha256) {}
  verify::Verifier core;
  std::vector<FileEntry> listing;  // of the source whose pages are arriving
  std::vector<Link> links;
  TextArena texts;  // the paths of the listing
  std::string listing_error;
};

enum Row : uint8_t { kFile, kDirectory, kLink, kLinkToDirectory, kFollowedLink, kLinkedFile };

void AddRow(Verifier& v, Row kind, uint64_t size, std::string_view text) {
  if (kind < kLink || kind == kLinkedFile) {
    v.listing.push_back(
        {v.texts.Keep(text), size,
         kind == kDirectory ? FileEntry::Kind::kDirectory : FileEntry::Kind::kFile});
    v.listing.back().linked = kind == kLinkedFile;
    return;
  }
  const size_t end = text.find('\0');
  Link link;
  link.path = text.substr(0, end);
  if (end != text.npos) link.target = text.substr(end + 1);
  link.to_directory = kind != kLink;
  link.followed = kind == kFollowedLink;
  if (!link.followed)
    v.listing.push_back({v.texts.Keep(link.path), 0, FileEntry::Kind::kSymlink, link.to_directory});
  v.links.push_back(std::move(link));
}

// Takes a page of the listing (README), which says itself whether it is the last. A malformed page
// is the host's mistake and goes to error().
void AddListing(Verifier& v, unsigned source, val page) {
  const ByteVector bytes = CopyIn(page);
  ByteReader reader(bytes);
  const uint32_t count = reader.U32Le();
  const uint32_t left = reader.U32Le();
  ByteReader sizes(reader.ok() ? Bytes(bytes).subspan(8) : Bytes());
  const Bytes lengths = sizes.Take(uint64_t{count} * 4);
  ByteReader kinds = sizes;
  kinds.Take(uint64_t{count} * 8);
  ByteReader texts = kinds;
  texts.Take(count);
  if (!reader.ok() || !texts.ok() || left < count) {
    v.listing_error = "listing: not a page of one";
    return;
  }
  if (v.listing.empty()) v.listing.reserve(left);
  ByteReader length(lengths);
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t size = sizes.U64Le();
    const Row kind = static_cast<Row>(kinds.U8());
    AddRow(v, kind, size, AsText(texts.Take(length.U32Le())));
  }
  if (!texts.End()) v.listing_error = "listing: not a page of one";
  if (left > count) return;
  v.core.SetListing(source, std::move(v.listing), std::move(v.links), std::move(v.texts));
  v.listing = {};
  v.links = {};
  v.texts = {};
}

std::string Error(Verifier& v) {
  return v.listing_error.empty() ? v.core.error() : v.listing_error;
}

// {"what":"step","name":"3","known":["1","2"]}, or "".
std::string Misnamed(const Verifier& v) {
  const plan::Misnamed& m = v.core.misnamed();
  if (!m.any()) return "";
  std::string known;
  for (const std::string& name : m.known) known += (known.empty() ? "" : ",") + JsonString(name);
  return Text("{\"what\":\"", m.what, "\",\"name\":", JsonString(m.name), ",\"known\":[", known,
              "]}");
}

val Progress(Verifier& v) {
  const auto p = v.core.progress();
  val out = val::object();
  out.set("leaves_done", Number(p.leaves_done));
  out.set("leaves_total", Number(p.leaves_total));
  out.set("bytes_done", Number(p.bytes_done));
  out.set("bytes_total", Number(p.bytes_total));
  return out;
}

// {bytes, next}: pieces large enough to make the cost of a call small, and small enough for
// JavaScript's values to die young.
val Rows(Verifier& v, unsigned list, unsigned from) {
  size_t next = from;
  const std::string rows = v.core.Rows(list, next, 128u << 10);
  val out = val::object();
  out.set("bytes", CopyOut(AsBytes(rows)));
  out.set("next", static_cast<unsigned>(next));
  return out;
}

val Codes() {
  val out = val::array();
  unsigned i = 0;
  for (auto code : report::AllCodes()) out.set(i++, std::string(report::CodeName(code)));
  return out;
}

}  // namespace

EMSCRIPTEN_BINDINGS(core) {
  BindLeafJob();
  emscripten::class_<Verifier> bound("Verifier");
  BindHost(bound);
  bound.constructor<std::string>()
      .function("addListing", &AddListing)
      .function(
          "setEvidence", +[](Verifier& v, val bytes,
                             bool with_source) { v.core.SetEvidence(CopyIn(bytes), with_source); })
      .function(
          "setFiles", +[](Verifier& v, val manifest) { v.core.SetFiles(CopyIn(manifest)); })
      .function("error", &Error)
      .function("notFound", &Error)
      .function(
          "isMisuse", +[](const Verifier& v) { return v.core.is_misuse(); })
      .function("misnamed", &Misnamed)
      .function(
          "feed", +[](Verifier& v, uint32_t id, val bytes) { v.core.Feed(id, CopyIn(bytes)); })
      .function(
          "tooLarge", +[](Verifier& v, uint32_t id,
                          double size) { v.core.TooLarge(id, static_cast<uint64_t>(size)); })
      .function("progress", &Progress)
      .function(
          "equal", +[](Verifier& v) { return v.core.equal(); })
      .function(
          "conclude", +[](Verifier& v, std::string json) { return v.core.Conclude(AsBytes(json)); })
      .function(
          "report", +[](Verifier& v) { return report::ToJson(v.core.report()); })
      .function(
          "output", +[](Verifier& v) { return v.core.output(); })
      .function("rows", &Rows)
      .function(
          "digested", +[](Verifier& v) { return v.core.Digested(128u << 10); })
      .function("text", +[](Verifier& v) { return v.core.text(); });
  emscripten::function("codes", &Codes);
}

}  // namespace leafsum::bindings
