// main() of every unit test, compiled once: of Catch2 2 this file is the whole framework.
#if __has_include(<catch_amalgamated.hpp>)
#include <catch_amalgamated.hpp>

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
#else
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
