// Shared by the bindings of every module: bytes as JavaScript values. No module names a global of
// JavaScript: what it needs of the host it is handed.
#pragma once

#include <emscripten/val.h>

#include "base/bytes.h"

namespace leafsum::bindings {

using emscripten::val;

// A view of our memory. It must not be used after the call that it is passed to.
val View(Bytes bytes);
val CopyOut(Bytes bytes);
ByteVector CopyIn(const val& array);

}  // namespace leafsum::bindings
