// What both modules' bindings share: bytes and asks as JavaScript values.
#pragma once

#include <emscripten/val.h>

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

}  // namespace leafsum::bindings
