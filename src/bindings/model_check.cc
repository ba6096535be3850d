#include "bindings/model_check.h"

#include "base/text.h"
#include "bindings/crypto_host.h"
#include "bindings/values.h"
#include "trust/model_check.h"

namespace leafsum::bindings {
namespace {

using trust::ModelCheck;
using trust::Refusal;

std::string TextOf(const val& value) {
  return value.isString() ? value.as<std::string>() : std::string();
}
bool Is(const val& value) { return !value.isUndefined() && !value.isNull(); }

std::optional<ByteVector> BytesIf(const val& value) {
  return Is(value) ? std::optional(CopyIn(value)) : std::nullopt;
}

ModelCheck::Given Given(const val& options) {
  ModelCheck::Given given;
  given.bundle = CopyIn(options["bundle"]);
  if (const val keys = options["keys"]; Is(keys))
    for (unsigned i = 0; i < keys["length"].as<unsigned>(); ++i)
      given.keys.push_back({TextOf(keys[i]["name"]), CopyIn(keys[i]["bytes"])});
  if (const val ids = options["requireSigners"]; Is(ids))
    for (unsigned i = 0; i < ids["length"].as<unsigned>(); ++i)
      given.require_signers.push_back(TextOf(ids[i]));
  given.policy = BytesIf(options["policy"]);
  given.now = TextOf(options["now"]);
  if (const val signer = options["signer"]; Is(signer))
    given.signer = {TextOf(signer["kind"]), TextOf(signer["id"]), TextOf(signer["issuer"])};
  given.payload = BytesIf(options["payload"]);
  if (const val refusal = options["refusal"]; Is(refusal))
    given.refusal = {trust::Reason::kBadSignature, TextOf(refusal), "", ""};
  return given;
}

struct BoundModelCheck : Asking<ModelCheck> {
  BoundModelCheck(val functions, val options)
      : Asking<ModelCheck>(std::move(functions), Given(options)) {}
};

void AppendRefusal(std::string& out, std::string_view name, const Refusal& f) {
  out += Text(out.size() > 1 ? "," : "", JsonString(name), ":{\"reason\":\"", ReasonName(f.reason),
              "\",\"message\":", JsonString(f.message), ",\"expected\":", JsonString(f.expected),
              ",\"actual\":", JsonString(f.actual), "}");
}

// {"refused"?: refusal} | {"problem"?: refusal, "signed_by"?: "key sha256:…", "revoked": [text]}
std::string Result(BoundModelCheck& check) {
  std::string out = "{";
  if (const auto refused = check.core.Refused()) {
    AppendRefusal(out, "refused", *refused);
    return out + '}';
  }
  if (const auto& problem = check.core.problem()) AppendRefusal(out, "problem", *problem);
  if (const auto signer = check.core.signed_by())
    out += Text(out.size() > 1 ? "," : "", "\"signed_by\":", JsonString(*signer));
  out += Text(out.size() > 1 ? "," : "", "\"revoked\":[");
  for (const std::string& one : check.core.revoked())
    out += Text(out.back() == '[' ? "" : ",", JsonString(one));
  return out + "]}";
}

}  // namespace

void BindModelCheck() {
  emscripten::class_<BoundModelCheck> check("ModelCheck");
  BindCrypto(check);
  check.constructor<val, val>()
      .function(
          "error", +[](BoundModelCheck& c) { return c.core.error(); })
      .function("result", &Result)
      .function(
          "manifest",
          +[](BoundModelCheck& c) { return CopyOut(trust::WriteFileManifest(c.core.manifest())); });
}

}  // namespace leafsum::bindings
