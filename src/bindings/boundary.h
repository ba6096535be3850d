// Shared by the bindings of both modules: bytes and asks as JavaScript values.
#pragma once

#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "io/ask.h"

namespace leafsum::bindings {

using emscripten::val;

// A view of our memory. It must not be used after the call that it is passed to.
val View(Bytes bytes);
val CopyOut(Bytes bytes);
ByteVector CopyIn(const val& array);
// An offset as a JavaScript number: every offset was checked to be below 2^53 before it became an
// ask.
inline double Number(uint64_t n) { return static_cast<double>(n); }
Failure ParseFailure(const std::string& kind);
// crypto.subtle, which exists in Node and in secure contexts only; else undefined.
val Subtle();
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
