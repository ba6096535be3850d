# catch2: the framework of the unit tests with its main. Debian 12 packages version 2, one header. Newer distributions
# package version 3 as a native library, of no use to em++: for them cmake/setup.sh unpacks the package's source.
find_path(CATCH2_INCLUDE_DIR catch2/catch.hpp PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
set(CATCH2_SOURCE_DIR ${PROJECT_SOURCE_DIR}/build/deps/catch2 CACHE PATH "Sources of Catch2 3")

add_library(catch2 STATIC ${PROJECT_SOURCE_DIR}/tests/support/catch_main.cc)
if(CATCH2_INCLUDE_DIR)
  set(own_folder ${PROJECT_BINARY_DIR}/include/catch) # as in json.cmake
  file(MAKE_DIRECTORY ${own_folder})
  file(CREATE_LINK ${CATCH2_INCLUDE_DIR}/catch2 ${own_folder}/catch2 SYMBOLIC)
  target_include_directories(catch2 SYSTEM PUBLIC ${own_folder})
elseif(EXISTS ${CATCH2_SOURCE_DIR}/extras/catch_amalgamated.cpp)
  target_sources(catch2 PRIVATE ${CATCH2_SOURCE_DIR}/extras/catch_amalgamated.cpp)
  target_include_directories(catch2 SYSTEM PUBLIC ${CATCH2_SOURCE_DIR}/extras)
  target_compile_definitions(catch2 PRIVATE CATCH_AMALGAMATED_CUSTOM_MAIN)
else()
  message(FATAL_ERROR "Catch2 is missing: run cmake/setup.sh (or pass -DLEAFSUM_TESTS=OFF).")
endif()

if(LEAFSUM_SANITIZE)
  # g++ needs more than two minutes to instrument Catch2 for undefined behaviour; ours is what we look for.
  target_compile_options(catch2 PRIVATE -O0 -fno-sanitize=undefined)
endif()
if(EMSCRIPTEN)
  # Unlike the core, tests throw: a failing REQUIRE does.
  target_compile_options(catch2 PUBLIC -fwasm-exceptions)
  target_link_options(catch2 PUBLIC -fwasm-exceptions)
endif()
