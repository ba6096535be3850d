// Verifier and what else core.wasm alone has.
#include "verify/verifier.h"

#include <emscripten/bind.h>

#include <string>

#include "base/json.h"
#include "bindings/boundary.h"
#include "report/finding.h"

namespace leafsum::bindings {
namespace {

class Verifier {
 public:
  explicit Verifier(std::string options) : core_(AsBytes(options)) {}

  // [["path", size, "f" | "d" | "l"], …]; anything else is the host's mistake and is said in
  // error().
  void SetListing(unsigned source, std::string json) {
    std::vector<FileEntry> entries;
    auto document = ParseJson(AsBytes(json));
    const JsonValue::Array* rows = document ? document->root.AsArray() : nullptr;
    if (!rows) {
      error_ = "listing: not a JSON array";
      return;
    }
    for (const JsonValue& row : *rows) {
      const auto* cells = row.AsArray();
      if (!cells || cells->size() != 3 || !(*cells)[0].AsString() || !(*cells)[1].AsUint() ||
          !(*cells)[2].AsString()) {
        error_ = "listing: a row is not [path, size, kind]";
        return;
      }
      const std::string& kind = *(*cells)[2].AsString();
      entries.push_back({*(*cells)[0].AsString(), *(*cells)[1].AsUint(),
                         kind == "l"   ? FileEntry::Kind::kSymlink
                         : kind == "d" ? FileEntry::Kind::kDirectory
                                       : FileEntry::Kind::kFile});
    }
    core_.SetListing(source, std::move(entries));
  }
  void SetEvidence(val bytes, bool with_source) { core_.SetEvidence(CopyIn(bytes), with_source); }
  std::string Error() const { return error_.empty() ? core_.error() : error_; }

  val Poll(double budget) { return AskArray(core_.Poll(static_cast<uint64_t>(budget))); }
  void Feed(uint32_t id, val bytes) { core_.Feed(id, CopyIn(bytes)); }
  void TooLarge(uint32_t id, double size) { core_.TooLarge(id, static_cast<uint64_t>(size)); }
  void Fail(uint32_t id, std::string kind, std::string why) {
    core_.Fail(id, ParseFailure(kind), why);
  }
  bool Done() const { return core_.Done(); }
  val Progress() const {
    const auto p = core_.progress();
    val out = val::object();
    out.set("leaves_done", Number(p.leaves_done));
    out.set("leaves_total", Number(p.leaves_total));
    out.set("bytes_done", Number(p.bytes_done));
    out.set("bytes_total", Number(p.bytes_total));
    return out;
  }
  std::string Report() const { return report::ToJson(core_.report()); }
  std::string Output() const { return core_.output(); }
  std::string Text() const { return core_.text(); }

 private:
  verify::Verifier core_;
  std::string error_;
};

val Codes() {
  val out = val::array();
  unsigned i = 0;
  for (auto code : report::AllCodes())
    out.set(i++, std::string(report::CodeName(code)));
  return out;
}

}  // namespace

EMSCRIPTEN_BINDINGS(verifier) {
  emscripten::class_<Verifier>("Verifier")
      .constructor<std::string>()
      .function("setListing", &Verifier::SetListing)
      .function("setEvidence", &Verifier::SetEvidence)
      .function("error", &Verifier::Error)
      .function("notFound", &Verifier::Error)
      .function("poll", &Verifier::Poll)
      .function("feed", &Verifier::Feed)
      .function("tooLarge", &Verifier::TooLarge)
      .function("fail", &Verifier::Fail)
      .function("done", &Verifier::Done)
      .function("progress", &Verifier::Progress)
      .function("report", &Verifier::Report)
      .function("output", &Verifier::Output)
      .function("text", &Verifier::Text);
  emscripten::function("codes", &Codes);
}

}  // namespace leafsum::bindings
