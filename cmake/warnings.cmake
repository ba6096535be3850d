# leafsum_warnings: linked privately by our own targets, so that dependencies keep their own taste.
add_library(leafsum_warnings INTERFACE)
target_compile_options(leafsum_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  # size_t has 32 bits in wasm: a 64-bit file offset that is narrowed by accident is a hole in a check.
  # Tests (LEAFSUM_TEST) hold sizes that fit.
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<NOT:$<BOOL:$<TARGET_PROPERTY:LEAFSUM_TEST>>>>:-Wshorten-64-to-32>
  # g++ sees uninitialized reads in every optimised std::variant; the sanitizers look for real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<BOOL:${LEAFSUM_WERROR}>:-Werror>)
