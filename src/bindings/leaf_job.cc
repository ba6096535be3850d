#include "bindings/leaf_job.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "bindings/boundary.h"
#include "content/leaf_job.h"
#include "hash/blake3.h"
#include "hash/sha256.h"

namespace leafsum::bindings {
namespace {

struct LeafJob {
  explicit LeafJob(val job) : core(CopyIn(job), ModuleAbilities()) {}
  content::LeafJob core;
};

val Reserve(LeafJob& job, uint32_t id, unsigned n) { return View(job.core.Reserve(id, n)); }

// A host's engine for SHA-256: {update(view), digest() → Uint8Array}.
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
  ModuleAbilities().sha256 = [factory] { return std::make_unique<HostSha256>(factory()); };
  ModuleAbilities().host_digest_cap = 0;
}

// fn(task, offset, view) gets the content of tasks that hand it out, and must use the view at once.
void SetContentSink(val fn) {
  ModuleAbilities().sink = [fn](uint32_t task, uint64_t offset, Bytes bytes) {
    fn(task, Number(offset), View(bytes));
  };
}

// Without a host's engine, leaves of medium size go to Web Crypto: digest(view) → promise.
void UseWebCrypto(val digest) {
  HostDigest() = std::move(digest);
  ModuleAbilities().host_digest_cap = 4u << 20;
}

// Set where the module got no more memory: what it held then, in bytes. The instance is of no use
// afterwards, like after any other trap, but it can still say why.
size_t held_when_out_of_memory = 0;

[[noreturn]] void RunOutOfMemory() {
  held_when_out_of_memory = __builtin_wasm_memory_size(0) << 16;
  std::abort();
}

double OutOfMemory() { return Number(held_when_out_of_memory); }

// V8 optimises a function once it has run for a while. A worker that waits for its first job has
// the time for that.
void WarmUp() { hash::Blake3Of(ByteVector(256u << 10)); }

}  // namespace

content::Abilities& ModuleAbilities() {
  static content::Abilities abilities;
  return abilities;
}

void BindLeafJob() {
  std::set_new_handler(RunOutOfMemory);
  emscripten::class_<LeafJob> bound("LeafJob");
  BindHost(bound);
  bound.constructor<val>()
      .function(
          "feed",
          +[](LeafJob& job, uint32_t id, val bytes) {
            const unsigned n = bytes["length"].as<unsigned>();
            Reserve(job, id, n).call<void>("set", bytes);
            job.core.Commit(id, n);
          })
      .function("reserve", &Reserve)
      .function(
          "commit", +[](LeafJob& job, uint32_t id, unsigned n) { job.core.Commit(id, n); })
      .function(
          "paused", +[](LeafJob& job) { return job.core.Paused(); })
      .function(
          "progress", +[](LeafJob& job) { return Number(job.core.progress()); })
      .function("result", +[](LeafJob& job) { return CopyOut(job.core.TakeResult()); });
  emscripten::function("outOfMemory", &OutOfMemory);
  emscripten::function("warmUp", &WarmUp);
  emscripten::function("setSha256", &SetSha256);
  emscripten::function("useWebCrypto", &UseWebCrypto);
  emscripten::function("setContentSink", &SetContentSink);
}

}  // namespace leafsum::bindings
