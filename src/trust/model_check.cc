#include "trust/model_check.h"

#include <utility>

namespace leafsum::trust {
namespace {

// Whether a reason is about who signed, rather than about what the bundle is.
bool IsAboutSigner(Reason reason) {
  return reason == Reason::kMalformedSignature || reason >= Reason::kMalformedKey;
}

}  // namespace

ModelCheck::ModelCheck(Given given)
    : signer_(std::move(given.signer)),
      payload_(std::move(given.payload)),
      problem_(std::move(given.refusal)) {
  bundle_ = given.bundle;
  ParseGiven(given);
  if (!error_.empty() || signer_ || problem_) return;
  check_ = std::make_unique<SignatureCheck>(
      SignatureCheck::Given{std::move(given.bundle), std::move(given.keys), std::nullopt});
}

void ModelCheck::ParseGiven(Given& given) {
  for (const NamedBytes& file : given.keys)
    if (const auto key = ParsePublicKeyPem(file.bytes, file.name); !key)
      error_ = key.refusal().message;
  require_signers_ = std::move(given.require_signers);
  if (std::string what = NotASigner(require_signers_); !what.empty()) error_ = std::move(what);
  now_ = std::move(given.now);
  if (!given.policy || !error_.empty()) return;
  auto policy = ParsePolicy(*given.policy);
  if (!policy) {
    error_ = policy.refusal().message;
    return;
  }
  policy_ = std::move(*policy);
  if (given.keys.empty()) given.keys = KeysOf(*policy_);
}

void ModelCheck::Feed(uint32_t id, Bytes answer) {
  if (check_) check_->Feed(id, answer);
}

void ModelCheck::Fail(uint32_t id, CryptoFailure failure, std::string_view why) {
  if (check_) check_->Fail(id, failure, why);
}

std::optional<std::string> ModelCheck::signed_by() const {
  return signer_ ? std::optional(NameOf(*signer_)) : std::nullopt;
}

std::vector<std::string> ModelCheck::revoked() const {
  return policy_ ? policy_->revoked_fingerprints : std::vector<std::string>();
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
  if (!statement)
    if (auto refusal = ReadOther(statement)) return refusal;
  if (signer_ && !problem_) JudgeAllowed(statement->subjects[0].name);
  auto manifest = ReadOmsManifest(*statement);
  if (!manifest) return manifest.refusal();
  manifest_ = std::move(*manifest);
  return std::nullopt;
}

// Where no signature was checked here, or none is good: of the latter the statement counts for
// nothing but a comparison.
std::optional<Refusal> ModelCheck::ReadOther(std::optional<Statement>& statement) {
  auto bundle = ParseBundle(bundle_);
  if (!bundle) return bundle.refusal();
  if (!bundle->envelope)
    return Refusal{Reason::kMalformedBundle, "the bundle signs the bytes of one file, not a model",
                   "dsseEnvelope", "messageSignature"};
  if (signer_)
    if (auto other = OtherThanSeen(*bundle, payload_)) return other;
  auto parsed = ParseStatement(bundle->envelope->payload);
  if (!parsed) return parsed.refusal();
  statement = std::move(*parsed);
  return std::nullopt;
}

void ModelCheck::JudgeAllowed(const std::string& name) {
  problem_ = JudgeRequired(require_signers_, *signer_);
  if (!problem_ && policy_) problem_ = JudgeSigner(*policy_, *signer_, name, "", now_);
}

}  // namespace leafsum::trust
