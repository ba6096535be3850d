# catch2: whichever Catch2 the distribution has (2: one header; 3: headers and a native library), with its main.
find_path(CATCH2_INCLUDE_DIR NAMES catch2/catch_test_macros.hpp catch2/catch.hpp
  PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
if(NOT CATCH2_INCLUDE_DIR)
  message(FATAL_ERROR "Catch2's headers are missing: run cmake/setup.sh (or pass -DLEAFSUM_TESTS=OFF).")
endif()
set(own_folder ${PROJECT_BINARY_DIR}/include/catch) # as in json.cmake
file(MAKE_DIRECTORY ${own_folder})
file(CREATE_LINK ${CATCH2_INCLUDE_DIR}/catch2 ${own_folder}/catch2 SYMBOLIC)

add_library(catch2 STATIC ${PROJECT_SOURCE_DIR}/tests/support/catch_main.cc)
target_include_directories(catch2 SYSTEM PUBLIC ${own_folder})
if(EMSCRIPTEN)
  # Unlike the core, tests throw: a failing REQUIRE does.
  target_compile_options(catch2 PUBLIC -fwasm-exceptions)
  target_link_options(catch2 PUBLIC -fwasm-exceptions)
endif()
