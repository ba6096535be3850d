# leafsum_patched_copy(<out variable> <name> SOURCE <folder> TAKE <file or folder>... )
# Copies TAKE of <folder> into the build folder and applies cmake/patches/<name>.patch there; the sources stay as they are.
# A patch that does not fit exactly is refused: cmake/patches/README.md says how one is raised.
function(leafsum_patched_copy variable name)
  cmake_parse_arguments(PARSE_ARGV 2 src "" "SOURCE" "TAKE")
  set(copy ${PROJECT_BINARY_DIR}/patched/${name})
  set(patch ${PROJECT_SOURCE_DIR}/cmake/patches/${name}.patch)
  set(${variable} ${copy} PARENT_SCOPE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${patch})

  list(TRANSFORM src_TAKE PREPEND ${src_SOURCE}/)
  set(stamp "")
  foreach(path IN ITEMS ${patch} ${src_TAKE})
    set(files ${path})
    if(IS_DIRECTORY ${path})
      file(GLOB_RECURSE files ${path}/*)
    endif()
    foreach(file IN LISTS files)
      file(SHA256 ${file} hash)
      string(APPEND stamp "${hash} ${file}\n")
    endforeach()
  endforeach()
  if(EXISTS ${copy}/.patched)
    file(READ ${copy}/.patched present)
    if(present STREQUAL stamp)
      return() # else each configuration would compile it anew
    endif()
  endif()
  file(REMOVE_RECURSE ${copy})
  file(COPY ${src_TAKE} DESTINATION ${copy})

  # Inside a work tree, ours or whoever's hook runs this, git would apply a patch to that tree's files, or to none, and
  # say nothing: here it must find no repository.
  cmake_path(GET copy PARENT_PATH ceiling)
  find_program(GIT git REQUIRED)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE --unset=GIT_INDEX_FILE
      GIT_CEILING_DIRECTORIES=${ceiling} ${GIT} apply --whitespace=nowarn ${patch}
    WORKING_DIRECTORY ${copy} RESULT_VARIABLE failed ERROR_VARIABLE why OUTPUT_VARIABLE why)
  if(failed)
    message(FATAL_ERROR "cmake/patches/${name}.patch does not fit ${src_SOURCE} (cmake/patches/README.md):\n${why}")
  endif()
  file(STRINGS ${patch} files REGEX "^\\+\\+\\+ b/")
  foreach(file IN LISTS files)
    string(REGEX REPLACE "^\\+\\+\\+ b/" "" file ${file})
    file(SHA256 ${src_SOURCE}/${file} before)
    file(SHA256 ${copy}/${file} after)
    if(before STREQUAL after)
      message(FATAL_ERROR "${GIT} says that cmake/patches/${name}.patch is applied, but ${copy}/${file} is as it was.")
    endif()
  endforeach()
  file(WRITE ${copy}/.patched "${stamp}")
endfunction()
