// Lockfiles: what is taken is written, and what was written is taken and written again as the same
// bytes.
#include "evidence/lockfile.h"

#include <algorithm>
#include <random>

#include "base/text.h"
#include "evidence/digest_json.h"
#include "evidence/fingerprint.h"
#include "fuzz/fuzz.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace leafsum::fuzz {

void Run(Bytes input) {
  const auto lockfile = evidence::ParseLockfile(input);
  if (!lockfile) {
    FUZZ_CHECK(!lockfile.error().message.empty());
    return;
  }
  FUZZ_CHECK(!lockfile->items.empty());
  for (const auto& item : lockfile->items)
    for (const auto& leaf : item.leaves) FUZZ_CHECK(leaf.has_content == leaf.blake3.has_value());
  const std::string written = evidence::WriteLockfile(*lockfile);
  const auto again = evidence::ParseLockfile(AsBytes(written));
  FUZZ_CHECK_SAYING(again, again ? "" : again.error().message + "\n" + written);
  FUZZ_CHECK(evidence::WriteLockfile(*again) == written);
  FUZZ_CHECK(again->fingerprint == lockfile->fingerprint);
  FUZZ_CHECK(evidence::DigestJson(again->items) == evidence::DigestJson(lockfile->items));
  FUZZ_CHECK(evidence::DigestText(again->items) == evidence::DigestText(lockfile->items));
  FUZZ_CHECK(evidence::CheckpointFingerprint(again->items) == lockfile->fingerprint);
}

namespace {

using Dice = std::minstd_rand;

void ChangeText(std::string& text) {
  ByteVector bytes = ToVector(AsBytes(text));
  const size_t size = bytes.size();
  bytes.resize(size + 16);
  bytes.resize(LLVMFuzzerMutate(bytes.data(), size, size + 16));
  if (IsUtf8(AsText(bytes))) text = AsText(bytes);
}

// One of the texts of a leaf, or another digest, number or mark.
void ChangeLeaf(evidence::LeafRecord& leaf, Dice& dice) {
  switch (dice() % 8) {
    case 0:
      if (!leaf.key_path.empty()) ChangeText(leaf.key_path[dice() % leaf.key_path.size()]);
      break;
    case 1:
      leaf.key_path.emplace_back("k");
      leaf.key_types.reset();
      break;
    case 2:
      ChangeText(leaf.value_type);
      break;
    case 3:
      leaf.dtype = dice() % 2 ? "float32" : "r40";
      break;
    case 4:
      if (leaf.shape) leaf.shape->push_back(1 + dice() % 3 / 2);
      break;
    case 5:
      if (leaf.blake3) (*leaf.blake3)[dice() % 32] ^= 1;
      if (leaf.stored) (*leaf.stored)[dice() % 32] ^= 1;
      break;
    case 6:
      if (leaf.prng_impl)
        ChangeText(*leaf.prng_impl);
      else
        leaf.prng_impl = "threefry2x32";
      break;
    case 7:
      leaf.has_chunks = !leaf.has_chunks;
      leaf.chunks.assign(leaf.has_chunks ? 32 * (dice() % 3) : 0, 7);
      break;
  }
}

// A lockfile that says something else, with the fingerprints that follow from it.
std::string Changed(evidence::Lockfile lockfile, Dice& dice) {
  for (size_t n = 1 + dice() % 3; n > 0; --n) {
    auto& item = lockfile.items[dice() % lockfile.items.size()];
    switch (dice() % 6) {
      case 0:
        ChangeText(item.name);
        break;
      case 1:
        lockfile.step = dice() % 4 ? std::optional<uint64_t>(dice()) : std::nullopt;
        break;
      case 2:
        if (!lockfile.files) lockfile.files.emplace();
        lockfile.files->push_back({"notes.txt", dice() % 9, hash::Digest{}});
        ChangeText(lockfile.files->back().path);
        break;
      default:
        if (!item.leaves.empty()) ChangeLeaf(item.leaves[dice() % item.leaves.size()], dice);
    }
  }
  return evidence::WriteLockfile(lockfile);
}

}  // namespace
}  // namespace leafsum::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  using namespace leafsum;
  fuzz::Dice dice(seed);
  const auto lockfile = evidence::ParseLockfile(Bytes(data, size));
  if (!lockfile || dice() % 3 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string written = fuzz::Changed(*lockfile, dice);
  if (written.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(written.begin(), written.end(), data);
  return written.size();
}
