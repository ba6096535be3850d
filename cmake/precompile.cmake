# leafsum_precompile(<target> [<header>...]): the standard library's headers that most files include, and these, are compiled
# once for the target. Half the time of a file under the sanitizers is parsing them. The other presets compile without: there
# a file that forgets an #include fails.
function(leafsum_precompile target)
  if(LEAFSUM_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:<algorithm$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<functional$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<map$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<memory$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<optional$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<set$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<span$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<string$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<variant$<ANGLE-R>>"
      "$<$<COMPILE_LANGUAGE:CXX>:<vector$<ANGLE-R>>"
      ${ARGN})
    # ccache knows a precompiled header by its bytes (cmake/build.sh), which should not say when it was made.
    target_compile_options(${target} PRIVATE
      "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endfunction()
