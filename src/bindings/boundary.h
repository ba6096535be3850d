// What both modules' bindings share: bytes and asks as JavaScript values.
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

// A view of our memory: of no use after the call that it is passed to.
val View(Bytes bytes);
val CopyOut(Bytes bytes);
ByteVector CopyIn(const val& array);
// Offsets are JavaScript numbers: every one was checked to lie below 2^53 before it became an ask.
inline double Number(uint64_t n) { return static_cast<double>(n); }
Failure ParseFailure(const std::string& kind);
// crypto.subtle is there in secure contexts alone, and in Node; else undefined.
val Subtle();
val AskArray(const std::vector<Ask>& asks);

// Methods are bound as functions of the object, never as pointers to members: embind passes those
// by value, which the clang of Emscripten 3.1.6 cannot compile under our calling convention
// (cmake/compiler.cmake).
//
// BindHost: what the host of either class's `core` calls while it runs.
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
