// main() of every unit test, compiled once: of Catch2 2 this file is the whole framework.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#ifdef __EMSCRIPTEN__
// By this very symbol. Clang 15 and later call it __main_argc_argv, which the Emscripten that
// Ubuntu 24.04 has beside it does not know: the program then ends with 0 and has run nothing.
int main(int argc, char* argv[]) __asm__("main");
#endif

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }
