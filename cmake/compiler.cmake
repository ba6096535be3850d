# Flags for every target, C dependencies included.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

if(NOT EMSCRIPTEN)
  find_program(CCACHE ccache)
  if(CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  endif()
endif()

if(EMSCRIPTEN)
  # 4.1 is the level of the BLAKE3 kernel that we run; Emscripten translates its intrinsics to wasm SIMD.
  add_compile_options(-msimd128 -msse4.1)
  # Small: the module is fetched by a page. What bytes stream through asks for more (leafsum_hot). For compiling
  # alone: a linker that is told to save space has wasm-opt take a third of the speed from the hot loops too.
  # em++ turns inlining off with -Oz: without it every accessor of the library is a call, code is larger and slow.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Oz;-finline-functions>")
  # The linker sees all of our code at once: what a call passes in memory, as wasm's convention has it for string_view,
  # span and optional, it passes in locals where it knows every caller. A tenth less code. Not so in C, whose libraries
  # gain nothing.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-flto>)
endif()

# leafsum_hot(<target>): compiled for speed, whatever the build's default is.
function(leafsum_hot target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O3)
  endif()
endfunction()

# leafsum_stepwise(<target>): its functions stay functions, but for those that say `inline`. The linker would make one of
# whatever has one caller; V8 optimises a function once it has run for a while, in a time that grows faster than the
# function: 0.1 s of 1.1 s for a gigabyte where checkpoints are planned, 0.2 s for each worker where leaves are read.
function(leafsum_stepwise target)
  if(EMSCRIPTEN)
    target_compile_options(${target} PRIVATE -fno-inline-functions -finline-hint-functions)
  endif()
endfunction()

# leafsum_cold(<target> <level> <file>...): a target in C, or a hot one, that is compiled for space all the same, but for
# these files of it, whose loops the bytes go through.
function(leafsum_cold target level)
  if(EMSCRIPTEN)
    target_compile_options(${target} PRIVATE -Oz -finline-functions)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS ${level})
  endif()
endfunction()

if(LEAFSUM_SANITIZE)
  string(TOLOWER ${CMAKE_CXX_COMPILER_ID} compiler)
  message(STATUS "sanitizers: ${LEAFSUM_SANITIZE} with ${compiler} ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER})")
  # recover=none: a finding must fail the test that caused it, not only print.
  add_compile_options(-fsanitize=${LEAFSUM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LEAFSUM_SANITIZE})
endif()

if(LEAFSUM_FUZZ)
  # Everything but the targets' own main: what libFuzzer is guided by.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
