// in-toto Statement v1: what a payload claims about which files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "trust/refusal.h"

namespace leafsum::trust {

struct Subject {
  std::string name;
  std::vector<std::pair<std::string, ByteVector>> digests;  // by algorithm: "sha256"

  const ByteVector* Find(std::string_view algorithm) const;
};

struct Statement {
  std::vector<Subject> subjects;  // at least one, no two of one name, each with a digest
  std::string predicate_type;
  JsonValue predicate;  // an object; its own specification says what must be in it
};

// Unknown members are ignored, as in-toto demands; whatever else differs is refused.
OrRefusal<Statement> ParseStatement(Bytes payload);

}  // namespace leafsum::trust
