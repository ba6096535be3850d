// What every decoder of a block must survive, once for all of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "support/catch.h"
#include "support/hex.h"

namespace leafsum::test {

using DecodeStatus = std::function<Status(Bytes)>;   // the decoder's error, or nothing
using Wrap = std::function<ByteVector(Bytes body)>;  // the envelope around a body

// Every proper prefix of the block fails, and so does every proper prefix of the body in a right
// envelope; one byte more fails in both places. Each lies in a buffer of its exact size.
inline void CheckEnds(const ByteVector& body, const Wrap& wrap, const DecodeStatus& decode) {
  const ByteVector block = wrap(body);
  {
    const Status error = decode(Exact(block));
    INFO((error ? error->message : std::string()));
    REQUIRE_FALSE(error);
  }
  for (size_t n = 0; n < block.size(); ++n) {
    CAPTURE(n);
    const Status error = decode(Exact(Bytes(block).first(n)));
    REQUIRE(error);
    REQUIRE((error->code == ErrorCode::kTruncated || error->code == ErrorCode::kChecksum));
  }
  ByteVector longer = block;
  longer.push_back(0);
  REQUIRE(decode(Exact(longer)));
  CHECK(decode(Exact(longer))->code == ErrorCode::kChecksum);
  for (size_t n = 0; n < body.size(); ++n) {
    CAPTURE(n);
    REQUIRE(decode(Exact(wrap(Bytes(body).first(n)))));
  }
  ByteVector more = body;
  more.push_back(0);
  const Status error = decode(Exact(wrap(more)));
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kInvalid);
  CHECK(error->message.find("bytes follow the end of the structure") != std::string::npos);
}

// One rule of the format: what breaks it (or does not), and what is said then.
template <class Form>
struct Rule {
  const char* name;
  std::function<void(Form&)> change;
  std::string says;  // empty: still legal
  ErrorCode code = ErrorCode::kInvalid;
};

template <class Form>
void CheckRules(const std::vector<Rule<Form>>& rules, const std::function<Form()>& good,
                const std::function<Status(const Form&)>& decode) {
  for (const auto& rule : rules) {
    INFO(rule.name);
    Form form = good();
    REQUIRE_FALSE(decode(form));
    rule.change(form);
    const Status error = decode(form);
    if (rule.says.empty()) {
      INFO((error ? error->message + " / " + error->expected + " / " + error->actual
                  : std::string()));
      CHECK_FALSE(error);
      continue;
    }
    CHECK(error);
    if (!error) continue;
    INFO(error->message);
    CHECK(error->message.find(rule.says) != std::string::npos);
    CHECK(error->code == rule.code);
  }
}

template <class T>
Status StatusOf(const Result<T>& result) {
  return result ? std::nullopt : Status(result.error());
}

}  // namespace leafsum::test
