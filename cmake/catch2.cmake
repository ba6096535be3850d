# catch2: the framework of the unit tests, one header, with its main.
leafsum_source_dir(catch)
add_library(catch2 STATIC ${PROJECT_SOURCE_DIR}/tests/support/catch_main.cc)
target_include_directories(catch2 SYSTEM PUBLIC ${CATCH_SOURCE_DIR})

if(LEAFSUM_SANITIZE)
  # g++ needs more than two minutes to instrument Catch2 for undefined behaviour; ours is what we look for.
  target_compile_options(catch2 PRIVATE -O0 -fno-sanitize=undefined)
endif()
if(EMSCRIPTEN)
  # Unlike the core, tests throw: a failing REQUIRE does.
  target_compile_options(catch2 PUBLIC -fwasm-exceptions)
  target_link_options(catch2 PUBLIC -fwasm-exceptions)
endif()
