# lz4_block: LZ4 blocks, memory to memory, as blosc has them. Its compressor, in the same file, the linker drops.
leafsum_source_dir(LZ4 CRATE_DIR lz4-sys/liblz4 PROBE lib/lz4.h
  URL https://github.com/lz4/lz4/releases/download/v1.10.0/lz4-1.10.0.tar.gz
  SHA256 537512904744b35e232912055ccf8ec66d768639ff3abe5788d90d792ec5f48b)

add_library(lz4_block STATIC ${LZ4_SOURCE_DIR}/lib/lz4.c)
target_include_directories(lz4_block SYSTEM PUBLIC ${LZ4_SOURCE_DIR}/lib)
