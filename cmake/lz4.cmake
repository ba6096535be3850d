# lz4_block: LZ4 blocks, memory to memory, as blosc has them. Its compressor, in the same file, the linker drops.
leafsum_source_dir(lz4)

add_library(lz4_block STATIC ${LZ4_SOURCE_DIR}/lib/lz4.c)
target_include_directories(lz4_block SYSTEM PUBLIC ${LZ4_SOURCE_DIR}/lib)
