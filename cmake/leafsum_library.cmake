# leafsum_library(<folder> SOURCES <file>... [DEPS <target>...])
# The library leafsum_<folder> of src/<folder>. DEPS are its neighbours (leafsum_base, zstd_decompress, ...), passed on
# to whoever links it. Includes are written from src/: #include "base/byte_reader.h".
add_library(leafsum_includes INTERFACE)
target_include_directories(leafsum_includes INTERFACE ${PROJECT_SOURCE_DIR}/src)
# Not passed on: a broken checkpoint is a result for the core, but a failing test throws. RTTI would only carry names
# into the wasm.
add_library(leafsum_core_options INTERFACE)
target_compile_options(leafsum_core_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

function(leafsum_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "SOURCES;DEPS")
  if(lib_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leafsum_library(${folder}): unknown arguments ${lib_UNPARSED_ARGUMENTS}")
  endif()
  if(lib_SOURCES MATCHES "\\.(cc|c)(;|$)")
    add_library(leafsum_${folder} STATIC ${lib_SOURCES})
    target_link_libraries(leafsum_${folder}
      PUBLIC leafsum_includes ${lib_DEPS}
      PRIVATE leafsum_core_options leafsum_warnings)
  else() # headers only
    add_library(leafsum_${folder} INTERFACE ${lib_SOURCES})
    target_link_libraries(leafsum_${folder} INTERFACE leafsum_includes ${lib_DEPS})
  endif()
endfunction()
