# leafsum_source_dir(<NAME> CRATE_DIR <dir> PROBE <file> URL <url> SHA256 <hash>)
# Sets <NAME>_SOURCE_DIR to the first folder that holds the C sources:
#   1. -D<NAME>_SOURCE_DIR=..., laid out as the upstream release
#   2. build/deps/vendor/<CRATE_DIR>, filled by `cargo vendor` from cmake/deps (hashes in Cargo.lock)
#   3. with -DFETCH_DEPS=ON: the upstream release, checked against SHA256
# It never takes what else happens to be installed: digests must not depend on the machine.
function(leafsum_source_dir name)
  cmake_parse_arguments(PARSE_ARGV 1 src "" "CRATE_DIR;PROBE;URL;SHA256" "")
  set(vendored ${PROJECT_SOURCE_DIR}/build/deps/vendor/${src_CRATE_DIR})
  if(${name}_SOURCE_DIR)
    set(dir ${${name}_SOURCE_DIR})
  elseif(EXISTS ${vendored}/${src_PROBE})
    set(dir ${vendored})
  elseif(FETCH_DEPS)
    include(FetchContent)
    string(TOLOWER leafsum_${name} content)
    # SOURCE_SUBDIR names a folder without CMakeLists.txt: unpack only, do not configure their build.
    FetchContent_Declare(${content} URL ${src_URL} URL_HASH SHA256=${src_SHA256}
      DOWNLOAD_EXTRACT_TIMESTAMP OFF SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(${content})
    set(dir ${${content}_SOURCE_DIR})
  else()
    message(FATAL_ERROR "The C sources of ${name} are missing: run cmake/setup.sh "
      "(or pass -D${name}_SOURCE_DIR=<its sources>, or -DFETCH_DEPS=ON to download the pinned release).")
  endif()
  if(NOT EXISTS ${dir}/${src_PROBE})
    message(FATAL_ERROR "${name}_SOURCE_DIR=${dir} has no ${src_PROBE}.")
  endif()
  set(${name}_SOURCE_DIR ${dir} PARENT_SCOPE)
endfunction()
