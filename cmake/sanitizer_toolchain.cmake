# The Clang that Emscripten came with, if its sanitizers' runtime is there (cmake/setup.sh installs it): it compiles
# sanitized code in 0.6 of g++'s time, and what two compilers accept is sounder. Else the system's compilers.
find_program(LEAFSUM_CLANG NAMES clang clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
if(LEAFSUM_CLANG)
  execute_process(COMMAND ${LEAFSUM_CLANG} -print-runtime-dir OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE)
  file(GLOB runtime ${runtime}/libclang_rt.asan*.a)
  if(runtime)
    set(CMAKE_C_COMPILER ${LEAFSUM_CLANG})
    string(REGEX REPLACE "clang([-0-9]*)$" "clang++\\1" CMAKE_CXX_COMPILER ${LEAFSUM_CLANG})
  endif()
endif()
