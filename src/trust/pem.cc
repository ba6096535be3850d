#include "trust/pem.h"

#include <algorithm>

#include "base/text.h"
#include "trust/document.h"
#include "trust/limits.h"

namespace leafsum::trust {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";

// The next line without its line feed, or carriage return and line feed.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The label, if `line` is a boundary that begins with `mark`.
std::string_view Label(std::string_view line, std::string_view mark) {
  if (line.size() <= mark.size() + kDashes.size() || line.substr(0, mark.size()) != mark) return {};
  if (line.substr(line.size() - kDashes.size()) != kDashes) return {};
  return line.substr(mark.size(), line.size() - mark.size() - kDashes.size());
}

}  // namespace

OrRefusal<PemBlock> ParsePem(Bytes bytes, std::string_view what) {
  const auto refuse = [&](std::string_view why) {
    return Refusal{Reason::kMalformedKey, Text(what, ": ", why), "one PEM block", ""};
  };
  if (bytes.size() > kMaxPemBytes) return refuse("too large for a key");
  std::string_view text = AsText(bytes);
  std::optional<PemBlock> found;
  while (!text.empty()) {
    const std::string_view label = Label(TakeLine(text), kBegin);
    if (label.empty()) continue;
    if (found) return refuse("more than one PEM block");
    std::string base64;
    std::string_view end;
    while (!text.empty() && end.empty()) {
      const std::string_view line = TakeLine(text);
      end = Label(line, kEnd);
      if (line.find(':') != line.npos)
        return Refusal{Reason::kUnsupportedKey,
                       Text(what,
                            ": has the headers of a form before PKCS#8; convert it with "
                            "openssl pkcs8 -topk8 -in KEY"),
                       "PKCS#8", ShortText(line)};
      if (end.empty()) base64 += line;
    }
    if (end != label)
      return refuse(Text("the block ", ShortText(label), " does not end as it begins"));
    auto der = ParseBase64(base64);
    if (!der || der->empty()) return refuse(Text("the block ", ShortText(label), " is not base64"));
    found = PemBlock{std::string(label), std::move(*der)};
  }
  if (!found) return refuse("no PEM block (\"-----BEGIN …-----\")");
  return std::move(*found);
}

std::string WritePem(std::string_view label, Bytes der) {
  std::string out = Text(kBegin, label, kDashes, '\n');
  const std::string base64 = Base64(der);
  for (size_t i = 0; i < base64.size(); i += 64) out += base64.substr(i, 64) + '\n';
  return out + Text(kEnd, label, kDashes, '\n');
}

}  // namespace leafsum::trust
