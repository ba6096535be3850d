# zlib_inflate: the decoder of zlib and gzip streams, memory to memory.
leafsum_source_dir(ZLIB CRATE_DIR libz-sys/src/zlib PROBE inflate.c
  URL https://github.com/madler/zlib/releases/download/v1.3.2/zlib-1.3.2.tar.gz
  SHA256 bb329a0a2cd0274d05519d61c667c062e06990d72e125ee2dfa8de64f0119d16)

set(z ${ZLIB_SOURCE_DIR})
add_library(zlib_inflate STATIC ${z}/adler32.c ${z}/crc32.c ${z}/inffast.c ${z}/inflate.c ${z}/inftrees.c ${z}/zutil.c)
target_include_directories(zlib_inflate SYSTEM PUBLIC ${ZLIB_SOURCE_DIR})
