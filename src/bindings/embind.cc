// The boundary to JavaScript, as README.md has it: two classes, plain values, no view that outlives
// a call.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <string>

#include "base/json.h"
#include "hash/sha256.h"
#include "report/finding.h"
#include "verify/leaf_job.h"
#include "verify/verifier.h"

namespace {

using emscripten::val;
using leafsum::Ask;
using leafsum::AskKind;
using leafsum::Bytes;
using leafsum::ByteVector;
using leafsum::Failure;

val View(Bytes bytes) { return val(emscripten::typed_memory_view(bytes.size(), bytes.data())); }
val CopyOut(Bytes bytes) { return val::global("Uint8Array").new_(View(bytes)); }

ByteVector CopyIn(const val& array) {
  ByteVector out(array["length"].as<unsigned>());
  val(emscripten::typed_memory_view(out.size(), out.data())).call<void>("set", array);
  return out;
}

// Offsets are JavaScript numbers: every one was checked to lie below 2^53 before it became an ask.
double Number(uint64_t n) { return static_cast<double>(n); }

Failure ParseFailure(const std::string& kind) {
  if (kind == "missing") return Failure::kMissing;
  if (kind == "changed") return Failure::kChanged;
  return Failure::kUnreadable;
}

// crypto.subtle is there in secure contexts alone, and in Node.
val Subtle() {
  const val crypto = val::global("crypto");
  return crypto.isUndefined() ? val::undefined() : crypto["subtle"];
}

val AskObject(const Ask& ask) {
  val out = val::object();
  out.set("id", ask.id);
  out.set("source", ask.source);
  switch (ask.kind) {
    case AskKind::kRead:
      out.set("kind", std::string("read"));
      out.set("path", ask.path);
      out.set("limit", Number(ask.limit));
      if (ask.range) {
        out.set("offset", Number(ask.range->offset));
        out.set("length", Number(ask.range->length));
      }
      break;
    case AskKind::kSize:
      out.set("kind", std::string("size"));
      out.set("path", ask.path);
      break;
    case AskKind::kDigest: {
      out.set("kind", std::string("digest"));
      // subtle.digest copies its input before it returns, so that a view will do.
      out.set("promise", Subtle().call<val>("digest", std::string("SHA-256"), View(ask.input)));
      break;
    }
    case AskKind::kJob:
      out.set("kind", std::string("job"));
      out.set("input", CopyOut(ask.input));
      break;
  }
  return out;
}

val AskArray(const std::vector<Ask>& asks) {
  val out = val::array();
  for (size_t i = 0; i < asks.size(); ++i) out.set(i, AskObject(asks[i]));
  return out;
}

class Verifier {
 public:
  explicit Verifier(std::string options) : core_(leafsum::AsBytes(options)) {}

  // [["path", size, "f" | "d" | "l"], …]; anything else is the host's mistake and is said in
  // error().
  void SetListing(unsigned source, std::string json) {
    std::vector<leafsum::FileEntry> entries;
    auto document = leafsum::ParseJson(leafsum::AsBytes(json));
    const leafsum::JsonValue::Array* rows = document ? document->root.AsArray() : nullptr;
    if (!rows) {
      error_ = "listing: not a JSON array";
      return;
    }
    for (const leafsum::JsonValue& row : *rows) {
      const auto* cells = row.AsArray();
      if (!cells || cells->size() != 3 || !(*cells)[0].AsString() || !(*cells)[1].AsUint() ||
          !(*cells)[2].AsString()) {
        error_ = "listing: a row is not [path, size, kind]";
        return;
      }
      const std::string& kind = *(*cells)[2].AsString();
      entries.push_back({*(*cells)[0].AsString(), *(*cells)[1].AsUint(),
                         kind == "l"   ? leafsum::FileEntry::Kind::kSymlink
                         : kind == "d" ? leafsum::FileEntry::Kind::kDirectory
                                       : leafsum::FileEntry::Kind::kFile});
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
  std::string Report() const { return leafsum::report::ToJson(core_.report()); }
  std::string Output() const { return core_.output(); }
  std::string Text() const { return core_.text(); }

 private:
  leafsum::verify::Verifier core_;
  std::string error_;
};

class LeafJob {
 public:
  explicit LeafJob(val job) : core_(CopyIn(job)) {}
  val Poll(double budget) { return AskArray(core_.Poll(static_cast<uint64_t>(budget))); }
  void Feed(uint32_t id, val bytes) {
    const unsigned n = bytes["length"].as<unsigned>();
    Reserve(id, n).call<void>("set", bytes);
    core_.Commit(id, n);
  }
  val Reserve(uint32_t id, unsigned n) { return View(core_.Reserve(id, n)); }
  void Commit(uint32_t id, unsigned n) { core_.Commit(id, n); }
  void Fail(uint32_t id, std::string kind, std::string why) {
    core_.Fail(id, ParseFailure(kind), why);
  }
  bool Done() const { return core_.Done(); }
  double Progress() const { return Number(core_.progress()); }
  val TakeResult() const { return CopyOut(core_.TakeResult()); }

 private:
  leafsum::verify::LeafJob core_;
};

// A host's SHA-256: {update(view), digest() → Uint8Array}.
class HostSha256 : public leafsum::hash::StreamingHash {
 public:
  explicit HostSha256(val engine) : engine_(std::move(engine)) {}
  void Update(Bytes bytes) override { engine_.call<void>("update", View(bytes)); }
  leafsum::hash::Digest Finish() override {
    const ByteVector bytes = CopyIn(engine_.call<val>("digest"));
    leafsum::hash::Digest digest{};
    std::copy_n(bytes.begin(), std::min<size_t>(bytes.size(), digest.size()), digest.begin());
    return digest;
  }

 private:
  val engine_;
};

void SetSha256(val factory) {
  leafsum::hash::SetSha256Factory([factory] { return std::make_unique<HostSha256>(factory()); });
  leafsum::verify::SetHostDigestCap(0);
}

// Without a host's engine, leaves of middling size go to Web Crypto where there is one.
void UseWebCrypto() {
  if (!Subtle().isUndefined()) leafsum::verify::SetHostDigestCap(4u << 20);
}

std::string Explain(std::string code) {
  const auto parsed = leafsum::report::ParseCode(code);
  return parsed ? std::string(leafsum::report::Explain(*parsed)) : std::string();
}

val Codes() {
  val out = val::array();
  unsigned i = 0;
  for (auto code : leafsum::report::AllCodes())
    out.set(i++, std::string(leafsum::report::CodeName(code)));
  return out;
}

}  // namespace

EMSCRIPTEN_BINDINGS(leafsum) {
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
  emscripten::class_<LeafJob>("LeafJob")
      .constructor<val>()
      .function("poll", &LeafJob::Poll)
      .function("feed", &LeafJob::Feed)
      .function("reserve", &LeafJob::Reserve)
      .function("commit", &LeafJob::Commit)
      .function("fail", &LeafJob::Fail)
      .function("done", &LeafJob::Done)
      .function("progress", &LeafJob::Progress)
      .function("result", &LeafJob::TakeResult);
  emscripten::function("setSha256", &SetSha256);
  emscripten::function("useWebCrypto", &UseWebCrypto);
  emscripten::function("explain", &Explain);
  emscripten::function("codes", &Codes);
}
