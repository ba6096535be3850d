# Finds the Emscripten in PATH and repairs what its own CMake file leaves open. Used by the preset `wasm`.
find_program(EM_CONFIG em-config REQUIRED)
execute_process(COMMAND ${EM_CONFIG} EMSCRIPTEN_ROOT OUTPUT_VARIABLE emscripten_root OUTPUT_STRIP_TRAILING_WHITESPACE)

# Newer than the distribution's, if cmake/setup.sh had to install one. Emscripten's own choice would be called with an
# option that current Node refuses.
find_program(LEAFSUM_NODE node PATHS ${CMAKE_CURRENT_LIST_DIR}/../build/tools/node/bin NO_DEFAULT_PATH)
find_program(LEAFSUM_NODE NAMES node nodejs REQUIRED)
set(CMAKE_CROSSCOMPILING_EMULATOR ${LEAFSUM_NODE} CACHE FILEPATH "Runs the wasm tests")

include(${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake)

# em++'s optimiser is a Node program whose modules (acorn) lie where only the distribution's own Node looks.
execute_process(COMMAND dpkg -L node-acorn OUTPUT_VARIABLE acorn ERROR_QUIET)
if(acorn MATCHES "(/[^\n]+)/acorn/package.json|(/[^\n]+)/acorn\n")
  set(CMAKE_CXX_LINKER_LAUNCHER ${CMAKE_COMMAND} -E env NODE_PATH=${CMAKE_MATCH_1}${CMAKE_MATCH_2})
  set(CMAKE_C_LINKER_LAUNCHER ${CMAKE_CXX_LINKER_LAUNCHER})
endif()
