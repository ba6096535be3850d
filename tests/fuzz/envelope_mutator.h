// A mutator for OCDBT blocks: it changes what is in the envelope and makes the envelope right
// again, or nearly every change would end at the checksum.
#pragma once

#include <algorithm>
#include <random>

#include "fuzz/fuzz.h"
#include "ocdbt/envelope.h"
#include "support/ocdbt_writer.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace leafsum::fuzz {

// The first `head` bytes of an input are choices, and a block follows. `magic` is the one of blocks
// that are made anew.
inline size_t MutateEnvelope(uint8_t* data, size_t size, size_t max_size, unsigned seed,
                             size_t head, uint32_t magic) {
  std::minstd_rand random(seed);
  constexpr uint64_t kLimit = 1 << 20;
  const size_t in_front = std::min(head, size);
  if (random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const auto body =
      ocdbt::DecodeEnvelope(Bytes(data + in_front, size - in_front), {magic, kLimit, nullptr});
  ByteVector changed = body ? *body : ByteVector();
  const size_t most = max_size > head + 64 ? max_size - head - 64 : 0;
  if (most == 0) return LLVMFuzzerMutate(data, size, max_size);
  if (changed.size() > most) changed.resize(most);
  const size_t used = changed.size();
  changed.resize(most);
  changed.resize(LLVMFuzzerMutate(changed.data(), used, most));
  test::EnvelopeForm form;
  form.magic = magic;
  form.zstd = random() % 4 == 0;
  const ByteVector block = test::WriteEnvelope(changed, form);
  if (head + block.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::fill(data + in_front, data + head, uint8_t{0});
  for (size_t i = 0; i < in_front; ++i)
    if (random() % 16 == 0) data[i] = static_cast<uint8_t>(random());
  std::copy(block.begin(), block.end(), data + head);
  return head + block.size();
}

}  // namespace leafsum::fuzz
