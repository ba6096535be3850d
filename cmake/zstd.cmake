# zstd_decompress: the decoder only. The same C everywhere (no assembly), so that native tests test what wasm runs.
leafsum_source_dir(zstd)
include(patched_copy)
leafsum_patched_copy(lib zstd SOURCE ${ZSTD_SOURCE_DIR}/lib TAKE zstd.h zstd_errors.h common decompress)
set(huffman ${PROJECT_SOURCE_DIR}/src/codec)

add_library(zstd_decompress STATIC
  ${lib}/common/debug.c
  ${lib}/common/entropy_common.c
  ${lib}/common/error_private.c
  ${lib}/common/fse_decompress.c
  ${lib}/common/xxhash.c
  ${lib}/common/zstd_common.c
  ${huffman}/huffman_streams.c
  ${huffman}/huffman_table.c
  ${huffman}/zstd_huffman.c
  ${lib}/decompress/zstd_ddict.c
  ${lib}/decompress/zstd_decompress.c
  ${lib}/decompress/zstd_decompress_block.c)
leafsum_cold(zstd_decompress -O2
  ${lib}/common/xxhash.c ${huffman}/huffman_streams.c ${lib}/decompress/zstd_decompress_block.c)
target_include_directories(zstd_decompress SYSTEM PUBLIC ${lib} PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(zstd_decompress PRIVATE
  ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0 ZSTD_TRACE=0
  HUF_FORCE_DECOMPRESS_X1=1 # that is ours
  ZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1) # the other decoder prefetches, which wasm cannot
