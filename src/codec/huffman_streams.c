// A stream is read backwards: its last byte holds a 1 above the first bits, and its first bit is
// the last one read.
#include <string.h>

#include "codec/huffman.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "streams and tables are read as words");

#define HOT static inline __attribute__((always_inline))

typedef struct {
  const uint8_t* start;
  const uint8_t* at;  // the eight bytes that `bits` was filled from
  uint64_t bits;  // bits not yet read, topmost first; then a 1, whose place counts the bits read;
                  // then zeros
  uint8_t* out;
} Stream;

HOT uint64_t Load64(const uint8_t* p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

// The number of bits in a stream of `size` bytes; < 0 if the 1 that ends it is missing.
static int64_t BitsOf(const uint8_t* start, size_t size) {
  if (size == 0 || start[size - 1] == 0) return -1;
  return (int64_t)(size - 1) * 8 + (31 - __builtin_clz(start[size - 1]));
}

// Decodes the last `left` bits of a stream, bounds checked; returns whether they give the bytes up
// to `end` with no bit left over.
static bool Drain(const HuffmanTable* table, const uint8_t* start, int64_t left, uint8_t* out,
                  const uint8_t* end) {
  const unsigned shift = 64 - table->log;
  while (out < end && left > 64) {
    // At least 57 bits, so four codes of kHuffmanMaxLog.
    uint64_t bits = Load64(start + (size_t)((left + 7) / 8 - 8)) << (-left & 7);
    const uint8_t* const stop = end - out < 4 ? end : out + 4;
    while (out < stop) {
      const unsigned entry = table->entry[bits >> shift];
      *out++ = (uint8_t)entry;
      bits <<= entry >> 8;
      left -= entry >> 8;
    }
  }
  uint64_t bits = 0;
  if (out < end && left > 0) {
    for (size_t i = 0; i < (size_t)(left + 7) / 8; ++i) bits |= (uint64_t)start[i] << (8 * i);
    bits <<= 64 - left;
  }
  while (out < end && left > 0) {
    const unsigned entry = table->entry[bits >> shift];
    *out++ = (uint8_t)entry;
    bits <<= entry >> 8;
    left -= entry >> 8;
  }
  return out == end && left == 0;
}

HOT Stream Open(const uint8_t* start, size_t size, int64_t bits, uint8_t* out) {
  const uint8_t* const at = start + size - 8;
  return (Stream){start, at, (Load64(at) | 1) << ((int64_t)size * 8 - bits), out};
}

HOT int64_t BitsLeft(const Stream* s) {
  return (s->at - s->start) * (int64_t)8 + 64 - __builtin_ctzll(s->bits);
}

// An entry has the symbol in its low byte and the length in its high byte, so that neither needs a
// mask.
HOT void DecodeSymbol(const uint16_t* entries, Stream* s, int index) {
  const unsigned entry = entries[s->bits >> (64 - kHuffmanUsualLog)];
  s->bits <<= entry >> 8;
  s->out[index] = (uint8_t)entry;
}

HOT void Refill(Stream* s) {
  const unsigned used = (unsigned)__builtin_ctzll(s->bits);
  s->at -= used / 8;
  s->bits = (Load64(s->at) | 1) << (used % 8);
}

// Five symbols take at most 55 bits. With the up to seven bits read before, that is never more than
// seven bytes.
enum { kSymbols = 5, kBytesForSymbols = 7 };

HOT size_t Rounds(const Stream* s) { return (size_t)(s->at - s->start) / kBytesForSymbols; }

// Decodes while no stream can run out of input and the last one, the shortest, cannot run out of
// output. Four chains of dependent loads and shifts side by side keep the processor busy; one at a
// time is a fifth slower, and so is two at a time.
static void DecodeRounds(const HuffmanTable* table, Stream* sa, Stream* sb, Stream* sc, Stream* sd,
                         const uint8_t* end) {
  const uint16_t* const entries = table->entry;
  Stream a = *sa, b = *sb, c = *sc, d = *sd;
  for (;;) {
    size_t rounds = (size_t)(end - d.out) / kSymbols;
    if (Rounds(&a) < rounds) rounds = Rounds(&a);
    if (Rounds(&b) < rounds) rounds = Rounds(&b);
    if (Rounds(&c) < rounds) rounds = Rounds(&c);
    if (Rounds(&d) < rounds) rounds = Rounds(&d);
    if (rounds == 0) break;
    const uint8_t* const stop = d.out + rounds * kSymbols;
    do {
#define FOUR(index)                 \
  DecodeSymbol(entries, &a, index); \
  DecodeSymbol(entries, &b, index); \
  DecodeSymbol(entries, &c, index); \
  DecodeSymbol(entries, &d, index)
      FOUR(0);
      FOUR(1);
      FOUR(2);
      FOUR(3);
      FOUR(4);
#undef FOUR
      Refill(&a);
      Refill(&b);
      Refill(&c);
      Refill(&d);
      a.out += kSymbols;
      b.out += kSymbols;
      c.out += kSymbols;
      d.out += kSymbols;
    } while (d.out < stop);
  }
  *sa = a, *sb = b, *sc = c, *sd = d;
}

bool HuffmanDecode1(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size) {
  const int64_t bits = BitsOf(in, in_size);
  return bits >= 0 && Drain(table, in, bits, out, out + out_size);
}

bool HuffmanDecode4(const HuffmanTable* table, uint8_t* out, size_t out_size, const uint8_t* in,
                    size_t in_size) {
  enum { kJumpTable = 6 };
  const size_t quarter = (out_size + 3) / 4;
  if (in_size < kJumpTable + 4 || 3 * quarter > out_size) return false;

  const uint8_t* start[4];
  size_t size[4];
  int64_t left[4];
  size_t behind = kJumpTable;
  bool large = true;
  for (int i = 0; i < 4; ++i) {
    start[i] = in + behind;
    size[i] = i == 3 ? in_size - behind : in[2 * i] | (size_t)in[2 * i + 1] << 8;
    if (size[i] > in_size - behind) return false;
    behind += size[i];
    left[i] = BitsOf(start[i], size[i]);
    if (left[i] < 0) return false;
    large = large && size[i] >= 8;
  }

  uint8_t* done[4] = {out, out + quarter, out + 2 * quarter, out + 3 * quarter};
  uint8_t* const end[4] = {done[1], done[2], done[3], out + out_size};
  if (large && table->log == kHuffmanUsualLog) {
    Stream s[4];
    for (int i = 0; i < 4; ++i) s[i] = Open(start[i], size[i], left[i], done[i]);
    DecodeRounds(table, &s[0], &s[1], &s[2], &s[3], end[3]);
    for (int i = 0; i < 4; ++i) left[i] = BitsLeft(&s[i]), done[i] = s[i].out;
  }
  bool intact = true;
  for (int i = 0; i < 4; ++i) intact &= Drain(table, start[i], left[i], done[i], end[i]);
  return intact;
}
