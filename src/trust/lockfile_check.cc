#include "trust/lockfile_check.h"

#include <algorithm>

#include "base/text.h"
#include "hash/sha256.h"
#include "trust/document.h"
#include "trust/limits.h"
#include "trust/pem.h"

namespace leafsum::trust {
namespace {

void AppendRefusal(std::string& out, const Refusal& f) {
  out += Text("{\"reason\":\"", ReasonName(f.reason), "\",\"message\":", JsonString(f.message),
              ",\"expected\":", JsonString(f.expected), ",\"actual\":", JsonString(f.actual), "}");
}

bool Has(const std::vector<std::string>& list, std::string_view one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

}  // namespace

LockfileCheck::LockfileCheck(Given given) : given_(std::move(given)) {
  ParseGiven();
  if (!error_.empty() || !given_.bundle || given_.signer || given_.refusal) return;
  check_ = std::make_unique<SignatureCheck>(SignatureCheck::Given{
      std::move(*given_.bundle), std::move(given_.keys), std::move(given_.lockfile.bytes)});
}

void LockfileCheck::ParseGiven() {
  for (const NamedBytes& file : given_.keys)
    if (const auto key = ParsePublicKeyPem(file.bytes, file.name); !key)
      error_ = key.refusal().message;
  if (given_.keys.size() > kMaxKeys) error_ = Text("too many keys: ", kMaxKeys, " at most");
  if (std::string what = NotASigner(given_.require_signers); !what.empty())
    error_ = std::move(what);
  if (!given_.policy || !error_.empty()) return;
  auto policy = ParsePolicy(*given_.policy);
  if (!policy) {
    error_ = policy.refusal().message;
    return;
  }
  policy_ = std::move(*policy);
  if (given_.keys.empty()) given_.keys = KeysOf(*policy_);
}

SignatureOutcome LockfileCheck::ByOther() const {
  SignatureOutcome out;
  out.artifact_sha256 = hash::Sha256Of(given_.lockfile.bytes);
  out.refusal = given_.refusal;
  out.signer = given_.signer;
  if (!given_.bundle) {
    out.signer.reset();
    out.refusal = Refusal{Reason::kMissing, "the lockfile has no signature", "a signature", "none"};
    return out;
  }
  auto bundle = ParseBundle(*given_.bundle);
  if (!bundle && !out.refusal) out.refusal = bundle.refusal();
  if (bundle && !out.refusal) out.refusal = OtherThanSeen(*bundle, given_.payload);
  if (out.refusal) out.signer.reset();
  if (out.refusal || !bundle->envelope) return out;
  auto statement = ParseStatement(bundle->envelope->payload);
  if (statement)
    out.statement = std::move(*statement);
  else
    out.refusal = statement.refusal();
  return out;
}

SignatureOutcome LockfileCheck::Outcome() const { return check_ ? check_->outcome() : ByOther(); }

void LockfileCheck::JudgeStatement(const Statement& statement, const hash::Digest& actual) {
  auto claims = ReadLockfileClaims(statement);
  if (!claims) return findings_.push_back(claims.refusal());
  const Subject& subject = statement.subjects[0];
  const ByteVector* digest = subject.Find("sha256");
  const std::string sha256 = hash::ToHex(actual);
  signed_name_ = subject.name;
  if (!digest || !std::equal(digest->begin(), digest->end(), actual.begin(), actual.end())) {
    findings_.push_back({Reason::kWrongSubject,
                         Text("a good signature, but over another lockfile: ",
                              ShortText(subject.name), " with the fingerprint ",
                              ShortText(claims->fingerprint), ", signed at ", claims->signed_at),
                         digest ? "sha256:" + Hex(*digest) : "sha256", "sha256:" + sha256});
    return;
  }
  if (!given_.lockfile.name.empty() && subject.name != given_.lockfile.name)
    findings_.push_back({Reason::kWrongSubject,
                         Text("the lockfile was signed as ", ShortText(subject.name),
                              " and is called ", ShortText(given_.lockfile.name),
                              " here: is it the one that you mean? Then give it its name again"),
                         ShortText(subject.name), ShortText(given_.lockfile.name)});
  claims_ = std::move(*claims);
}

void LockfileCheck::JudgeAllowed(const Signer& signer) {
  if (auto no = JudgeRequired(given_.require_signers, signer)) findings_.push_back(std::move(*no));
  if (!policy_) return;
  if (auto no =
          JudgeSigner(*policy_, signer, signed_name_.empty() ? given_.lockfile.name : signed_name_,
                      claims_ ? claims_->signed_at : "", given_.now))
    findings_.push_back(std::move(*no));
}

void LockfileCheck::Judge(const SignatureOutcome& outcome) {
  if (outcome.refusal) findings_.push_back(*outcome.refusal);
  if (outcome.signer && outcome.statement)
    JudgeStatement(*outcome.statement, outcome.artifact_sha256);
  if (outcome.signer) JudgeAllowed(*outcome.signer);
}

std::string LockfileCheck::Result() {
  findings_.clear();
  const SignatureOutcome outcome = Outcome();
  Judge(outcome);
  if (policy_ && Has(policy_->revoked_lockfiles, hash::ToHex(outcome.artifact_sha256)))
    findings_.push_back({Reason::kRevoked, "the policy has revoked this lockfile", "",
                         "sha256:" + hash::ToHex(outcome.artifact_sha256)});
  std::string out = "{";
  if (outcome.signer) out += Text("\"signed_by\":", JsonString(NameOf(*outcome.signer)), ",");
  if (claims_)
    out += Text("\"claims\":{\"fingerprint\":", JsonString(claims_->fingerprint),
                ",\"leaves\":", claims_->leaves, ",\"nbytes\":", claims_->nbytes,
                ",\"signed_at\":", JsonString(claims_->signed_at), "},");
  out += "\"revoked\":[";
  if (policy_)
    for (const std::string& one : policy_->revoked_fingerprints) {
      if (out.back() != '[') out += ',';
      AppendJsonString(out, one);
    }
  out += "],\"findings\":[";
  for (const Refusal& f : findings_) {
    if (out.back() != '[') out += ',';
    AppendRefusal(out, f);
  }
  return out += "]}";
}

}  // namespace leafsum::trust
