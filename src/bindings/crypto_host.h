// The host's Web Crypto, as four functions that it hands over, and what every class that asks it
// has in JavaScript: poll, feed, fail, done.
#pragma once

#include <emscripten/bind.h>

#include <map>
#include <string>
#include <vector>

#include "bindings/values.h"
#include "trust/crypto_ask.h"

namespace leafsum::bindings {

// {digest, importKey, verify, sign}, each of which gives a promise and throws nothing itself.
class CryptoHost {
 public:
  explicit CryptoHost(val functions) : functions_(std::move(functions)) {}

  // [{id, promise}]: each promise's value is what Answer takes.
  val Start(const std::vector<trust::CryptoAsk>& asks);
  // The answer as the core takes it. A key stays here, under its ask's id.
  ByteVector Answer(uint32_t id, const val& value);

 private:
  val Promise(const trust::CryptoAsk& ask);

  val functions_;
  std::map<uint32_t, trust::CryptoKind> kinds_;
  std::map<uint32_t, val> keys_;
};

trust::CryptoFailure ParseCryptoFailure(const std::string& kind);

// What `core` asks, the host answers.
template <class Core>
struct Asking {
  Asking(val functions, typename Core::Given given)
      : host(std::move(functions)), core(std::move(given)) {}
  CryptoHost host;
  Core core;
};

template <class Object>
void BindCrypto(const emscripten::class_<Object>& bound) {
  bound.function(
           "poll", +[](Object& o) { return o.host.Start(o.core.Poll()); })
      .function(
          "feed",
          +[](Object& o, uint32_t id, val value) { o.core.Feed(id, o.host.Answer(id, value)); })
      .function(
          "fail", +[](Object& o, uint32_t id, std::string kind,
                      std::string why) { o.core.Fail(id, ParseCryptoFailure(kind), why); })
      .function("done", +[](Object& o) { return o.core.done(); });
}

}  // namespace leafsum::bindings
