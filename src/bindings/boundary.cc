#include "bindings/boundary.h"

namespace leafsum::bindings {

Failure ParseFailure(const std::string& kind) {
  if (kind == "missing") return Failure::kMissing;
  if (kind == "changed") return Failure::kChanged;
  return Failure::kUnreadable;
}

val& HostDigest() {
  static val digest = val::undefined();
  return digest;
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
      out.set("promise", HostDigest()(View(ask.input)));
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
