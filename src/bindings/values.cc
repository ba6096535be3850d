#include "bindings/values.h"

namespace leafsum::bindings {

val View(Bytes bytes) { return val(emscripten::typed_memory_view(bytes.size(), bytes.data())); }
val CopyOut(Bytes bytes) { return View(bytes).call<val>("slice"); }

ByteVector CopyIn(const val& array) {
  ByteVector out(array["length"].as<unsigned>());
  val(emscripten::typed_memory_view(out.size(), out.data())).call<void>("set", array);
  return out;
}

}  // namespace leafsum::bindings

// embind prints the address of an unbound type, for a message that our code never causes. The C
// library's function would bring all of printf along.
extern "C" int siprintf(char* out, const char*, ...) {
  out[0] = '?';
  out[1] = 0;
  return 1;
}
