// main() of every unit test, compiled once: of Catch2 2 this file is the whole framework.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
