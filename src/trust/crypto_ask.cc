#include "trust/crypto_ask.h"

#include <algorithm>
#include <utility>

namespace leafsum::trust {

uint32_t CryptoQueue::Add(CryptoAsk ask) {
  ask.id = next_++;
  open_.push_back(ask.id);
  fresh_.push_back(ask);
  return ask.id;
}

std::vector<CryptoAsk> CryptoQueue::Poll() { return std::exchange(fresh_, {}); }

bool CryptoQueue::Close(uint32_t id) {
  const auto at = std::find(open_.begin(), open_.end(), id);
  if (at == open_.end()) return false;
  open_.erase(at);
  return true;
}

}  // namespace leafsum::trust
