// What every target shares. A target is one file with one function, Run, which libFuzzer calls with
// inputs that it makes up, and `replay` with those of the corpus.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace leafsum::fuzz {

// The target. Returns whatever the bytes are: what is wrong aborts.
void Run(Bytes input);

[[noreturn]] void Fail(const char* what, const char* file, int line,
                       const std::string& detail = "");

// Unlike assert() it is there in every build.
#define FUZZ_CHECK(condition) \
  ((condition) ? (void)0 : ::leafsum::fuzz::Fail(#condition, __FILE__, __LINE__))
#define FUZZ_CHECK_SAYING(condition, detail) \
  ((condition) ? (void)0 : ::leafsum::fuzz::Fail(#condition, __FILE__, __LINE__, detail))

// Takes an input apart: choices from its front, the rest as it is. An input that is too short gives
// zeros.
class Choices {
 public:
  explicit Choices(Bytes input) : rest_(input) {}
  uint8_t U8() {
    if (rest_.empty()) return 0;
    const uint8_t byte = rest_[0];
    rest_ = rest_.subspan(1);
    return byte;
  }
  uint16_t U16() {
    const uint8_t low = U8();
    return static_cast<uint16_t>(low | U8() << 8);
  }
  bool Bool() { return (U8() & 1) != 0; }
  size_t Below(size_t n) { return n <= 256 ? U8() % n : U16() % n; }  // n > 0
  Bytes Take(size_t n) {
    const Bytes taken = rest_.first(n < rest_.size() ? n : rest_.size());
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  bool empty() const { return rest_.empty(); }
  Bytes Rest() const { return rest_; }

 private:
  Bytes rest_;
};

}  // namespace leafsum::fuzz
