// What libFuzzer calls.
#include <cstdio>
#include <cstdlib>

#include "fuzz/fuzz.h"
#include "support/hex.h"

namespace leafsum::fuzz {

void Fail(const char* what, const char* file, int line, const std::string& detail) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n%s\n", file, line, what, detail.c_str());
  std::abort();
}

}  // namespace leafsum::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy that ends where its allocation ends.
  leafsum::fuzz::Run(leafsum::test::Exact(leafsum::Bytes(data, size)));
  return 0;
}
