// LeafJob, in both modules: in core.wasm it knows Orbax's own codecs, in codecs.wasm all of them.
#include "verify/leaf_job.h"

#include <emscripten/bind.h>

#include <algorithm>
#include <memory>

#include "bindings/boundary.h"
#include "hash/sha256.h"

namespace leafsum::bindings {
namespace {

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
  bool Paused() const { return core_.Paused(); }
  double Progress() const { return Number(core_.progress()); }
  val TakeResult() const { return CopyOut(core_.TakeResult()); }

 private:
  verify::LeafJob core_;
};

// A host's SHA-256: {update(view), digest() → Uint8Array}.
class HostSha256 : public hash::StreamingHash {
 public:
  explicit HostSha256(val engine) : engine_(std::move(engine)) {}
  void Update(Bytes bytes) override { engine_.call<void>("update", View(bytes)); }
  hash::Digest Finish() override {
    const ByteVector bytes = CopyIn(engine_.call<val>("digest"));
    hash::Digest digest{};
    std::copy_n(bytes.begin(), std::min<size_t>(bytes.size(), digest.size()), digest.begin());
    return digest;
  }

 private:
  val engine_;
};

void SetSha256(val factory) {
  hash::SetSha256Factory([factory] { return std::make_unique<HostSha256>(factory()); });
  verify::SetHostDigestCap(0);
}

// fn(task, offset, view): content of tasks that hand it out; the view is to be used at once.
void SetContentSink(val fn) {
  verify::SetContentSink([fn](uint32_t task, uint64_t offset, Bytes bytes) {
    fn(task, Number(offset), View(bytes));
  });
}

// Without a host's engine, leaves of middling size go to Web Crypto where there is one.
void UseWebCrypto() {
  if (!Subtle().isUndefined()) verify::SetHostDigestCap(4u << 20);
}

}  // namespace

EMSCRIPTEN_BINDINGS(leaf_job) {
  emscripten::class_<LeafJob>("LeafJob")
      .constructor<val>()
      .function("poll", &LeafJob::Poll)
      .function("feed", &LeafJob::Feed)
      .function("reserve", &LeafJob::Reserve)
      .function("commit", &LeafJob::Commit)
      .function("fail", &LeafJob::Fail)
      .function("done", &LeafJob::Done)
      .function("paused", &LeafJob::Paused)
      .function("progress", &LeafJob::Progress)
      .function("result", &LeafJob::TakeResult);
  emscripten::function("setSha256", &SetSha256);
  emscripten::function("useWebCrypto", &UseWebCrypto);
  emscripten::function("setContentSink", &SetContentSink);
}

}  // namespace leafsum::bindings
