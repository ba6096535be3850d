// Shared by the bindings of core and codecs: asks as JavaScript values.
#pragma once

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bindings/values.h"
#include "io/ask.h"

namespace leafsum::bindings {

// An offset as a JavaScript number: every offset was checked to be below 2^53 before it became an
// ask.
inline double Number(uint64_t n) { return static_cast<double>(n); }
Failure ParseFailure(const std::string& kind);
// The host's digest(view) → promise of SHA-256; undefined until it is handed over.
val& HostDigest();
val AskArray(const std::vector<Ask>& asks);

// BindHost binds what the host of either class calls while it runs.
template <class Object>
void BindHost(const emscripten::class_<Object>& bound) {
  bound
      .function(
          "poll",
          +[](Object& o, double budget) {
            return AskArray(o.core.Poll(static_cast<uint64_t>(budget)));
          })
      .function(
          "fail", +[](Object& o, uint32_t id, std::string kind,
                      std::string why) { o.core.Fail(id, ParseFailure(kind), why); })
      .function("done", +[](Object& o) { return o.core.Done(); });
}

}  // namespace leafsum::bindings
