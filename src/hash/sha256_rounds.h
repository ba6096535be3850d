// SHA-256's rounds (FIPS 180-4 §6.2.2), for one message by 32-bit words, or for four by vectors of
// them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace leafsum::hash::sha256 {

inline constexpr size_t kBlockLen = 64;

inline constexpr std::array<uint32_t, 8> kInitial = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2).
inline constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

template <int n, class W>
inline W RotateRight(W x) {
  return x >> n | x << (32 - n);
}

// Step 3: `d` and `h` become the next e and a.
template <class W>
inline void Round(W a, W b, W c, W& d, W e, W f, W g, W& h, W kw) {
  const W s1 = RotateRight<6>(e) ^ RotateRight<11>(e) ^ RotateRight<25>(e);
  const W s0 = RotateRight<2>(a) ^ RotateRight<13>(a) ^ RotateRight<22>(a);
  const W t1 = h + s1 + (g ^ (e & (f ^ g))) + kw;
  d += t1;
  h = t1 + s0 + ((a & b) | (c & (a | b)));
}

// One block: `w`, its sixteen words in the machine's order, is overwritten.
template <class W>
inline void Compress(W (&w)[16], W (&state)[8]) {
  // Each round renames the eight words one place along, rather than moving them. Only sixteen words
  // of the schedule are alive at a time.
  W a = state[0], b = state[1], c = state[2], d = state[3];
  W e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i += 16) {
    const auto next = [&](int j) {
      if (i > 0) {
        const W x = w[(j + 1) % 16], y = w[(j + 14) % 16];
        w[j] += (RotateRight<7>(x) ^ RotateRight<18>(x) ^ x >> 3) + w[(j + 9) % 16] +
                (RotateRight<17>(y) ^ RotateRight<19>(y) ^ y >> 10);
      }
      return w[j] + kRound[i + j];
    };
    for (int j = 0; j < 16; j += 8) {
      Round(a, b, c, d, e, f, g, h, next(j));
      Round(h, a, b, c, d, e, f, g, next(j + 1));
      Round(g, h, a, b, c, d, e, f, next(j + 2));
      Round(f, g, h, a, b, c, d, e, next(j + 3));
      Round(e, f, g, h, a, b, c, d, next(j + 4));
      Round(d, e, f, g, h, a, b, c, next(j + 5));
      Round(c, d, e, f, g, h, a, b, next(j + 6));
      Round(b, c, d, e, f, g, h, a, next(j + 7));
    }
  }
  const W add[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += add[i];
}

// Writes the end of a message behind its whole blocks: `rest` (< 64 bytes), 80, zeros, and the
// `length` of the whole message in bits, be64 (FIPS 180-4 §5.1.1). Returns how many blocks of `out`
// that takes, one or two.
inline size_t Pad(Bytes rest, uint64_t length, uint8_t (&out)[2 * kBlockLen]) {
  const size_t blocks = rest.size() < kBlockLen - 8 ? 1 : 2, end = blocks * kBlockLen;
  for (size_t i = 0; i < end; ++i) out[i] = i < rest.size() ? rest[i] : i == rest.size() ? 0x80 : 0;
  for (size_t i = 0; i < 8; ++i) out[end - 1 - i] = static_cast<uint8_t>(length * 8 >> 8 * i);
  return blocks;
}

}  // namespace leafsum::hash::sha256
