// In core.wasm a group that exceeds the grant is not read: LeafJob says what it takes, and the
// Verifier has codecs.wasm run it with all of the budget (content_parts.cc).
#include "content/content_reader.h"

namespace leafsum::content {

using State = ContentReader::State;

State ContentReader::TooMuch(uint64_t bytes) { return NeedMemory(bytes); }

// Nothing of this is reached without a plan.
void ContentReader::AllowValues(uint64_t, uint64_t) {}
State ContentReader::OpenWindow(uint64_t&) { return State::kFailed; }
State ContentReader::Survey() { return State::kFailed; }
State ContentReader::EndPhase() { return State::kFailed; }
State ContentReader::GiveKept(Bytes&, bool&) { return State::kFailed; }
void ContentReader::Keep(uint64_t, Bytes) {}
uint64_t ContentReader::HashValues(Bytes, uint64_t, uint64_t, uint64_t, hash::BlockHasher&) const {
  return 0;
}

}  // namespace leafsum::content
