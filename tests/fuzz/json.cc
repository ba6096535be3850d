// JSON as such, against nlohmann's own reader: the first byte chooses how it is read.
#include "base/json.h"

#include <nlohmann/json.hpp>

#include "fuzz/fuzz.h"

namespace leafsum::fuzz {
namespace {

using Theirs = nlohmann::ordered_json;

// Of equal names both give the last.
bool Same(const JsonValue& ours, const Theirs& theirs) {
  if (const auto* object = ours.AsObject()) {
    if (!theirs.is_object()) return false;
    for (const auto& [name, value] : *object) {
      const auto found = theirs.find(name);
      if (found == theirs.end() || !Same(*ours.Find(name), *found)) return false;
    }
    return theirs.size() <= object->size();
  }
  if (const auto* array = ours.AsArray()) {
    if (!theirs.is_array() || theirs.size() != array->size()) return false;
    for (size_t i = 0; i < array->size(); ++i)
      if (!Same((*array)[i], theirs[i])) return false;
    return true;
  }
  if (const auto* text = ours.AsString()) return theirs.is_string() && theirs == *text;
  if (const auto truth = ours.AsBool()) return theirs.is_boolean() && theirs == *truth;
  if (ours.is_null()) return theirs.is_null();
  return theirs.is_number();
}

struct Counter final : JsonElements {
  void Begin() override { taken = 0; }
  void Take(JsonValue) override { ++taken; }
  size_t taken = 0;
};

}  // namespace

void Run(Bytes input) {
  Choices choices(input);
  const uint8_t flags = choices.U8();
  const Bytes text = choices.Rest();
  JsonOptions options;
  options.as_python = (flags & 1) != 0;
  options.any_number_of_values = (flags & 2) != 0;
  Counter counter;
  if ((flags & 4) != 0) {
    options.taken = "a";
    options.elements = &counter;
  }
  const auto document = ParseJson(text, options);
  if (!document) {
    FUZZ_CHECK(!document.error().message.empty());
    FUZZ_CHECK(!document.error().offset || *document.error().offset <= text.size());
    return;
  }
  FUZZ_CHECK(counter.taken <= text.size());
  if (const auto* object = document->root.AsObject()) {
    const auto order = OrderByName(*object);
    FUZZ_CHECK(order.empty() || order.size() == object->size());
  }
  if (options.as_python || options.elements || text.size() > 4096) return;
  const auto theirs = Theirs::parse(text.begin(), text.end(), nullptr, false);
  FUZZ_CHECK(!theirs.is_discarded());
  // Quadratic in names of an object, which is why it is for short texts alone.
  FUZZ_CHECK(Same(document->root, theirs));
}

}  // namespace leafsum::fuzz
