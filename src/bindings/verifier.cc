// Verifier and what else core.wasm alone has.
#include "verify/verifier.h"

#include <string>

#include "base/json.h"
#include "bindings/boundary.h"
#include "report/finding.h"

namespace leafsum::bindings {
namespace {

struct Verifier {
  explicit Verifier(std::string options) : core(AsBytes(options)) {}
  verify::Verifier core;
  std::string listing_error;
};

// [["path", size, "f" | "d" | "l"], …]; anything else is the host's mistake and is said in error().
void SetListing(Verifier& v, unsigned source, std::string json) {
  std::vector<FileEntry> entries;
  auto document = ParseJson(AsBytes(json));
  const JsonValue::Array* rows = document ? document->root.AsArray() : nullptr;
  if (!rows) {
    v.listing_error = "listing: not a JSON array";
    return;
  }
  for (const JsonValue& row : *rows) {
    const auto* cells = row.AsArray();
    if (!cells || cells->size() != 3 || !(*cells)[0].AsString() || !(*cells)[1].AsUint() ||
        !(*cells)[2].AsString()) {
      v.listing_error = "listing: a row is not [path, size, kind]";
      return;
    }
    const std::string& kind = *(*cells)[2].AsString();
    entries.push_back({*(*cells)[0].AsString(), *(*cells)[1].AsUint(),
                       kind == "l"   ? FileEntry::Kind::kSymlink
                       : kind == "d" ? FileEntry::Kind::kDirectory
                                     : FileEntry::Kind::kFile});
  }
  v.core.SetListing(source, std::move(entries));
}

std::string Error(Verifier& v) {
  return v.listing_error.empty() ? v.core.error() : v.listing_error;
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

// {bytes, next}: pieces that are large beside a call, and whose values JavaScript drops while they are young.
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
  for (auto code : report::AllCodes())
    out.set(i++, std::string(report::CodeName(code)));
  return out;
}

}  // namespace

EMSCRIPTEN_BINDINGS(verifier) {
  emscripten::class_<Verifier> bound("Verifier");
  BindHost(bound);
  bound.constructor<std::string>()
      .function("setListing", &SetListing)
      .function("setEvidence", +[](Verifier& v, val bytes, bool with_source) {
        v.core.SetEvidence(CopyIn(bytes), with_source);
      })
      .function("error", &Error)
      .function("notFound", &Error)
      .function("feed", +[](Verifier& v, uint32_t id, val bytes) { v.core.Feed(id, CopyIn(bytes)); })
      .function("tooLarge", +[](Verifier& v, uint32_t id, double size) {
        v.core.TooLarge(id, static_cast<uint64_t>(size));
      })
      .function("progress", &Progress)
      .function("equal", +[](Verifier& v) { return v.core.equal(); })
      .function("conclude", +[](Verifier& v, std::string json) {
        return v.core.Conclude(AsBytes(json));
      })
      .function("report", +[](Verifier& v) { return report::ToJson(v.core.report()); })
      .function("output", +[](Verifier& v) { return v.core.output(); })
      .function("rows", &Rows)
      .function("text", +[](Verifier& v) { return v.core.text(); });
  emscripten::function("codes", &Codes);
}

}  // namespace leafsum::bindings
