# leafsum_source_dir(<name>)
# Sets <NAME>_SOURCE_DIR, <name> being a row of cmake/deps/dependencies.json, to the first folder that holds the sources:
#   1. -D<NAME>_SOURCE_DIR=..., laid out as the upstream release
#   2. build/deps/<folder>, which cmake/setup.sh fills from the package registry, checked against package_sha256
#   3. with -DFETCH_DEPS=ON: the upstream release at <url>, checked against sha256
# It never takes what else happens to be installed: digests must not depend on the machine.
set(LEAFSUM_DEPENDENCIES ${PROJECT_SOURCE_DIR}/cmake/deps/dependencies.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${LEAFSUM_DEPENDENCIES})
file(READ ${LEAFSUM_DEPENDENCIES} LEAFSUM_DEPENDENCIES)

function(leafsum_source_dir row)
  foreach(column url sha256 probe folder)
    string(JSON ${column} GET "${LEAFSUM_DEPENDENCIES}" ${row} ${column})
  endforeach()
  string(JSON url_folder ERROR_VARIABLE none GET "${LEAFSUM_DEPENDENCIES}" ${row} url_folder)
  string(TOUPPER ${row} name)
  set(packaged ${PROJECT_SOURCE_DIR}/build/deps/${folder})
  if(${name}_SOURCE_DIR)
    set(dir ${${name}_SOURCE_DIR})
  elseif(EXISTS ${packaged}/${probe})
    set(dir ${packaged})
  elseif(FETCH_DEPS)
    include(FetchContent)
    # SOURCE_SUBDIR names a folder without CMakeLists.txt: unpack only, do not configure their build.
    FetchContent_Declare(leafsum_${row} URL ${url} URL_HASH SHA256=${sha256}
      DOWNLOAD_EXTRACT_TIMESTAMP OFF SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(leafsum_${row})
    set(dir ${leafsum_${row}_SOURCE_DIR})
    if(NOT none)
      string(APPEND dir /${url_folder})
    endif()
  else()
    message(FATAL_ERROR "The sources of ${row} are missing: run cmake/setup.sh "
      "(or pass -D${name}_SOURCE_DIR=<its sources>, or -DFETCH_DEPS=ON to download the pinned release).")
  endif()
  if(NOT EXISTS ${dir}/${probe})
    message(FATAL_ERROR "${name}_SOURCE_DIR=${dir} has no ${probe}.")
  endif()
  set(${name}_SOURCE_DIR ${dir} PARENT_SCOPE)
endfunction()
