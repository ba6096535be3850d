# zstd_patched_lib(<out variable>): a copy of zstd's lib/ in the build folder with the changes below. The pinned sources
# stay as they are; a release in which a passage is not found as often as it should be is refused.
#
# zstd reads bits by the size_t, because on a 32-bit machine that is what a register holds. Not so in wasm, whose 64-bit
# integers are native. Only the reader is changed: the guards against sums of pointers that overflow 32 bits ask
# MEM_32bits() and keep its answer.
function(zstd_replace file count from to)
  file(READ ${file} text)
  string(REPLACE "${from}" "" without "${text}")
  string(LENGTH "${text}" before)
  string(LENGTH "${without}" after)
  string(LENGTH "${from}" length)
  math(EXPR found "(${before} - ${after}) / ${length}")
  if(NOT found EQUAL count)
    message(FATAL_ERROR "zstd_patch.cmake: ${found} times instead of ${count} in ${file}: ${from}")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  file(WRITE ${file} "${text}")
endfunction()

function(zstd_patched_lib variable)
  set(lib ${PROJECT_BINARY_DIR}/zstd/lib)
  set(${variable} ${lib} PARENT_SCOPE)
  file(SHA256 ${CMAKE_CURRENT_FUNCTION_LIST_FILE} patch)
  set(stamp "${ZSTD_SOURCE_DIR} ${patch}")
  if(EXISTS ${lib}/patched)
    file(READ ${lib}/patched present)
    if(present STREQUAL stamp)
      return() # else each configuration would compile it anew
    endif()
  endif()
  file(REMOVE_RECURSE ${lib})
  file(COPY ${ZSTD_SOURCE_DIR}/lib/zstd.h ${ZSTD_SOURCE_DIR}/lib/zstd_errors.h
    ${ZSTD_SOURCE_DIR}/lib/common ${ZSTD_SOURCE_DIR}/lib/decompress DESTINATION ${lib})

  # The reader's container: 64 bits. (Its writer, which we do not compile, would need more.)
  zstd_replace(${lib}/common/bitstream.h 1 "typedef size_t BitContainerType" "typedef U64 BitContainerType")
  zstd_replace(${lib}/common/bitstream.h 1 "MEM_STATIC size_t BIT_readBitsFast(" "MEM_STATIC BitContainerType BIT_readBitsFast(")
  zstd_replace(${lib}/common/bitstream.h 3 "MEM_readLEST(bitD->ptr)" "MEM_readLE64(bitD->ptr)")

  # What is read of a sequence between two refills.
  set(block ${lib}/decompress/zstd_decompress_block.c)
  zstd_replace(${block} 1 "FORCE_INLINE_TEMPLATE seq_t\nZSTD_decodeSequence("
    "#define MEM_32bits() 0\n#define MEM_64bits() 1\nFORCE_INLINE_TEMPLATE seq_t\nZSTD_decodeSequence(")
  zstd_replace(${block} 1 "    return seq;\n}\n" "    return seq;\n}\n#undef MEM_32bits\n#undef MEM_64bits\n")

  # A block without sequences, such as most of weights, is its literals: decoded where the block belongs, rather than
  # beside it, in two parts, and moved twice.
  zstd_replace(${block} 1
    "ZSTD_allocateLiteralsBuffer(dctx, dst, dstCapacity, litSize, streaming, expectedWriteSize, 0);"
    "if (lhSize + litCSize + 1 == srcSize && istart[srcSize - 1] == 0) {
                    dctx->litBuffer = (BYTE*)dst;
                    dctx->litBufferEnd = dctx->litBuffer + litSize;
                    dctx->litBufferLocation = ZSTD_not_in_dst;
                } else {
                    ZSTD_allocateLiteralsBuffer(dctx, dst, dstCapacity, litSize, streaming, expectedWriteSize, 0);
                }")
  zstd_replace(${block} 2 "if (op != NULL) {\n            ZSTD_memcpy(op, litPtr, lastLLSize);"
    "if (op != NULL) {\n            if (op != litPtr) ZSTD_memcpy(op, litPtr, lastLLSize);")

  file(WRITE ${lib}/patched "${stamp}")
endfunction()
