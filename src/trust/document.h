// JSON documents that a signature rests on. What two readers could take differently is refused:
// duplicate members, a byte order mark, a NUL, text that is not UTF-8. Unknown members are ignored,
// as DSSE, in-toto and the Sigstore bundle have it.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/json.h"
#include "trust/refusal.h"

namespace leafsum::trust {

// `what` names the document in messages: "the bundle".
OrRefusal<JsonValue> ParseDocument(Bytes text, std::string_view what, uint64_t max_bytes);

// Reads members. The first failure sticks, so callers read straight down and ask once; values read
// after a failure mean nothing. Every failure has the reason of the document, but where it says
// another.
class DocumentReader {
 public:
  // `what` outlives the reader.
  DocumentReader(std::string_view what, Reason reason) : what_(what), reason_(reason) {}

  bool ok() const { return !refusal_; }
  Refusal TakeRefusal() { return std::move(*refusal_); }
  void Fail(const std::string& message, std::string_view expected = {},
            std::string_view actual = {});
  void FailAs(Reason reason, const std::string& message, std::string_view expected = {},
              std::string_view actual = {});

  // The member, or null and a failure. `object` may be null after a failure.
  const JsonValue* Need(const JsonValue* object, std::string_view name);
  // The member if it is there and not JSON's null, which protobuf's JSON takes for absent.
  static const JsonValue* Find(const JsonValue* object, std::string_view name);
  const JsonValue* NeedObject(const JsonValue* object, std::string_view name);
  const JsonValue::Array& NeedArray(const JsonValue* object, std::string_view name);
  std::string NeedText(const JsonValue* object, std::string_view name);
  std::string TextOf(const JsonValue& value, std::string_view name);
  ByteVector NeedBase64(const JsonValue* object, std::string_view name);
  // Bytes in hex, lower case alone.
  ByteVector HexOf(const JsonValue& value, std::string_view name);

 private:
  std::string_view what_;
  Reason reason_;
  std::optional<Refusal> refusal_;
};

// A text fit for a message: a JSON string of at most 80 bytes.
std::string ShortText(std::string_view text);

}  // namespace leafsum::trust
