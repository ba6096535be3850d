#include "trust/bundle.h"

#include "base/text.h"
#include "trust/document.h"
#include "trust/dsse.h"
#include "trust/limits.h"

namespace leafsum::trust {
namespace {

struct MediaTypeRow {
  std::string_view name;
  MediaType type;
};
constexpr MediaTypeRow kMediaTypes[] = {
    {"application/vnd.dev.sigstore.bundle.v0.3+json", MediaType::kV03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.3", MediaType::kV03},
    {"application/vnd.dev.sigstore.bundle+json;version=0.2", MediaType::kV02},
    {"application/vnd.dev.sigstore.bundle+json;version=0.1", MediaType::kV01},
};

MediaType ReadMediaType(DocumentReader& r, const JsonValue& root) {
  const std::string name = r.NeedText(&root, "mediaType");
  for (const auto& row : kMediaTypes)
    if (row.name == name) return row.type;
  r.FailAs(Reason::kUnknownMediaType, "no media type of a Sigstore bundle that is read",
           kMediaTypes[0].name, ShortText(name));
  return MediaType::kV03;
}

ByteVector ReadCertificate(DocumentReader& r, const JsonValue& value) {
  if (!value.AsObject()) return r.Fail("a certificate must be an object"), ByteVector();
  return r.NeedBase64(&value, "rawBytes");
}

Material ReadMaterial(DocumentReader& r, const JsonValue& root) {
  Material out;
  const JsonValue* material = r.NeedObject(&root, "verificationMaterial");
  if (!material) return out;
  const auto any = [&](std::string_view name) {
    const JsonValue* member = r.Find(material, name);
    return member && !(member->AsArray() && member->AsArray()->empty());
  };
  out.has_log_entries = any("tlogEntries");
  out.has_timestamps = any("timestampVerificationData");
  const JsonValue* key = r.Find(material, "publicKey");
  const JsonValue* certificate = r.Find(material, "certificate");
  const JsonValue* chain = r.Find(material, "x509CertificateChain");
  if ((key != nullptr) + (certificate != nullptr) + (chain != nullptr) != 1) {
    r.Fail(
        "\"verificationMaterial\" must have one of publicKey, certificate and "
        "x509CertificateChain",
        "one", key || certificate || chain ? "several" : "none");
    return out;
  }
  if (key) {
    out.kind = Material::Kind::kPublicKey;
    if (!key->AsObject()) return r.Fail("\"publicKey\" must be an object"), out;
    if (const JsonValue* hint = r.Find(key, "hint")) out.hint = r.TextOf(*hint, "hint");
    if (r.Find(key, "rawBytes")) out.raw_key = r.NeedBase64(key, "rawBytes");
    return out;
  }
  if (certificate) {
    out.kind = Material::Kind::kCertificate;
    out.certificates.push_back(ReadCertificate(r, *certificate));
    return out;
  }
  out.kind = Material::Kind::kCertificateChain;
  const JsonValue::Array& certificates = r.NeedArray(chain, "certificates");
  if (certificates.empty()) r.Fail("\"certificates\" is empty", "at least one", "none");
  if (certificates.size() > kMaxCertificates)
    r.FailAs(Reason::kTooLarge, "too many certificates", Text("at most ", kMaxCertificates),
             Text(certificates.size()));
  for (const JsonValue& one : certificates) {
    if (!r.ok()) break;
    out.certificates.push_back(ReadCertificate(r, one));
  }
  return out;
}

Envelope ReadEnvelope(DocumentReader& r, const JsonValue& value) {
  Envelope out;
  if (!value.AsObject()) return r.Fail("\"dsseEnvelope\" must be an object"), out;
  out.payload_type = r.NeedText(&value, "payloadType");
  if (r.ok() && out.payload_type != kInTotoType)
    r.FailAs(Reason::kWrongPayloadType, "the envelope holds another kind of document", kInTotoType,
             ShortText(out.payload_type));
  out.payload = r.NeedBase64(&value, "payload");
  const JsonValue* signatures = r.Find(&value, "signatures");
  const JsonValue::Array* array = signatures ? signatures->AsArray() : nullptr;
  if (signatures && !array) r.Fail("\"signatures\" must be an array");
  if (!array || array->empty()) {
    r.FailAs(Reason::kNoSignature, "the envelope has no signature", "one signature", "none");
  } else if (array->size() > 1) {
    // Verifiers disagree in which one counts, so a bundle has exactly one (OMS).
    r.FailAs(Reason::kSeveralSignatures, "the envelope has more than one signature",
             "one signature", Text(array->size()));
  } else if (!array->front().AsObject()) {
    r.Fail("a signature must be an object");
  } else {
    out.signature = r.NeedBase64(&array->front(), "sig");
  }
  return out;
}

MessageSignature ReadMessage(DocumentReader& r, const JsonValue& value) {
  MessageSignature out;
  if (!value.AsObject()) return r.Fail("\"messageSignature\" must be an object"), out;
  if (r.Find(&value, "messageDigest")) {
    const JsonValue* digest = r.NeedObject(&value, "messageDigest");
    out.digest_algorithm = r.NeedText(digest, "algorithm");
    out.digest = r.NeedBase64(digest, "digest");
  }
  if (!r.Find(&value, "signature"))
    r.FailAs(Reason::kNoSignature, "\"messageSignature\" has no signature", "one signature",
             "none");
  out.signature = r.NeedBase64(&value, "signature");
  return out;
}

}  // namespace

OrRefusal<Bundle> ParseBundle(Bytes text) {
  constexpr std::string_view kWhat = "the bundle";
  auto root = ParseDocument(text, kWhat, kMaxBundleBytes);
  if (!root) return root.refusal();
  DocumentReader r(kWhat, Reason::kMalformedBundle);
  Bundle bundle;
  if (!root->AsObject()) r.Fail("it must be an object", "object", root->TypeName());
  bundle.media_type = ReadMediaType(r, *root);
  const JsonValue* envelope = r.Find(&*root, "dsseEnvelope");
  const JsonValue* message = r.Find(&*root, "messageSignature");
  if (envelope && message) r.Fail("both \"dsseEnvelope\" and \"messageSignature\"", "one", "both");
  if (!envelope && !message)
    r.FailAs(Reason::kNoSignature, "neither \"dsseEnvelope\" nor \"messageSignature\"", "one",
             "none");
  bundle.material = ReadMaterial(r, *root);
  if (envelope) bundle.envelope = ReadEnvelope(r, *envelope);
  if (message) bundle.message = ReadMessage(r, *message);
  if (!r.ok()) return r.TakeRefusal();
  return bundle;
}

std::string WriteBundle(const Envelope& envelope, std::string_view hint) {
  return Text("{\"mediaType\":\"", kMediaTypes[0].name,
              "\",\"verificationMaterial\":{\"publicKey\":{\"hint\":", JsonString(hint),
              "},\"tlogEntries\":[]},\"dsseEnvelope\":{\"payload\":\"", Base64(envelope.payload),
              "\",\"payloadType\":", JsonString(envelope.payload_type),
              ",\"signatures\":[{\"sig\":\"", Base64(envelope.signature), "\"}]}}\n");
}

}  // namespace leafsum::trust
