#include "plan/options.h"

#include <algorithm>

#include "base/json.h"
#include "base/sort.h"
#include "base/text.h"
#include "orbax/key_path.h"

namespace leafsum::plan {
namespace {

Error Bad(std::string_view member, const std::string& what) {
  return Error{ErrorCode::kInvalid, Text("option \"", member, "\": ", what), {}, "", ""};
}

std::optional<hash::Digest> ParseFingerprint(std::string_view text) {
  constexpr std::string_view kPrefix = "leafsum1:";
  if (text.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  auto bytes = ParseHex(text.substr(kPrefix.size()));
  if (!bytes || bytes->size() != 32) return std::nullopt;
  hash::Digest digest;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

// [source, item, [key path], [other key path]]
std::optional<Rename> ParseRename(const JsonValue& v) {
  const JsonValue::Array* cells = v.AsArray();
  if (!cells || cells->size() != 4) return std::nullopt;
  const auto source = (*cells)[0].AsUint();
  const std::string* item = (*cells)[1].AsString();
  auto from = (*cells)[2].AsStringArray(), to = (*cells)[3].AsStringArray();
  if (!source || *source > 1 || !item || !from || !to) return std::nullopt;
  return Rename{static_cast<uint32_t>(*source), *item, std::move(*from), std::move(*to)};
}

std::optional<ReadPart> ParsePart(const JsonValue& v) {
  const JsonValue *chunks = v.Find("chunks"), *skip = v.Find("skip"), *take = v.Find("take"),
                  *begin = v.Find("begin");
  if (!skip || !skip->AsUint() || !take || !take->AsUint()) return std::nullopt;
  ReadPart part{{}, *skip->AsUint(), *take->AsUint(), {}};
  if (begin && !(part.begin = begin->AsUint())) return std::nullopt;
  if (!chunks) return part;
  if (!chunks->AsArray()) return std::nullopt;
  for (const JsonValue& axis : *chunks->AsArray()) {
    auto indices = axis.AsUintArray();
    if (!indices) return std::nullopt;
    part.chunks.push_back(std::move(*indices));
  }
  return part;
}

// {"item","key_path","dtype","shape"?,"chunk_shape"?,"nbytes","parts":
//  [{"chunks"?,"skip","take","begin"?}]}
std::optional<ReadRequest> ParseRead(const JsonValue& v) {
  const JsonValue *item = v.Find("item"), *path = v.Find("key_path"), *parts = v.Find("parts");
  if (!item || !item->AsString() || !path || !path->AsStringArray() || !parts || !parts->AsArray())
    return std::nullopt;
  const JsonValue *dtype = v.Find("dtype"), *nbytes = v.Find("nbytes");
  if (!dtype || !dtype->AsString() || !nbytes || !nbytes->AsUint()) return std::nullopt;
  ReadRequest request{*item->AsString(), *path->AsStringArray(), {}, *dtype->AsString(), {}, {},
                      *nbytes->AsUint()};
  for (auto [name, member] :
       {std::pair("shape", &request.shape), std::pair("chunk_shape", &request.chunk_shape)}) {
    const JsonValue* list = v.Find(name);
    if (!list || list->is_null()) continue;
    if (!(*member = list->AsUintArray())) return std::nullopt;
  }
  for (const JsonValue& one : *parts->AsArray()) {
    auto part = ParsePart(one);
    if (!part) return std::nullopt;
    request.parts.push_back(std::move(*part));
  }
  return request;
}

std::optional<Sample> ParseSample(const JsonValue& v) {
  const JsonValue *seed = v.Find("seed"), *share = v.Find("millionths"), *bytes = v.Find("bytes");
  if (!seed || !seed->AsUint() || !share == !bytes) return std::nullopt;
  Sample sample{*seed->AsUint(), {}, {}};
  (share ? sample.millionths : sample.bytes) = (share ? share : bytes)->AsUint();
  if (!sample.millionths && !sample.bytes) return std::nullopt;
  return sample;
}

// [[item, [key path]], …]
bool ParseResumed(const JsonValue& v, Options& o) {
  if (!v.AsArray()) return false;
  for (const JsonValue& row : *v.AsArray()) {
    const JsonValue::Array* cells = row.AsArray();
    if (!cells || cells->size() != 2 || !(*cells)[0].AsString()) return false;
    auto path = (*cells)[1].AsStringArray();
    if (!path) return false;
    o.resumed.emplace_back(*(*cells)[0].AsString(), std::move(*path));
  }
  StableSort(o.resumed, std::less<>());
  return true;
}

template <class T>
struct Member {
  std::string_view name;
  T Options::* member;
};
constexpr Member<bool> kFlags[] = {{"all_steps", &Options::all_steps},
                                   {"deep", &Options::deep},
                                   {"strict", &Options::strict},
                                   {"allow_missing", &Options::allow_missing},
                                   {"allow_extra", &Options::allow_extra},
                                   {"allow_structure", &Options::allow_structure},
                                   {"stored", &Options::stored},
                                   {"blocks", &Options::blocks},
                                   {"chunks", &Options::chunks},
                                   {"files", &Options::files},
                                   {"resumed_by_tags", &Options::resumed_by_tags},
                                   {"write_source", &Options::write_source},
                                   {"against_with_source", &Options::against_with_source},
                                   {"fingerprint_with_source", &Options::fingerprint_with_source},
                                   {"values", &Options::values},
                                   {"keys", &Options::keys},
                                   {"key_digests", &Options::key_digests},
                                   {"readers", &Options::readers},
                                   {"versions", &Options::versions},
                                   {"in_order", &Options::in_order},
                                   {"read_ahead", &Options::read_ahead}};
constexpr Member<uint64_t> kNumbers[] = {{"max_memory", &Options::max_memory},
                                         {"max_fill", &Options::max_fill},
                                         {"segment", &Options::segment}};
constexpr Member<std::vector<std::string>> kTexts[] = {{"include", &Options::include},
                                                       {"exclude", &Options::exclude},
                                                       {"source_names", &Options::source_names},
                                                       {"nested", &Options::nested},
                                                       {"source_files", &Options::source_files}};

Status ReadCommand(Options& o, const std::string& name, const JsonValue& v) {
  auto c = v.AsString() ? report::ParseCommand(*v.AsString()) : std::nullopt;
  if (!c) return Bad(name, "no such command");
  o.command = *c;
  return std::nullopt;
}

Status ReadAlgorithms(Options& o, const std::string& name, const JsonValue& v) {
  auto list = v.AsStringArray();
  if (!list) return Bad(name, "must be a list of texts");
  for (const std::string& a : *list) {
    if (a != "blake3" && a != "sha256") return Bad(name, "no such algorithm: " + a);
    o.sha256 |= a == "sha256";
  }
  return std::nullopt;
}

Status ReadRenames(Options& o, const std::string& name, const JsonValue& v) {
  const JsonValue::Array* list = v.AsArray();
  if (!list) return Bad(name, "must be a list");
  for (const JsonValue& row : *list) {
    auto rename = ParseRename(row);
    if (!rename) return Bad(name, "a row is not [source, item, key path, key path]");
    o.renames.push_back(std::move(*rename));
  }
  return std::nullopt;
}

Status ReadReadRequests(Options& o, const std::string& name, const JsonValue& v) {
  if (!v.AsArray()) return Bad(name, "must be a list");
  for (const JsonValue& row : *v.AsArray()) {
    auto read = ParseRead(row);
    if (!read)
      return Bad(name,
                 "an element is not {item, key_path, dtype, shape, chunk_shape, nbytes, parts}");
    o.reads.push_back(std::move(*read));
  }
  return std::nullopt;
}

Status ReadSample(Options& o, const std::string& name, const JsonValue& v) {
  o.sample = ParseSample(v);
  if (!o.sample) return Bad(name, "must be a seed and either millionths or bytes");
  return std::nullopt;
}

Status ReadResumed(Options& o, const std::string& name, const JsonValue& v) {
  if (!ParseResumed(v, o)) return Bad(name, "must be a list of [item, key path]");
  return std::nullopt;
}

Status ReadSums(Options& o, const std::string&, const JsonValue& v) {
  auto sums = evidence::ParseFileSums(v);
  if (!sums) return sums.error();
  o.sums = std::move(*sums);
  return std::nullopt;
}

Status ReadFindings(Options& o, const std::string& name, const JsonValue& v) {
  auto findings = evidence::ParseFindings(v);
  if (!findings) return Bad(name, "must be a list of findings");
  o.findings = std::move(*findings);
  return std::nullopt;
}

Status ReadSignature(Options& o, const std::string&, const JsonValue& v) {
  auto signature = evidence::ParseLockSignature(v);
  if (!signature) return signature.error();
  o.signature = std::move(*signature);
  return std::nullopt;
}

Status ReadBundle(Options& o, const std::string&, const JsonValue& v) {
  auto bundle = evidence::ParseBundleOptions(v);
  if (!bundle) return bundle.error();
  o.bundle = std::move(*bundle);
  return std::nullopt;
}

Status ReadItem(Options& o, const std::string& name, const JsonValue& v) {
  if (!v.is_null() && !v.AsString()) return Bad(name, "must be a text");
  if (v.AsString()) o.item = *v.AsString();
  return std::nullopt;
}

Status ReadLockName(Options& o, const std::string& name, const JsonValue& v) {
  if (!v.AsString()) return Bad(name, "must be a text");
  o.lock_name = *v.AsString();
  return std::nullopt;
}

Status ReadPrefix(Options& o, const std::string& name, const JsonValue& v) {
  if (v.is_null()) return std::nullopt;
  if (!v.AsString() || v.AsString()->empty() || v.AsString()->find('/') != std::string::npos)
    return Bad(name, "must be how the names of Flax's files begin, such as checkpoint_");
  o.prefix = *v.AsString();
  o.prefix_named = true;
  return std::nullopt;
}

Status ReadStep(Options& o, const std::string& name, const JsonValue& v) {
  if (v.AsUint())
    o.step = Text(*v.AsUint());
  else if (v.AsString() && !v.AsString()->empty())
    o.step = *v.AsString();
  else if (!v.is_null())
    return Bad(name, "must be a whole number or the name of a step");
  return std::nullopt;
}

Status ReadGeneration(Options& o, const std::string& name, const JsonValue& v) {
  if (!v.is_null() && v.AsUint().value_or(0) == 0)
    return Bad(name, "must be a whole number from 1");
  o.generation = v.AsUint();
  return std::nullopt;
}

Status ReadUpdate(Options& o, const std::string& name, const JsonValue& v) {
  if (v.is_null()) return std::nullopt;
  for (const auto& [word, update] :
       {std::pair("ask", Update::kAsk), std::pair("keep", Update::kKeep),
        std::pair("drop", Update::kDrop)})
    if (v.AsString() && *v.AsString() == word) o.update = update;
  if (o.update == Update::kNo) return Bad(name, "must be ask, keep or drop");
  return std::nullopt;
}

Status ReadFingerprint(Options& o, const std::string& name, const JsonValue& v) {
  if (v.is_null()) return std::nullopt;
  o.fingerprint = v.AsString() ? ParseFingerprint(*v.AsString()) : std::nullopt;
  if (!o.fingerprint) return Bad(name, "must be leafsum1: and 64 hex digits in lower case");
  return std::nullopt;
}

// Members that are more than a value of one type.
struct Reader {
  std::string_view name;
  Status (*read)(Options&, const std::string&, const JsonValue&);
};
constexpr Reader kReaders[] = {{"command", ReadCommand},
                               {"algorithms", ReadAlgorithms},
                               {"renames", ReadRenames},
                               {"reads", ReadReadRequests},
                               {"sample", ReadSample},
                               {"resumed", ReadResumed},
                               {"sums", ReadSums},
                               {"signature", ReadSignature},
                               {"bundle", ReadBundle},
                               {"findings", ReadFindings},
                               {"item", ReadItem},
                               {"lock_name", ReadLockName},
                               {"prefix", ReadPrefix},
                               {"step", ReadStep},
                               {"generation", ReadGeneration},
                               {"update", ReadUpdate},
                               {"fingerprint", ReadFingerprint}};

// Reads one member; returns what is wrong with it, if anything.
Status Read(Options& o, const std::string& name, const JsonValue& v) {
  for (const auto& flag : kFlags) {
    if (name != flag.name) continue;
    auto b = v.AsBool();
    if (!b) return Bad(name, "must be true or false");
    o.*flag.member = *b;
    return std::nullopt;
  }
  for (const auto& number : kNumbers) {
    if (name != number.name) continue;
    auto n = v.AsUint();
    if (!n) return Bad(name, "must be a whole number of bytes");
    o.*number.member = *n;
    return std::nullopt;
  }
  for (const auto& texts : kTexts) {
    if (name != texts.name) continue;
    auto list = v.AsStringArray();
    if (!list) return Bad(name, "must be a list of texts");
    o.*texts.member = std::move(*list);
    return std::nullopt;
  }
  for (const Reader& reader : kReaders)
    if (name == reader.name) return reader.read(o, name, v);
  return Bad(name, "no such option");
}

}  // namespace

bool IsIncluded(const Options& o, std::string_view item, const std::vector<std::string>& key_path) {
  bool is = o.include.empty();
  for (const std::string& pattern : o.include) is = is || orbax::Matches(pattern, item, key_path);
  for (const std::string& pattern : o.exclude) is = is && !orbax::Matches(pattern, item, key_path);
  return is;
}

Result<Options> ParseOptions(Bytes json) {
  auto document = ParseJson(json);
  if (!document) return document.error().Prefixed("options");
  const JsonValue::Object* object = document->root.AsObject();
  if (!object) return Error{ErrorCode::kInvalid, "options: must be an object", {}, "", ""};
  Options options;
  for (const auto& [name, value] : *object)
    if (Status bad = Read(options, name, value)) return *bad;
  if (options.step && options.all_steps)
    return Error{ErrorCode::kInvalid, "a step and all steps: choose one", {}, "", ""};
  if (options.update == Update::kNo) return options;
  if (options.step || options.item || !options.include.empty() || !options.exclude.empty())
    return Error{ErrorCode::kInvalid,
                 "an update is of every step and leaf: leave out --step, --item, --include and "
                 "--exclude",
                 {},
                 "",
                 ""};
  options.all_steps = true;
  return options;
}

}  // namespace leafsum::plan
