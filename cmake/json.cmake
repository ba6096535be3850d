# nlohmann_json: the distribution's headers, alone in a folder of their own. The system's include folder must never
# reach em++: the native C library's headers lie in it.
find_path(NLOHMANN_JSON_INCLUDE_DIR nlohmann/json.hpp PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
if(NOT NLOHMANN_JSON_INCLUDE_DIR)
  message(FATAL_ERROR "nlohmann/json.hpp is missing: run cmake/setup.sh (or pass -DNLOHMANN_JSON_INCLUDE_DIR=...).")
endif()
set(own_folder ${PROJECT_BINARY_DIR}/include/json)
file(MAKE_DIRECTORY ${own_folder})
file(CREATE_LINK ${NLOHMANN_JSON_INCLUDE_DIR}/nlohmann ${own_folder}/nlohmann SYMBOLIC)

add_library(nlohmann_json INTERFACE)
target_include_directories(nlohmann_json SYSTEM INTERFACE ${own_folder})
# Everywhere, tests with exceptions too: its inline functions must be the same in every file.
target_compile_definitions(nlohmann_json INTERFACE JSON_NOEXCEPTION)
