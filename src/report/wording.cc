#include "report/wording.h"

#include "report/printable.h"

namespace leafsum::report {

void Number(std::string& out, uint64_t n) { AppendPart(out, Grouped{n}); }

void Count(std::string& out, uint64_t n, const char* one, const char* many) {
  Number(out, n);
  Put(out, ' ', n == 1 ? one : many);
}

void Leaves(std::string& out, uint64_t n) { Count(out, n, "leaf", "leaves"); }

void Size(std::string& out, uint64_t bytes) {
  if (bytes < 1024) return Put(out, bytes, " B");
  const char* unit = "KMGTPE";
  for (; bytes >= 1 << 20; bytes >>= 10) ++unit;
  bytes = (bytes * 10 + 512) / 1024;
  Put(out, bytes / 10, '.', bytes % 10, ' ', *unit, "iB");
}

void Quoted(std::string& out, const std::string& text) { AppendJsonString(out, Clipped(text)); }

void Name(std::string& out, const std::string& name) {
  if (name.find_first_of(" :;,\"()\\") != std::string::npos || Clipped(name) != name)
    return Quoted(out, name);
  out += name;
}

void Signed(std::string& out, const std::string& by, const std::string& at,
            const std::optional<uint64_t>& step) {
  constexpr size_t kKey = sizeof "key sha256:" - 1 + 16;
  const bool is_key = by.rfind("key ", 0) == 0 && by.size() > kKey;
  Put(out, ", signed by ", is_key ? by.substr(0, kKey) + "…" : Clipped(by));
  if (!at.empty()) Put(out, " at ", at);
  if (step) Put(out, " (step ", *step, ")");
}

}  // namespace leafsum::report
