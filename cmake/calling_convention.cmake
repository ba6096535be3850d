# The calls of the wasm pass small aggregates (string_view, span, an optional number) by their members, in locals;
# the usual convention stores each into memory and passes a pointer: a sixth more code, and slower.
#
# Emscripten's own libraries keep the usual convention. What of them would be called with an aggregate by value has another
# signature there than here: wasm-ld warns of it and makes such a call a trap. For the product that is an error
# (leafsum_wasm); tests may link more of libc++ than they call. Only libc++'s string.cpp shares such functions with our
# code, so that it is compiled with it. Newer ones (3.1.69) have more there than fits: the probe is compiled as the product
# is, or it would not notice.
set(libcxx_string ${EMSCRIPTEN_ROOT_PATH}/system/lib/libcxx/src/string.cpp)
set(by_members -Xclang -target-abi -Xclang experimental-mv)
if(NOT DEFINED LEAFSUM_AGGREGATES_BY_MEMBERS)
  set(probe ${PROJECT_BINARY_DIR}/calling_convention.cc)
  file(WRITE ${probe} "
    #include <string>
    #include <string_view>
    bool Less(std::string_view a, std::string_view b) { return a < b; }
    int main(int argc, char** argv) { return Less(std::string(argv[0]) + \"a\" + std::to_string(argc), argv[0]); }")
  try_compile(LEAFSUM_AGGREGATES_BY_MEMBERS ${PROJECT_BINARY_DIR}/calling_convention
    SOURCES ${probe} ${libcxx_string}
    COMPILE_DEFINITIONS ${by_members} -D_LIBCPP_BUILDING_LIBRARY -O2 -fno-exceptions -fno-rtti
    LINK_OPTIONS -Wl,--fatal-warnings
    CXX_STANDARD 20)
endif()

if(LEAFSUM_AGGREGATES_BY_MEMBERS)
  string(JOIN " " shell ${by_members})
  add_compile_options("SHELL:${shell}")
  add_library(libcxx_string STATIC ${libcxx_string})
  target_compile_definitions(libcxx_string PRIVATE _LIBCPP_BUILDING_LIBRARY)
  target_compile_options(libcxx_string PRIVATE -fno-exceptions -fno-rtti)
else()
  message(STATUS "This Emscripten's calls pass aggregates in memory: the wasm is larger than it could be")
  add_library(libcxx_string INTERFACE)
endif()
