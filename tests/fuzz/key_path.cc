// Patterns of --include and --exclude, against a matcher that tries everything.
//
// The input is lines: pattern, item, elements of a key path.
#include "orbax/key_path.h"

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "orbax/flax_name.h"
#include "orbax/python_int.h"
#include "orbax/step_name.h"

namespace leafsum::fuzz {
namespace {

using Texts = std::vector<std::string>;

Texts Lines(std::string_view text) {
  Texts lines;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

size_t NextCharacter(std::string_view text, size_t i) {
  for (++i; i < text.size() && (static_cast<uint8_t>(text[i]) & 0xc0) == 0x80;) ++i;
  return i;
}

// matches[t]: the pattern up to here takes the text up to t.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  std::vector<bool> matches(text.size() + 1);
  matches[0] = true;
  for (char p : pattern) {
    std::vector<bool> next(text.size() + 1);
    for (size_t t = 0; t <= text.size(); ++t) {
      if (!matches[t] && !(p == '*' && t > 0 && next[t - 1])) continue;
      if (p == '*')
        next[t] = true;
      else if (t < text.size() && p == '?')
        next[NextCharacter(text, t)] = true;
      else if (t < text.size() && p == text[t])
        next[t + 1] = true;
    }
    matches = std::move(next);
  }
  return matches[text.size()];
}

bool ElementsMatch(const Texts& pattern, const Texts& elements) {
  std::vector<bool> matches(elements.size() + 1);
  matches[0] = true;
  for (const std::string& p : pattern) {
    std::vector<bool> next(elements.size() + 1);
    for (size_t e = 0; e <= elements.size(); ++e) {
      if (p == "**")
        next[e] = matches[e] || (e > 0 && next[e - 1]);
      else if (e < elements.size() && matches[e] && GlobMatches(p, elements[e]))
        next[e + 1] = true;
    }
    matches = std::move(next);
  }
  return matches[elements.size()];
}

// The elements of a pointer that has no "~".
Texts Elements(std::string_view pointer) {
  Texts elements;
  for (size_t begin = 1; begin <= pointer.size();) {
    const size_t end = std::min(pointer.find('/', begin), pointer.size());
    elements.emplace_back(pointer.substr(begin, end - begin));
    begin = end + 1;
  }
  return elements;
}

void CheckNames(const std::string& a, const std::string& b) {
  using namespace orbax;
  const int order = CompareFlax(FlaxKeyOf(a), FlaxKeyOf(b));
  const int back = CompareFlax(FlaxKeyOf(b), FlaxKeyOf(a));
  FUZZ_CHECK((order < 0) == (back > 0) && (order == 0) == (back == 0));
  FUZZ_CHECK(CompareFlax(FlaxKeyOf(a), FlaxKeyOf(a)) == 0);
  if (const auto name = ParseFlaxName(a))
    FUZZ_CHECK(std::string(kFlaxPrefix) + name->step_text == a);
  if (const auto name = ParseStepName(a)) {
    FUZZ_CHECK(!name->digits.empty());
    FUZZ_CHECK(!NumberLess(name->digits, name->digits));
    FUZZ_CHECK(NumberOf(name->digits) == NumberOf(Significant(name->digits)));
  }
  if (const auto number = PythonInt(a)) FUZZ_CHECK(PythonInt(*number) == number);
}

}  // namespace

void Run(Bytes input) {
  const Texts lines = Lines(AsText(input));
  const std::string& pattern = lines[0];
  const std::string item = lines.size() > 1 ? lines[1] : "";
  orbax::KeyPath path;
  for (size_t i = 2; i < lines.size(); ++i) path.push_back(lines[i]);
  const bool matched = orbax::Matches(pattern, item, path);
  if (pattern.starts_with('/') && pattern.find('~') == pattern.npos &&
      !(pattern.starts_with(item + ":") && !item.empty()))
    FUZZ_CHECK(matched == ElementsMatch(Elements(pattern), path));
  // A leaf's own name always matches, unless characters of patterns are in it.
  const std::string pointer = orbax::JsonPointer(path);
  if (pointer.find_first_of("*?") == pointer.npos) {
    FUZZ_CHECK(orbax::Matches(pointer, item, path));
    FUZZ_CHECK(orbax::Matches(item + ":" + pointer, item, path));
  }
  FUZZ_CHECK(orbax::Matches("/**", item, path));
  CheckNames(pattern, item);
}

}  // namespace leafsum::fuzz
