# blake3: the official C code with every kernel that the target can run.
leafsum_source_dir(blake3)
set(c ${BLAKE3_SOURCE_DIR}/c)

option(LEAFSUM_BLAKE3_SSE41 "Natively no kernel wider than wasm's, for comparisons" OFF)
add_library(blake3 STATIC ${c}/blake3.c ${c}/blake3_portable.c)
# SYSTEM: blake3_impl.h, which src/hash includes for the tree's inner nodes, would warn in C++.
target_include_directories(blake3 SYSTEM PUBLIC ${c})

if(EMSCRIPTEN)
  set(kernel ${PROJECT_SOURCE_DIR}/src/hash/blake3_wasm_dispatch.c) # includes blake3_sse41.c
  leafsum_cold(blake3 -O2 ${kernel})
  target_sources(blake3 PRIVATE ${kernel})
  # blake3_impl.h sizes its buffers for one lane on unknown processors; our kernel fills four. "NEON" is the only way
  # to say four, and everyone who includes the header must agree: hence PUBLIC.
  target_compile_definitions(blake3 PUBLIC BLAKE3_USE_NEON=1)
else()
  target_sources(blake3 PRIVATE ${c}/blake3_dispatch.c)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # C intrinsics rather than the .S files: those are for one assembler syntax each and hide from the sanitizers.
    target_sources(blake3 PRIVATE ${c}/blake3_sse2.c ${c}/blake3_sse41.c ${c}/blake3_avx2.c ${c}/blake3_avx512.c)
    set_source_files_properties(${c}/blake3_sse2.c PROPERTIES COMPILE_OPTIONS -msse2)
    set_source_files_properties(${c}/blake3_sse41.c PROPERTIES COMPILE_OPTIONS -msse4.1)
    set_source_files_properties(${c}/blake3_avx2.c PROPERTIES COMPILE_OPTIONS -mavx2)
    if(LEAFSUM_BLAKE3_SSE41)
      target_compile_definitions(blake3 PUBLIC BLAKE3_NO_AVX2 BLAKE3_NO_AVX512)
    endif()
    set_source_files_properties(${c}/blake3_avx512.c PROPERTIES COMPILE_OPTIONS "-mavx512f;-mavx512vl")
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    target_sources(blake3 PRIVATE ${c}/blake3_neon.c)
  else()
    target_compile_definitions(blake3 PUBLIC
      BLAKE3_NO_SSE2 BLAKE3_NO_SSE41 BLAKE3_NO_AVX2 BLAKE3_NO_AVX512 BLAKE3_USE_NEON=0)
  endif()
endif()
