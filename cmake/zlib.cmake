# zlib_inflate: the decoder of zlib and gzip streams, memory to memory.
leafsum_source_dir(zlib)

set(z ${ZLIB_SOURCE_DIR})
add_library(zlib_inflate STATIC ${z}/adler32.c ${z}/crc32.c ${z}/inffast.c ${z}/inflate.c ${z}/inftrees.c ${z}/zutil.c)
target_include_directories(zlib_inflate SYSTEM PUBLIC ${ZLIB_SOURCE_DIR})
