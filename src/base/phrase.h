// Texts of messages, put together in few instructions: with std::string's own + every step is
// another string to make and to drop, and core.wasm was 10 KB larger.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace leafsum {

template <class T>
concept PhraseNumber =
    std::is_integral_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, bool>;

// A text that grows: Phrase("at most ") + n + " bytes", or "at most " + Phrase(n) + " bytes". Every
// + adds to the one string. What + gives is that string itself: keep it by value, never by
// reference.
class Phrase : public std::string {
 public:
  Phrase(const char* text);  // NOLINT: implicit, for a ? b : c
  explicit Phrase(const std::string& text);
  explicit Phrase(std::string_view text);
  explicit Phrase(PhraseNumber auto n) { Add(n); }

  void Add(PhraseNumber auto n) {
    if constexpr (std::is_signed_v<decltype(n)>)
      AddSigned(n);
    else
      AddUnsigned(n);
  }

 private:
  void AddSigned(int64_t n);
  void AddUnsigned(uint64_t n);
};

Phrase&& operator+(Phrase&& text, const char* more);
Phrase&& operator+(Phrase&& text, const std::string& more);
Phrase&& operator+(Phrase&& text, std::string_view more);
Phrase&& operator+(Phrase&& text, char more);
Phrase&& operator+(Phrase&& text, PhraseNumber auto more) {
  text.Add(more);
  return static_cast<Phrase&&>(text);
}
inline Phrase&& operator+(Phrase&& text, Phrase&& more) {
  return static_cast<Phrase&&>(text) + static_cast<const std::string&>(more);
}
inline Phrase&& operator+(Phrase&& text, std::string&& more) {
  return static_cast<Phrase&&>(text) + static_cast<const std::string&>(more);
}
// In front of it.
Phrase&& operator+(const char* before, Phrase&& text);
Phrase&& operator+(const std::string& before, Phrase&& text);
inline Phrase&& operator+(std::string&& before, Phrase&& text) {
  return static_cast<const std::string&>(before) + static_cast<Phrase&&>(text);
}

// A text as an argument that is to be copied: a literal, a string or a view, looked into by the
// function alone.
class Words {
 public:
  Words() : Words(std::string_view()) {}
  Words(const char* text) : text_(text), size_(kTerminated) {}              // NOLINT: implicit
  Words(const std::string& text) : text_(&text), size_(kString) {}          // NOLINT
  Words(std::string_view text) : text_(text.data()), size_(text.size()) {}  // NOLINT
  std::string_view view() const;

 private:
  static constexpr size_t kTerminated = ~size_t{0}, kString = kTerminated - 1;
  const void* text_;
  size_t size_;
};

}  // namespace leafsum
