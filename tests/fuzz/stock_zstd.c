// zstd as it was released, behind two names of ours: a library of its own, since its names are
// those of the patched one.
#include <stddef.h>

#define ZSTD_STATIC_LINKING_ONLY
#include "zstd.h"

#define VISIBLE __attribute__((visibility("default")))
#define JOIN(a, b) a##b
#define NAMED(variant, name) JOIN(variant, name)

// Both give the bytes that were written to `out`, or (size_t)-1 where the frame is refused.
// `checksum`: whether a content checksum is looked at.

VISIBLE size_t NAMED(VARIANT, Whole)(void* out, size_t room, const void* in, size_t size,
                                     int checksum) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (!checksum) ZSTD_DCtx_setParameter(context, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
  const size_t n = ZSTD_decompressDCtx(context, out, room, in, size);
  ZSTD_freeDCtx(context);
  return ZSTD_isError(n) ? (size_t)-1 : n;
}

// One frame that is all of `in`, in pieces.
VISIBLE size_t NAMED(VARIANT, Pieces)(void* out, size_t room, const void* in, size_t size,
                                      size_t piece, int checksum) {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  if (!checksum) ZSTD_DCtx_setParameter(context, ZSTD_d_forceIgnoreChecksum, ZSTD_d_ignoreChecksum);
  ZSTD_outBuffer to = {out, room, 0};
  size_t at = 0, status = 1, moved = 1;
  while (status != 0 && !ZSTD_isError(status) && (at < size || moved > 0)) {
    ZSTD_inBuffer from = {(const char*)in + at, size - at < piece ? size - at : piece, 0};
    const size_t before = to.pos;
    status = ZSTD_decompressStream(context, &to, &from);
    at += from.pos;
    moved = from.pos + to.pos - before;
    if (moved == 0) break;
  }
  ZSTD_freeDCtx(context);
  return status == 0 && at == size ? to.pos : (size_t)-1;
}
