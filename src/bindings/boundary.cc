#include "bindings/boundary.h"

namespace leafsum::bindings {

val View(Bytes bytes) { return val(emscripten::typed_memory_view(bytes.size(), bytes.data())); }
val CopyOut(Bytes bytes) { return val::global("Uint8Array").new_(View(bytes)); }

ByteVector CopyIn(const val& array) {
  ByteVector out(array["length"].as<unsigned>());
  val(emscripten::typed_memory_view(out.size(), out.data())).call<void>("set", array);
  return out;
}

Failure ParseFailure(const std::string& kind) {
  if (kind == "missing") return Failure::kMissing;
  if (kind == "changed") return Failure::kChanged;
  return Failure::kUnreadable;
}

val Subtle() {
  const val crypto = val::global("crypto");
  return crypto.isUndefined() ? val::undefined() : crypto["subtle"];
}

namespace {

val AskObject(const Ask& ask) {
  val out = val::object();
  out.set("id", ask.id);
  out.set("source", ask.source);
  switch (ask.kind) {
    case AskKind::kRead:
      out.set("kind", std::string("read"));
      out.set("path", ask.path);
      out.set("limit", Number(ask.limit));
      if (ask.range) {
        out.set("offset", Number(ask.range->offset));
        out.set("length", Number(ask.range->length));
      }
      break;
    case AskKind::kSize:
      out.set("kind", std::string("size"));
      out.set("path", ask.path);
      out.set("limit", Number(ask.limit));
      break;
    case AskKind::kDigest: {
      out.set("kind", std::string("digest"));
      // subtle.digest copies its input before it returns, so a view is enough.
      out.set("promise", Subtle().call<val>("digest", std::string("SHA-256"), View(ask.input)));
      break;
    }
    case AskKind::kJob:
      out.set("kind", std::string("job"));
      out.set("input", CopyOut(ask.input));
      if (!ask.values.empty()) out.set("values", ask.values);
      if (ask.rare_codecs) out.set("module", std::string("codecs"));
      break;
  }
  return out;
}

}  // namespace

val AskArray(const std::vector<Ask>& asks) {
  val out = val::array();
  for (size_t i = 0; i < asks.size(); ++i) out.set(i, AskObject(asks[i]));
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
