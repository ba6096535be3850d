# leafsum_library(<folder> SOURCES <file>... [DEPS <target>...])
# The library leafsum_<folder> of src/<folder>. DEPS are its neighbours (leafsum_base, zstd_decompress, ...), passed on
# to whoever links it. Includes are written from src/: #include "base/byte_reader.h".
add_library(leafsum_core_options INTERFACE)
target_include_directories(leafsum_core_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
# A broken checkpoint is a result, not an exception; RTTI would only carry names into the wasm.
target_compile_options(leafsum_core_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)

function(leafsum_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "SOURCES;DEPS")
  if(lib_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "leafsum_library(${folder}): unknown arguments ${lib_UNPARSED_ARGUMENTS}")
  endif()
  if(lib_SOURCES MATCHES "\\.(cc|c)(;|$)")
    add_library(leafsum_${folder} STATIC ${lib_SOURCES})
    target_link_libraries(leafsum_${folder}
      PUBLIC leafsum_core_options ${lib_DEPS}
      PRIVATE leafsum_warnings)
  else() # headers only
    add_library(leafsum_${folder} INTERFACE ${lib_SOURCES})
    target_link_libraries(leafsum_${folder} INTERFACE leafsum_core_options ${lib_DEPS})
  endif()
endfunction()
