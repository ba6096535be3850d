#include "orbax/flax_name.h"

#include <algorithm>
#include <cstdint>

#include "base/decimal.h"

namespace leafsum::orbax {
namespace {

constexpr std::string_view kTemporary = ".orbax-checkpoint-tmp";

// The zeros of Unicode 15's decimal digits (category Nd), which Python's `\d` and float() accept.
// The other nine digits follow each zero.
constexpr uint32_t kZeros[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
    0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0};

// Splits `text` from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Takes a number that begins here, in the form that ParseDecimal reads; false, without moving, if
  // none begins here. In Python: [-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?
  bool Number(std::string& out) {
    const size_t begin = at_;
    out.clear();
    Sign(out);
    const bool whole = Digits(out);
    if (!whole) out += '0';
    bool fraction = false;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      out += '.';
      fraction = Digits(out);
      if (!fraction) out += '0';
    }
    if (!whole && !fraction) {
      at_ = begin;
      return false;
    }
    const size_t before_exponent = at_, length = out.size();
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      out += 'e';
      Sign(out);
      if (!Digits(out)) {
        at_ = before_exponent;
        out.resize(length);
      }
    }
    return true;
  }

  size_t at() const { return at_; }
  bool AtEnd() const { return at_ == text_.size(); }
  void Skip() { ++at_; }

 private:
  void Sign(std::string& out) {
    if (at_ == text_.size() || (text_[at_] != '-' && text_[at_] != '+')) return;
    if (text_[at_++] == '-') out += '-';
  }

  bool Digits(std::string& out) {
    const size_t begin = at_;
    for (size_t size = 0; const auto digit = Digit(size); at_ += size)
      out += static_cast<char>('0' + *digit);
    return at_ > begin;
  }

  // The digit at the position and the `size` of its UTF-8.
  std::optional<uint32_t> Digit(size_t& size) const {
    if (AtEnd()) return std::nullopt;
    const auto byte = [&](size_t i) {
      return i < text_.size() ? static_cast<uint8_t>(text_[i]) : uint8_t{0};
    };
    const uint8_t first = byte(at_);
    size = 1;
    if (first < 0x80)
      return first >= '0' && first <= '9' ? std::optional<uint32_t>(first - '0') : std::nullopt;
    if (first < 0xc0 || first >= 0xf8) return std::nullopt;
    size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t code = first & (0x7fu >> size);
    for (size_t i = 1; i < size; ++i) {
      if ((byte(at_ + i) & 0xc0) != 0x80) return std::nullopt;
      code = code << 6 | (byte(at_ + i) & 0x3fu);
    }
    const auto above = std::upper_bound(std::begin(kZeros), std::end(kZeros), code);
    if (above == std::begin(kZeros) || code - above[-1] > 9) return std::nullopt;
    return code - above[-1];
  }

  std::string_view text_;
  size_t at_ = 0;
};

bool IsPlainInteger(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text[0] == '0' && text.size() > 1)) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

FlaxKey FlaxKeyOf(std::string_view name) {
  FlaxKey key;
  Scanner scanner(name);
  std::string number;
  size_t begin = 0;
  while (!scanner.AtEnd()) {
    const size_t end = scanner.at();
    if (!scanner.Number(number)) {
      scanner.Skip();
      continue;
    }
    key.texts.emplace_back(name.substr(begin, end - begin));
    key.numbers.push_back(ParseDecimal(number));
    begin = scanner.at();
  }
  key.texts.emplace_back(name.substr(begin));
  return key;
}

std::optional<FlaxName> ParseFlaxName(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.ends_with("_gda") || name.find(kTemporary) != name.npos)
    return std::nullopt;
  FlaxName out;
  out.step_text = name.substr(prefix.size());
  if (out.step_text == "tmp") return std::nullopt;
  out.key = FlaxKeyOf(name);
  Scanner scanner(out.step_text);
  std::string number;
  if (scanner.Number(number) && scanner.AtEnd()) out.step = ParseDecimal(number);
  out.is_plain_integer = IsPlainInteger(out.step_text);
  return out;
}

int CompareFlax(const FlaxKey& a, const FlaxKey& b) {
  for (size_t i = 0; i < a.texts.size() && i < b.texts.size(); ++i) {
    // Python compares texts by code points, and UTF-8 keeps that order.
    if (const int order = a.texts[i].compare(b.texts[i])) return order < 0 ? -1 : 1;
    const bool a_ends = i == a.numbers.size(), b_ends = i == b.numbers.size();
    if (a_ends || b_ends) return static_cast<int>(b_ends) - static_cast<int>(a_ends);
    if (a.numbers[i] != b.numbers[i]) return a.numbers[i] < b.numbers[i] ? -1 : 1;
  }
  return 0;
}

}  // namespace leafsum::orbax
