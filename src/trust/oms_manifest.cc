#include "trust/oms_manifest.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "base/sort.h"
#include "base/text.h"
#include "hash/sha256.h"
#include "trust/document.h"
#include "trust/oms_name.h"

namespace leafsum::trust {
namespace {

constexpr std::string_view kWhat = "the model signature";
constexpr std::string_view kOldPredicateType = "https://model_signing/Digests/v0.1";
constexpr std::string_view kOnlyFile = ".";

// One entry of `resources`; views of the statement.
struct Resource {
  std::string_view name;
  ShardName shard;  // of a whole file: the path alone
  ByteVector digest;
};

class Reader {
 public:
  OrRefusal<OmsManifest> Read(const Statement& statement) {
    Head(statement);
    if (r_.ok()) Serialization(r_.NeedObject(&statement.predicate, "serialization"));
    if (r_.ok()) Resources(r_.NeedArray(&statement.predicate, "resources"));
    if (r_.ok()) Names();
    if (r_.ok()) RootDigest(statement.subjects[0]);
    if (r_.ok()) Files();
    if (r_.ok()) Rules();
    if (!r_.ok()) return r_.TakeRefusal();
    return std::move(out_);
  }

 private:
  void Head(const Statement& statement) {
    if (statement.predicate_type == kOldPredicateType)
      return r_.FailAs(Reason::kUnknownStatement,
                       "it is of model_signing 0.2, whose signatures are over another form of what "
                       "they sign; sign again with version 1.0 or later",
                       kOmsPredicateType, kOldPredicateType);
    if (statement.predicate_type != kOmsPredicateType)
      return r_.FailAs(Reason::kUnknownStatement, "the statement is not about a model",
                       kOmsPredicateType, ShortText(statement.predicate_type));
    if (statement.subjects.size() != 1)
      return r_.Fail("a model signature has one subject", "1", Text(statement.subjects.size()));
    out_.model = statement.subjects[0].name;
  }

  void Serialization(const JsonValue* object) {
    if (!object) return;
    // Such a member may say something about which files count.
    for (const auto& [name, value] : *object->AsObject())
      if (name != "method" && name != "hash_type" && name != "shard_size" &&
          name != "allow_symlinks" && name != "ignore_paths")
        return r_.Fail(Text("\"serialization\" has the unknown member ", ShortText(name)));
    const std::string method = r_.NeedText(object, "method");
    const std::string hash_type = r_.NeedText(object, "hash_type");
    const JsonValue* links = r_.Need(object, "allow_symlinks");
    if (!r_.ok()) return;
    if (method != "files" && method != "shards")
      return r_.Fail("unknown \"method\"", "files or shards", ShortText(method));
    const auto algorithm = hash::ParseFileAlgorithm(hash_type);
    if (!algorithm)
      return r_.Fail("unknown \"hash_type\"", "sha256, blake2b or blake3", ShortText(hash_type));
    out_.algorithm = *algorithm;
    if (!links->AsBool())
      return r_.Fail("\"allow_symlinks\" must be true or false", "boolean", links->TypeName());
    out_.allow_symlinks = *links->AsBool();
    ShardSize(object->Find("shard_size"), method == "shards");
    if (const JsonValue* paths = r_.Find(object, "ignore_paths")) IgnorePaths(*paths);
  }

  // A whole number; protobuf's JSON writes it as 1000.0.
  void ShardSize(const JsonValue* value, bool wanted) {
    if (!wanted) {
      if (value) r_.Fail("\"shard_size\" goes with the method \"shards\" alone");
      return;
    }
    const auto number = value ? value->AsDouble() : std::nullopt;
    if (!number || !(*number >= 1) || !(*number < 9007199254740992.0) ||
        static_cast<double>(static_cast<uint64_t>(*number)) != *number)
      return r_.Fail("\"shard_size\" must be a whole number of bytes from 1 on");
    out_.shard = static_cast<uint64_t>(*number);
  }

  void IgnorePaths(const JsonValue& value) {
    const auto paths = value.AsStringArray();
    if (!paths) return r_.Fail("\"ignore_paths\" must be a list of strings");
    for (const std::string& path : *paths) {
      auto rule = ParseIgnorePath(path);
      if (!rule)
        return r_.Fail(
            Text("\"ignore_paths\" has ", ShortText(path), ", which is no path below the model"));
      out_.ignore.push_back(std::move(*rule));
    }
    StableSort(out_.ignore, std::less<std::string>());
    out_.ignore.erase(std::unique(out_.ignore.begin(), out_.ignore.end()), out_.ignore.end());
  }

  void Resources(const JsonValue::Array& list) {
    if (!r_.ok()) return;
    if (list.empty()) return r_.Fail("it names no file: \"resources\" is empty");
    resources_.reserve(list.size());
    for (const JsonValue& one : list) {
      OneResource(one);
      if (!r_.ok()) return;
    }
  }

