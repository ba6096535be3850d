// Compares what a TensorStore spec in a msgpack tree says about its array with the array's own
// document (contract §10.23).
#include <algorithm>

#include "base/decimal.h"
#include "base/json.h"
#include "base/text.h"
#include "plan/plan_stage.h"

namespace leafsum::plan {
namespace {

using report::Code;
using report::Finding;

// The value at a pointer whose members have no escapes.
const JsonValue* At(const JsonValue& root, std::string_view pointer) {
  const JsonValue* value = &root;
  while (value && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    if (const JsonValue::Array* array = value->AsArray()) {
      size_t index = 0;
      for (char c : name) {
        const bool more = c >= '0' && c <= '9' && index < array->size();
        index = more ? index * 10 + static_cast<size_t>(c - '0') : array->size();
      }
      value = !name.empty() && index < array->size() ? &(*array)[index] : nullptr;
    } else {
      value = value->Find(name);
    }
  }
  return value;
}

std::string Show(const JsonValue* value) {
  if (!value) return "no such member";
  if (const std::string* text = value->AsString()) return JsonString(*text);
  if (const auto flag = value->AsBool()) return *flag ? "true" : "false";
  if (const auto number = value->AsUint()) return Text(*number);
  if (const auto number = value->AsDouble()) return DoubleText(*number);
  if (value->is_null()) return "null";
  return Text(value->TypeName());
}

bool Agrees(const JsonValue* value, std::string_view claim) {
  if (!value) return claim == "null";
  if (const auto* array = value->AsArray()) return claim == "[]" && array->empty();
  if (const auto* object = value->AsObject()) return claim == "{}" && object->empty();
  if (const auto number = value->AsDouble())
    return !claim.empty() && (claim[0] == '-' || (claim[0] >= '0' && claim[0] <= '9')) &&
           ParseDecimal(claim) == *number;
  return Show(value) == claim;
}

}  // namespace

void PlanStage::CheckClaims(Scan& scan, ItemScan& item, LeafPlan& leaf) {
  const auto document = ParseJson(leaf.document);
  if (!document) return;  // cannot be: ReadDocument has parsed it
  const auto fail = [&](Code code, std::string_view member, std::string_view said,
                        std::string actual) {
    Finding f = MakeFinding(
        code, Text("the reference to the array (a TensorStore spec) and the array's own metadata "
                   "disagree on \"",
                   member, "\": TensorStore refuses to open it"));
    const kvstore::ValueRef& ref = item.store.entries()[leaf.document_entry].value;
    if (!ref.is_inline()) f.file = scan.files.path(ref.file);
    f.expected = said;
    f.actual = std::move(actual);
    leaf.state = LeafPlan::State::kNotRead;
    context_.Add(scan, item, leaf, std::move(f));
  };
  uint64_t dimensions = 0;
  std::string_view rest = leaf.claims;
  while (!rest.empty()) {
    const auto next = [&] {
      const std::string_view part = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(part.size() + 1);
      return part;
    };
    const std::string_view pointer = next();
    const std::string_view said = next();
    if (pointer == "dtype") {
      if (said != JsonString(leaf.record.dtype))
        return fail(Code::kDtypeMismatch, "dtype", said, JsonString(leaf.record.dtype));
      continue;
    }
    const bool is_shape = pointer.starts_with("/shape");
    dimensions += is_shape && said != "[]";
    const JsonValue* value = At(document->root, pointer);
    if (!Agrees(value, said))
      return fail(is_shape ? Code::kShapeMismatch : Code::kInvalid, pointer.substr(1), said,
                  Show(value));
  }
  // Every claim agreed. Metadata and transform each give all dimensions, so their number must be a
  // multiple of the rank.
  if (dimensions % std::max<size_t>(1, leaf.metadata.shape.size()) != 0)
    fail(Code::kShapeMismatch, "shape", Text(dimensions, " dimensions"),
         Text(leaf.metadata.shape.size(), " dimensions"));
}

}  // namespace leafsum::plan
