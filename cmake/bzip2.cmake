# bzip2_decompress: libbz2 without its stdio half. Its compressor is compiled because bzlib.c names it; the linker drops it.
leafsum_source_dir(bzip2)
set(bz ${BZIP2_SOURCE_DIR})

add_library(bzip2_decompress STATIC
  ${bz}/blocksort.c ${bz}/bzlib.c ${bz}/compress.c ${bz}/crctable.c ${bz}/decompress.c ${bz}/huffman.c ${bz}/randtable.c)
target_include_directories(bzip2_decompress SYSTEM PUBLIC ${bz})
target_compile_definitions(bzip2_decompress PRIVATE BZ_NO_STDIO)
