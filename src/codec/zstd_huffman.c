// What zstd calls where it would call its huf_decompress.c (zstd's common/huf.h).
#include "codec/huffman.h"
#include "common/error_private.h"
#include "common/huf.h"
#include "common/zstd_deps.h"

_Static_assert(kHuffmanMaxLog == HUF_TABLELOG_MAX, "");
_Static_assert(sizeof(HuffmanTable) <= HUF_DTABLE_SIZE(HUF_TABLELOG_MAX) * sizeof(HUF_DTable), "");

size_t HUF_readDTableX1_wksp(HUF_DTable* table, const void* in, size_t in_size, void* workspace,
                             size_t workspace_size, int flags) {
  BYTE weight[HUF_SYMBOLVALUE_MAX + 1];
  U32 count[HUF_TABLELOG_MAX + 1];
  U32 symbols, log;
  const size_t read = HUF_readStats_wksp(weight, sizeof weight, count, &symbols, &log, in, in_size,
                                         workspace, workspace_size, flags);
  if (!ERR_isError(read)) HuffmanFill((HuffmanTable*)table, weight, symbols, count, log);
  return read;
}

typedef bool (*Decode)(const HuffmanTable*, uint8_t*, size_t, const uint8_t*, size_t);

static size_t WithTable(Decode decode, const HUF_DTable* table, void* out, size_t out_size,
                        const void* in, size_t in_size) {
  const bool intact = decode((const HuffmanTable*)table, out, out_size, in, in_size);
  return intact ? out_size : ERROR(corruption_detected);
}

static size_t WithNewTable(Decode decode, HUF_DTable* table, void* out, size_t out_size,
                           const void* in, size_t in_size, void* workspace, size_t workspace_size,
                           int flags) {
  const size_t read = HUF_readDTableX1_wksp(table, in, in_size, workspace, workspace_size, flags);
  if (ERR_isError(read)) return read;
  return WithTable(decode, table, out, out_size, (const BYTE*)in + read, in_size - read);
}

size_t HUF_decompress1X_usingDTable(void* out, size_t out_size, const void* in, size_t in_size,
                                    const HUF_DTable* table, int flags) {
  (void)flags;
  return WithTable(HuffmanDecode1, table, out, out_size, in, in_size);
}

size_t HUF_decompress4X_usingDTable(void* out, size_t out_size, const void* in, size_t in_size,
                                    const HUF_DTable* table, int flags) {
  (void)flags;
  return WithTable(HuffmanDecode4, table, out, out_size, in, in_size);
}

size_t HUF_decompress1X1_DCtx_wksp(HUF_DTable* table, void* out, size_t out_size, const void* in,
                                   size_t in_size, void* workspace, size_t workspace_size,
                                   int flags) {
  return WithNewTable(HuffmanDecode1, table, out, out_size, in, in_size, workspace, workspace_size,
                      flags);
}

size_t HUF_decompress4X_hufOnly_wksp(HUF_DTable* table, void* out, size_t out_size, const void* in,
                                     size_t in_size, void* workspace, size_t workspace_size,
                                     int flags) {
  return WithNewTable(HuffmanDecode4, table, out, out_size, in, in_size, workspace, workspace_size,
                      flags);
}
