// The part of BLAKE3 that chooses a kernel. In wasm there is one choice: the SSE4.1 kernel as wasm
// SIMD. This file takes the place of the official blake3_dispatch.c, which knows only native
// processors.
#include <string.h>

#include "blake3_impl.h"

// The callers' buffers hold MAX_SIMD_DEGREE results; a wider kernel would write past them.
#define WASM_SIMD_DEGREE 4
_Static_assert(MAX_SIMD_DEGREE == WASM_SIMD_DEGREE, "see cmake/blake3.cmake");

// Keeps one copy of the 5 KB that compress a block; blake3_hash_many_sse41 would bring a second.
__attribute__((noinline)) void blake3_compress_in_place_sse41(uint32_t cv[8],
                                                              const uint8_t block[BLAKE3_BLOCK_LEN],
                                                              uint8_t block_len, uint64_t counter,
                                                              uint8_t flags);

#include "blake3_sse41.c"

void blake3_compress_in_place(uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN],
                              uint8_t block_len, uint64_t counter, uint8_t flags) {
  blake3_compress_in_place_sse41(cv, block, block_len, counter, flags);
}

void blake3_compress_xof(const uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN],
                         uint8_t block_len, uint64_t counter, uint8_t flags, uint8_t out[64]) {
  // Our digests have 32 bytes, the first half of this output, which compressing in place gives too.
  // So the kernel for extended output is left out, and the second half is zeros.
  uint32_t half[8];
  memcpy(half, cv, sizeof half);
  blake3_compress_in_place_sse41(half, block, block_len, counter, flags);
  memcpy(out, half, sizeof half);
  memset(out + 32, 0, 32);
}

void blake3_xof_many(const uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN], uint8_t block_len,
                     uint64_t counter, uint8_t flags, uint8_t out[64], size_t outblocks) {
  for (size_t i = 0; i < outblocks; ++i) {
    blake3_compress_xof(cv, block, block_len, counter + i, flags, out + 64 * i);
  }
}

void blake3_hash_many(const uint8_t* const* inputs, size_t num_inputs, size_t blocks,
                      const uint32_t key[8], uint64_t counter, bool increment_counter,
                      uint8_t flags, uint8_t flags_start, uint8_t flags_end, uint8_t* out) {
  blake3_hash_many_sse41(inputs, num_inputs, blocks, key, counter, increment_counter, flags,
                         flags_start, flags_end, out);
}

size_t blake3_simd_degree(void) { return WASM_SIMD_DEGREE; }