  void OneResource(const JsonValue& one) {
    if (!one.AsObject()) return r_.Fail("a resource must be an object", "object", one.TypeName());
    const JsonValue* name = r_.Need(&one, "name");
    const std::string algorithm = r_.NeedText(&one, "algorithm");
    const JsonValue* digest = r_.Need(&one, "digest");
    if (!r_.ok()) return;
    if (!name->AsString()) return r_.Fail("\"name\" must be a string", "string", name->TypeName());
    Resource& out = resources_.emplace_back();
    out.name = *name->AsString();
    const std::string_view expected = hash::FileAlgorithmName(out_.algorithm);
    // model_signing writes the longer name, the specification has the shorter (OMS §6.3.2).
    if (algorithm != expected &&
        !(out_.shard > 0 && algorithm == Text(expected, "-sharded-", out_.shard)))
      return r_.Fail(
          Text("the algorithm of ", ShortText(out.name), " is not that of the signature"), expected,
          ShortText(algorithm));
    out.digest = r_.HexOf(*digest, "digest");
    if (r_.ok() && out.digest.size() != hash::DigestSize(out_.algorithm))
      return r_.Fail(Text("the digest of ", ShortText(out.name), " has a wrong length"),
                     Text(hash::DigestSize(out_.algorithm), " bytes"),
                     Text(out.digest.size(), " bytes"));
    if (r_.ok()) Name(out);
  }

  void Name(Resource& out) {
    out.shard.path = out.name;
    if (out_.shard > 0) {
      const auto shard = ParseShardName(out.name);
      if (!shard)
        return r_.Fail(Text("the name ", ShortText(out.name), " is not that of a shard"),
                       "path:begin:end", ShortText(out.name));
      out.shard = *shard;
    }
    if (out.shard.path == kOnlyFile) {
      only_file_ = true;
      return;
    }
    const std::string_view why = UnsafePath(out.shard.path);
    if (!why.empty())
      r_.Fail(Text("the name ", ShortText(out.name), " is no path below the model: ", why));
  }

  // Each name once, in canonical order: by code points, as the specification has it, or by path
  // components, as model_signing sorts.
  void Names() {
    std::vector<std::string_view> names;
    names.reserve(resources_.size());
    for (const Resource& one : resources_) names.push_back(one.name);
    const bool by_name = std::is_sorted(names.begin(), names.end());
    if (!by_name) StableSort(names, std::less<std::string_view>());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
      return r_.Fail(Text("it names ", ShortText(*twice), " twice"), "once", "twice");
    const bool by_component = std::is_sorted(
        resources_.begin(), resources_.end(),
        [](const Resource& a, const Resource& b) { return ComponentsLess(a.shard, b.shard); });
    if (!by_name && !by_component) r_.Fail("its resources are not in order of their names");
  }

  void RootDigest(const Subject& subject) {
    const ByteVector* expected = subject.Find("sha256");
    if (!expected) return r_.Fail("its subject has no SHA-256, the digest of the whole");
    const auto hash = hash::MakePortableSha256();
    for (const Resource& one : resources_) hash->Update(one.digest);
    const hash::Digest root = hash->Finish();
    if (!std::equal(root.begin(), root.end(), expected->begin(), expected->end()))
      r_.Fail("it contradicts itself: its subject's digest is not that of its resources",
              Hex(Bytes(*expected)), hash::ToHex(root));
  }

  // From resources to files, each whole or in all of its shards.
  void Files() {
    StableSort(resources_, [](const Resource& a, const Resource& b) {
      return a.shard.path != b.shard.path ? a.shard.path < b.shard.path
                                          : a.shard.begin < b.shard.begin;
    });
    for (const Resource& one : resources_) {
      const bool next = out_.files.empty() || out_.files.back().path != one.shard.path;
      if (next) out_.files.push_back({std::string(one.shard.path), std::nullopt, {}});
      OmsFile& file = out_.files.back();
      file.digests.insert(file.digests.end(), one.digest.begin(), one.digest.end());
      if (out_.shard == 0) continue;
      // Whole shards, one behind the other, of which the last may be shorter.
      const uint64_t begin = file.nbytes.value_or(0);
      if (one.shard.begin != begin || begin % out_.shard != 0 || one.shard.end - begin > out_.shard)
        return r_.Fail(Text("the shards of ", ShortText(file.path), " do not lie end to end"),
                       Text("a shard that begins at ", begin - begin % out_.shard),
                       ShortText(one.name));
      file.nbytes = one.shard.end;
    }
    if (only_file_ && out_.files.size() > 1)
      r_.Fail("the name \".\" stands for a model that is one file, and it names several");
  }

  void Rules() {
    for (const OmsFile& file : out_.files)
      for (size_t end = 0; end != file.path.npos;) {
        end = file.path.find('/', end + 1);
        if (!std::binary_search(out_.ignore.begin(), out_.ignore.end(), file.path.substr(0, end)))
          continue;
        return r_.Fail(Text("it contradicts itself: it names ", ShortText(file.path),
                            ", which its \"ignore_paths\" leave out"));
      }
  }

  DocumentReader r_{kWhat, Reason::kMalformedStatement};
  std::vector<Resource> resources_;
  bool only_file_ = false;
  OmsManifest out_;
};

}  // namespace

OrRefusal<OmsManifest> ReadOmsManifest(const Statement& statement) {
  return Reader().Read(statement);
}

ByteVector WriteFileManifest(const OmsManifest& manifest) {
  ByteWriter w;
  w.U8(static_cast<uint8_t>(manifest.algorithm)).Varint(manifest.shard).U8(manifest.allow_symlinks);
  w.Varint(manifest.ignore.size());
  for (const std::string& rule : manifest.ignore) w.Sized(rule);
  w.Varint(manifest.files.size());
  for (const OmsFile& file : manifest.files) {
    w.Sized(file.path);
    if (manifest.shard > 0) w.Varint(*file.nbytes);
    w.Sized(Bytes(file.digests));
  }
  return w.Release();
}

}  // namespace leafsum::trust
