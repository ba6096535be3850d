#include "trust/model_check.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace leafsum::trust {
namespace {

// Whether a reason is about who signed, rather than about what the bundle is.
bool IsAboutSigner(Reason reason) {
  return reason == Reason::kMalformedSignature || reason >= Reason::kMalformedKey;
}

}  // namespace

ModelCheck::ModelCheck(Given given)
    : signer_(std::move(given.signer)), problem_(std::move(given.refusal)) {
  for (const NamedBytes& file : given.keys)
    if (const auto key = ParsePublicKeyPem(file.bytes, file.name); !key)
      error_ = key.refusal().message;
  bundle_ = given.bundle;
  require_signers_ = std::move(given.require_signers);
  if (!error_.empty() || signer_ || problem_) return;
  check_ = std::make_unique<SignatureCheck>(
      SignatureCheck::Given{std::move(given.bundle), std::move(given.keys), std::nullopt});
}

void ModelCheck::Feed(uint32_t id, Bytes answer) {
  if (check_) check_->Feed(id, answer);
}

void ModelCheck::Fail(uint32_t id, CryptoFailure failure, std::string_view why) {
  if (check_) check_->Fail(id, failure, why);
}

std::optional<std::string> ModelCheck::signed_by() const {
  if (!signer_) return std::nullopt;
  if (signer_->kind == "key") return "key sha256:" + signer_->id;
  return Text(signer_->kind, " ", signer_->id, signer_->issuer.empty() ? "" : " by ",
              signer_->issuer);
}

std::optional<Refusal> ModelCheck::Refused() {
  std::optional<Refusal> refusal = Judge();
  // What could not be read was signed by nobody.
  if (refusal) signer_.reset();
  return refusal;
}

std::optional<Refusal> ModelCheck::Judge() {
  std::optional<Statement> statement;
  if (check_) {
    const SignatureOutcome& outcome = check_->outcome();
    if (outcome.refusal &&
        (outcome.signer || !outcome.bundle || !IsAboutSigner(outcome.refusal->reason)))
      return outcome.refusal;
    signer_ = outcome.signer;
    problem_ = outcome.refusal;
    statement = outcome.statement;
  }
  if (signer_ && !require_signers_.empty() &&
      std::find(require_signers_.begin(), require_signers_.end(), signer_->id) ==
          require_signers_.end())
    problem_ = Refusal{Reason::kUnknownSigner, "a good signature, but by another signer",
                       "sha256:" + require_signers_[0], *signed_by()};
  if (!statement) {
    // Of a signature that is not good the statement counts for nothing but a comparison.
    auto bundle = ParseBundle(bundle_);
    if (!bundle) return bundle.refusal();
    if (!bundle->envelope)
      return Refusal{Reason::kMalformedBundle,
                     "the bundle signs the bytes of one file, not a model", "dsseEnvelope",
                     "messageSignature"};
    auto parsed = ParseStatement(bundle->envelope->payload);
    if (!parsed) return parsed.refusal();
    statement = std::move(*parsed);
  }
  auto manifest = ReadOmsManifest(*statement);
  if (!manifest) return manifest.refusal();
  manifest_ = std::move(*manifest);
  return std::nullopt;
}

}  // namespace leafsum::trust
