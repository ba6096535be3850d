#include "evidence/file_manifest.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace leafsum::evidence {
namespace {

// Left out by every signer, at the top of the model alone (OMS §6.2). The bundle's usual name is
// among them because bundles before 1.1 do not name themselves.
constexpr std::string_view kAlways[] = {".git", ".gitattributes", ".github", ".gitignore",
                                        "model.sig"};
constexpr std::string_view kFileOnly = "model.sig";

std::optional<std::string> TextOf(const JsonValue& object, std::string_view name) {
  const JsonValue* member = object.Find(name);
  return member && member->AsString() ? std::optional(*member->AsString()) : std::nullopt;
}

}  // namespace

const SignedFile* FileManifest::Find(std::string_view path) const {
  const auto at =
      std::lower_bound(files.begin(), files.end(), path,
                       [](const SignedFile& f, std::string_view p) { return f.path < p; });
  return at != files.end() && at->path == path ? &*at : nullptr;
}

bool FileManifest::Signs(std::string_view path, Bytes content) const {
  const SignedFile* file = Find(path);
  if (!file || (shard == 0 ? file->nbytes.has_value() : file->nbytes != content.size()))
    return false;
  ByteVector digests;
  do {
    const Bytes part =
        content.first(shard == 0 ? content.size()
                                 : static_cast<size_t>(std::min<uint64_t>(shard, content.size())));
    const auto hash = hash::MakeFileHash(algorithm, {});
    hash->Update(part);
    const ByteVector digest = hash->Finish();
    digests.insert(digests.end(), digest.begin(), digest.end());
    content = content.subspan(part.size());
  } while (!content.empty());
  return digests == file->digests;
}

std::string_view FileManifest::IgnoredBy(std::string_view path) const {
  for (size_t end = 0; end != path.npos;) {
    end = path.find('/', end + 1);
    const std::string_view above = path.substr(0, end);
    const auto at = std::lower_bound(ignore.begin(), ignore.end(), above);
    if (at != ignore.end() && *at == above) return *at;
  }
  const std::string_view top = path.substr(0, path.find('/'));
  for (const std::string_view rule : kAlways)
    if (top == rule && (rule != kFileOnly || top == path)) return rule;
  return {};
}

Result<FileManifest> ParseFileManifest(Bytes bytes) {
  ByteReader r(bytes);
  FileManifest out;
  const uint8_t algorithm = r.U8();
  if (algorithm > static_cast<uint8_t>(hash::FileAlgorithm::kBlake3))
    r.Fail(ErrorCode::kInvalid, "no such algorithm");
  else
    out.algorithm = static_cast<hash::FileAlgorithm>(algorithm);
  out.shard = r.Varint64();
  out.allow_symlinks = r.U8() != 0;
  const uint64_t rules = r.Count("rules", ~uint64_t{0}, 1);
  for (uint64_t i = 0; i < rules && r.ok(); ++i)
    out.ignore.emplace_back(AsText(r.Take(r.Varint64())));
  if (!std::is_sorted(out.ignore.begin(), out.ignore.end()))
    r.Fail(ErrorCode::kInvalid, "rules that are not sorted");
  const uint64_t files = r.Count("files", ~uint64_t{0}, 3);
  const size_t digest_size = hash::DigestSize(out.algorithm);
  for (uint64_t i = 0; i < files && r.ok(); ++i) {
    SignedFile& file = out.files.emplace_back();
    file.path = AsText(r.Take(r.Varint64()));
    if (out.shard > 0) file.nbytes = r.Varint64();
    file.digests = ToVector(r.Take(r.Varint64()));
    const uint64_t count =
        out.shard == 0 ? 1 : *file.nbytes / out.shard + (*file.nbytes % out.shard != 0);
    if (r.ok() &&
        (file.digests.size() % digest_size != 0 || file.digests.size() / digest_size != count))
      r.Fail(ErrorCode::kInvalid, "not as many digests as shards");
    if (out.files.size() > 1 && !(out.files[out.files.size() - 2].path < file.path))
      r.Fail(ErrorCode::kInvalid, "files that are not sorted");
  }
  if (!r.End()) return r.error().Prefixed("file manifest");
  return out;
}

Result<BundleOptions> ParseBundleOptions(const JsonValue& value) {
  BundleOptions out;
  const auto name = TextOf(value, "name");
  if (!name)
    return Error{ErrorCode::kInvalid, "option \"bundle\": not the form of README.md", {}, "", ""};
  out.name = *name;
  out.path = TextOf(value, "path");
  out.lock_path = TextOf(value, "lock_path");
  out.signed_by = TextOf(value, "signed_by");
  if (const JsonValue* problem = value.Find("problem"); problem && !problem->is_null())
    out.problem = {TextOf(*problem, "message").value_or(""), TextOf(*problem, "expected"),
                   TextOf(*problem, "actual")};
  return out;
}

}  // namespace leafsum::evidence
