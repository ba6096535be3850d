// Decodes each frame of a pack (make_zstd_frames.py), whole and as a stream, then damaged copies of
// it, and prints what comes of it: CRC-32 of the bytes, or a refusal. zstd_frames.sh compares the
// output of two builds.
//     zstd_frames PACK COPIES
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZSTD_STATIC_LINKING_ONLY
#include "zstd.h"

static uint32_t Crc32(uint32_t crc, const uint8_t* p, size_t n) {
  static uint32_t table[256];
  if (table[1] == 0) {
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t c = i;
      for (int k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
      table[i] = c;
    }
  }
  crc = ~crc;
  for (size_t i = 0; i < n; ++i) crc = table[(crc ^ p[i]) & 255] ^ crc >> 8;
  return ~crc;
}

enum { kMaxContent = 1 << 20, kOut = 40000 };

typedef struct {
  int accepted;
  uint64_t size;
  uint32_t crc;
} Outcome;

static int Is(Outcome o, uint64_t size, uint32_t crc) {
  return o.accepted && o.size == size && o.crc == crc;
}

static Outcome Whole(ZSTD_DCtx* context, const uint8_t* frame, size_t size) {
  static uint8_t out[kMaxContent];
  // Which windows are read at all depends on the machine (zstd's limit is 2^30 where size_t has 32
  // bits); Leafsum refuses these before zstd sees them.
  ZSTD_FrameHeader header;
  if (ZSTD_getFrameHeader(&header, frame, size) == 0 && header.windowSize > 1u << 27)
    return (Outcome){0};
  const size_t n = ZSTD_decompressDCtx(context, out, sizeof out, frame, size);
  if (ZSTD_isError(n)) return (Outcome){0};
  return (Outcome){1, n, Crc32(0, out, n)};
}

static Outcome Streamed(ZSTD_DCtx* context, const uint8_t* frame, size_t size, size_t piece) {
  static uint8_t out[kOut];
  Outcome outcome = {0};
  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  for (size_t at = 0;;) {
    // A copy of its own: what is read behind it is not this frame's.
    const size_t n = size - at < piece ? size - at : piece;
    uint8_t* copy = malloc(n + 1);
    memcpy(copy, frame + at, n);
    ZSTD_inBuffer in = {copy, n, 0};
    ZSTD_outBuffer room = {out, sizeof out, 0};
    const size_t status = ZSTD_decompressStream(context, &room, &in);
    free(copy);
    if (ZSTD_isError(status)) return (Outcome){0};
    at += in.pos;
    outcome.size += room.pos;
    outcome.crc = Crc32(outcome.crc, out, room.pos);
    if (status == 0) {
      outcome.accepted = at == size;
      return outcome;
    }
    if (outcome.size > kMaxContent || (in.pos == 0 && room.pos == 0)) return (Outcome){0};
  }
}

static uint32_t seed;
static uint32_t Random(uint32_t below) {
  seed ^= seed << 13, seed ^= seed >> 17, seed ^= seed << 5;
  return seed % below;
}

// One to four flips, or bytes that are cut, put in or overwritten; sparing, for most, the header.
static size_t Damage(uint8_t* frame, size_t size) {
  const uint32_t from = Random(8) == 0 || size < 24 ? 0 : 6;
  switch (Random(8)) {
    case 0:
      return 1 + Random((uint32_t)size - 1);
    case 1: {
      const uint32_t at = from + Random((uint32_t)size - from);
      memmove(frame + at, frame + at + 1, size - at - 1);
      return size - 1;
    }
    case 2: {
      const uint32_t at = from + Random((uint32_t)size - from);
      memmove(frame + at + 1, frame + at, size - at);
      frame[at] = (uint8_t)Random(256);
      return size + 1;
    }
    case 3:
      frame[from + Random((uint32_t)size - from)] = (uint8_t)Random(256);
      return size;
    default:
      for (uint32_t i = Random(4) + 1; i-- > 0;)
        frame[from + Random((uint32_t)size - from)] ^= (uint8_t)(1 << Random(8));
      return size;
  }
}

static void Print(const char* what, Outcome o) {
  if (o.accepted)
    printf(" %s %llu %08x", what, (unsigned long long)o.size, (unsigned)o.crc);
  else
    printf(" %s refused", what);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  FILE* pack = fopen(argv[1], "rb");
  if (!pack) return 2;
  const int copies = atoi(argv[2]);
  ZSTD_DCtx* context = ZSTD_createDCtx();
  uint32_t head[3];
  int wrong = 0;
  for (unsigned i = 0; fread(head, sizeof head, 1, pack) == 1; ++i) {
    const size_t size = head[0];
    uint8_t* frame = malloc(size);
    uint8_t* copy = malloc(size + 1);
    if (fread(frame, 1, size, pack) != size) return 2;
    const Outcome whole = Whole(context, frame, size);
    const Outcome streamed = Streamed(context, frame, size, 1 + i * 7919 % 30000);
    if (!Is(whole, head[1], head[2]) || !Is(streamed, head[1], head[2])) ++wrong;
    printf("%u", i);
    Print("whole", whole);
    Print("streamed", streamed);
    for (int k = 0; k < copies; ++k) {
      seed = i * 2654435761u + (uint32_t)k * 40503u + 1;
      memcpy(copy, frame, size);
      const size_t damaged = Damage(copy, size);
      // The release holds a frame to other rules whole than in pieces; ours to both
      // (cmake/patches).
      const Outcome pieces = Streamed(context, copy, damaged, 1 + Random(30000));
      const Outcome one = Whole(context, copy, damaged);
      const Outcome refused = {0};
      Print("damaged", Is(pieces, one.size, one.crc) && one.accepted ? one : refused);
    }
    printf("\n");
    free(frame);
    free(copy);
  }
  fclose(pack);
  ZSTD_freeDCtx(context);
  fprintf(stderr, "%d frames decoded to something else than their content\n", wrong);
  return wrong != 0;
}
