// trust.wasm: signatures. Asked for by those who sign or verify one.
#include <emscripten/bind.h>

#include "base/text.h"
#include "bindings/crypto_host.h"
#include "bindings/model_check.h"
#include "bindings/values.h"
#include "trust/lockfile_check.h"
#include "trust/pem.h"
#include "trust/signing.h"

namespace leafsum::bindings {
namespace {

using trust::LockfileCheck;
using trust::NamedBytes;
using trust::OrRefusal;
using trust::Signing;

std::string TextOf(const val& value) {
  return value.isString() ? value.as<std::string>() : std::string();
}
bool Is(const val& value) { return !value.isUndefined() && !value.isNull(); }
std::optional<ByteVector> BytesIf(const val& value) {
  return Is(value) ? std::optional(CopyIn(value)) : std::nullopt;
}
NamedBytes Named(const val& value) { return {TextOf(value["name"]), CopyIn(value["bytes"])}; }
size_t LengthOf(const val& list) { return Is(list) ? list["length"].as<unsigned>() : 0; }

LockfileCheck::Given CheckGiven(const val& options) {
  LockfileCheck::Given given;
  given.lockfile = Named(options["lockfile"]);
  given.bundle = BytesIf(options["bundle"]);
  given.policy = BytesIf(options["policy"]);
  given.now = TextOf(options["now"]);
  for (size_t i = 0; i < LengthOf(options["keys"]); ++i)
    given.keys.push_back(Named(options["keys"][i]));
  for (size_t i = 0; i < LengthOf(options["requireSigners"]); ++i)
    given.require_signers.push_back(TextOf(options["requireSigners"][i]));
  if (const val signer = options["signer"]; Is(signer))
    given.signer = {TextOf(signer["kind"]), TextOf(signer["id"]), TextOf(signer["issuer"])};
  given.payload = BytesIf(options["payload"]);
  if (const val refusal = options["refusal"]; Is(refusal))
    given.refusal = {trust::Reason::kBadSignature, TextOf(refusal), "", ""};
  return given;
}

struct BoundCheck : Asking<LockfileCheck> {
  BoundCheck(val functions, val options)
      : Asking<LockfileCheck>(std::move(functions), CheckGiven(options)) {}
};

Signing::Given SignGiven(const val& options) {
  Signing::Given given;
  given.pkcs8 = CopyIn(options["pkcs8"]);
  given.key_name = TextOf(options["keyName"]);
  given.lockfile = Named(options["lockfile"]);
  given.claims.fingerprint = TextOf(options["fingerprint"]);
  given.claims.leaves = static_cast<uint64_t>(options["leaves"].as<double>());
  given.claims.nbytes = static_cast<uint64_t>(options["nbytes"].as<double>());
  given.claims.signed_at = TextOf(options["signedAt"]);
  return given;
}

struct BoundSigning : Asking<Signing> {
  BoundSigning(val functions, val options)
      : Asking<Signing>(std::move(functions), SignGiven(options)) {}
};

val RefusalObject(const trust::Refusal& refusal) {
  val out = val::object();
  out.set("reason", std::string(trust::ReasonName(refusal.reason)));
  out.set("message", refusal.message);
  return out;
}

// {pkcs8} | {encrypted: {hash, salt, iterations, keyBits, iv, ciphertext}} | {refusal}
val PrivateKeyOf(val bytes, std::string name) {
  val out = val::object();
  const auto file = trust::ParsePrivateKeyPem(CopyIn(bytes), name);
  if (!file) {
    out.set("refusal", RefusalObject(file.refusal()));
  } else if (file->key) {
    out.set("pkcs8", CopyOut(file->key->pkcs8));
  } else {
    const trust::Encryption& e = *file->encrypted;
    val encrypted = val::object();
    encrypted.set("hash", std::string(e.hash));
    encrypted.set("salt", CopyOut(e.salt));
    encrypted.set("iterations", static_cast<double>(e.iterations));
    encrypted.set("keyBits", e.key_bits);
    encrypted.set("iv", CopyOut(e.iv));
    encrypted.set("ciphertext", CopyOut(e.ciphertext));
    out.set("encrypted", encrypted);
  }
  return out;
}

// What PBKDF2 with HMAC-SHA-256 and AES-256-CBC made of a PKCS#8 key, as PEM.
std::string EncryptedPem(val parts) {
  trust::Encryption e;
  e.salt = CopyIn(parts["salt"]);
  e.iterations = static_cast<uint64_t>(parts["iterations"].as<double>());
  e.iv = CopyIn(parts["iv"]);
  e.ciphertext = CopyIn(parts["ciphertext"]);
  return trust::WritePem("ENCRYPTED PRIVATE KEY", trust::WriteEncryptedKey(e));
}

std::string Pem(std::string label, val der) { return trust::WritePem(label, CopyIn(der)); }

// {id} of a public key's PEM, or {refusal}.
val PublicKeyOf(val bytes, std::string name) {
  val out = val::object();
  const auto key = trust::ParsePublicKeyPem(CopyIn(bytes), name);
  if (key)
    out.set("id", hash::ToHex(key->id));
  else
    out.set("refusal", RefusalObject(key.refusal()));
  return out;
}

EMSCRIPTEN_BINDINGS(trust) {
  BindModelCheck();
  emscripten::class_<BoundCheck> check("LockfileCheck");
  BindCrypto(check);
  check.constructor<val, val>()
      .function(
          "error", +[](BoundCheck& c) { return c.core.error(); })
      .function("result", +[](BoundCheck& c) { return c.core.Result(); });
  emscripten::class_<BoundSigning> signing("Signing");
  BindCrypto(signing);
  signing.constructor<val, val>()
      .function(
          "refusal",
          +[](BoundSigning& s) {
            return s.core.refusal() ? RefusalObject(*s.core.refusal()) : val::null();
          })
      .function(
          "bundle", +[](BoundSigning& s) { return s.core.bundle(); })
      .function("keyId", +[](BoundSigning& s) { return s.core.key_id(); });
  emscripten::function("privateKey", &PrivateKeyOf);
  emscripten::function("publicKey", &PublicKeyOf);
  emscripten::function("encryptedPem", &EncryptedPem);
  emscripten::function("pem", &Pem);
}

}  // namespace
}  // namespace leafsum::bindings
