# leafsum_library(<folder> SOURCES <file>... [DEPS <target>...])
# The library leafsum_<folder> of src/<folder>. DEPS are its neighbours (leafsum_base, zstd_decompress, ...), passed on
# to whoever links it. Includes name the folder: #include "base/byte_reader.h". Each library brings the folder's own name
# alone, so that an include of what DEPS do not reach does not compile; tools/lint holds which may reach which.

# Not passed on: a broken checkpoint is a result for the core, but a failing test throws. RTTI would only carry names
# into the wasm.
add_library(leafsum_core_options INTERFACE)
target_compile_options(leafsum_core_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
if(LEAFSUM_COVERAGE)
  # What is ours alone: neither dependencies nor tests.
  target_compile_options(leafsum_core_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# leafsum_include_folder(<folder> <out variable>): where src/<folder> alone is found by its name.
function(leafsum_include_folder folder variable)
  set(includes ${PROJECT_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${includes})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${folder} ${includes}/${folder} SYMBOLIC)
  set(${variable} ${includes} PARENT_SCOPE)
endfunction()

function(leafsum_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "SOURCES;DEPS")
  if(lib_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leafsum_library(${folder}): unknown arguments ${lib_UNPARSED_ARGUMENTS}")
  endif()
  leafsum_include_folder(${folder} includes)
  if(lib_SOURCES MATCHES "\\.(cc|c)(;|$)")
    add_library(leafsum_${folder} STATIC ${lib_SOURCES})
    target_include_directories(leafsum_${folder} PUBLIC ${includes})
    target_link_libraries(leafsum_${folder}
      PUBLIC ${lib_DEPS}
      PRIVATE leafsum_core_options leafsum_warnings)
    leafsum_precompile(leafsum_${folder})
  else() # headers only
    add_library(leafsum_${folder} INTERFACE ${lib_SOURCES})
    target_include_directories(leafsum_${folder} INTERFACE ${includes})
    target_link_libraries(leafsum_${folder} INTERFACE ${lib_DEPS})
  endif()
endfunction()
