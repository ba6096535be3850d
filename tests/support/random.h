// Random choices that are the same on every machine: the standard fixes the engine, not its
// distributions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <random>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace leafsum::test {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Next() { return engine_(); }
  uint64_t Below(uint64_t n) { return engine_() % n; }  // n > 0
  uint64_t Between(uint64_t low, uint64_t high) { return low + Below(high - low + 1); }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  template <class T>
  T Pick(std::initializer_list<T> choices) {
    return *(choices.begin() + Below(choices.size()));
  }
  template <class T>
  void Shuffle(std::vector<T>& v) {
    for (size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[static_cast<size_t>(Below(i))]);
  }
  ByteVector SomeBytes(size_t n) {
    ByteVector out(n);
    for (size_t i = 0; i < n; i += 8) {
      const uint64_t eight = engine_();
      std::memcpy(out.data() + i, &eight, std::min<size_t>(8, n - i));
    }
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace leafsum::test
