#include "base/phrase.h"

#include <utility>

namespace leafsum {

Phrase::Phrase(const char* text) : std::string(text) {}
Phrase::Phrase(const std::string& text) : std::string(text) {}
Phrase::Phrase(std::string_view text) : std::string(text) {}

void Phrase::AddSigned(int64_t n) {
  if (n < 0) push_back('-');
  AddUnsigned(n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n));
}

void Phrase::AddUnsigned(uint64_t n) {
  char digits[20];
  size_t i = sizeof digits;
  do digits[--i] = static_cast<char>('0' + n % 10);
  while ((n /= 10) != 0);
  append(digits + i, sizeof digits - i);
}

Phrase&& operator+(Phrase&& text, const char* more) {
  text.append(more);
  return std::move(text);
}
Phrase&& operator+(Phrase&& text, const std::string& more) {
  text.append(more);
  return std::move(text);
}
Phrase&& operator+(Phrase&& text, std::string_view more) {
  text.append(more);
  return std::move(text);
}
Phrase&& operator+(Phrase&& text, char more) {
  text.push_back(more);
  return std::move(text);
}
Phrase&& operator+(const char* before, Phrase&& text) {
  text.insert(0, before);
  return std::move(text);
}
Phrase&& operator+(const std::string& before, Phrase&& text) {
  text.insert(0, before);
  return std::move(text);
}

std::string_view Words::view() const {
  if (size_ == kTerminated) return static_cast<const char*>(text_);
  if (size_ == kString) return *static_cast<const std::string*>(text_);
  return {static_cast<const char*>(text_), size_};
}

}  // namespace leafsum
