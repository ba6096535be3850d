# nlohmann_json: headers alone.
leafsum_source_dir(json)

add_library(nlohmann_json INTERFACE)
target_include_directories(nlohmann_json SYSTEM INTERFACE ${JSON_SOURCE_DIR})
# Everywhere, tests with exceptions too: its inline functions must be the same in every file.
target_compile_definitions(nlohmann_json INTERFACE JSON_NOEXCEPTION)
