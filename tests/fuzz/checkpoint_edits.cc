#include "fuzz/checkpoint_edits.h"

#include <algorithm>

#include "codec/decoder.h"
#include "fuzz/checkpoint_blocks.h"
#include "fuzz/fuzz.h"
#include "support/encode.h"

namespace leafsum::fuzz {
namespace {

constexpr size_t kMaxEdits = 24;
constexpr size_t kMaxFile = 1 << 17;  // what edits make a file grow to

// Names that mean something to somebody, beside those that the checkpoint has.
constexpr const char* kNames[] = {"_METADATA",
                                  "_CHECKPOINT_METADATA",
                                  "_CHECKPOINT_DELETION",
                                  "_sharding",
                                  "_strings.json",
                                  "array_metadatas/process_0",
                                  "array_metadatas/process_1",
                                  "manifest.ocdbt",
                                  "manifest.0000000000000001",
                                  "ocdbt.process_0/manifest.ocdbt",
                                  "checkpoint",
                                  ".zarray",
                                  ".zgroup",
                                  "zarr.json",
                                  "0.0",
                                  "c/0",
                                  "c/0/0",
                                  "data.json",
                                  "metrics",
                                  "proto.pbtxt",
                                  "commit_success.txt",
                                  "leafsum.lock",
                                  "notes.txt",
                                  "7/_METADATA",
                                  "step_00000012/_CHECKPOINT_METADATA",
                                  "default/_METADATA",
                                  "state/_METADATA",
                                  "checkpoint_3",
                                  "d/0123456789abcdef",
                                  "a.orbax-checkpoint-tmp-1/_METADATA"};

using File = std::map<std::string, ByteVector>::iterator;

File Chosen(Files& files, size_t n) {
  return std::next(files.bytes.begin(), static_cast<std::ptrdiff_t>(n % files.bytes.size()));
}

// A known name, right in the source or beside `path`; or that of another file with one letter more.
std::string Name(Files& files, const std::string& path, size_t n) {
  const size_t known = std::size(kNames);
  const size_t slash = path.rfind('/');
  const std::string directory = slash == path.npos ? "" : path.substr(0, slash + 1);
  switch (n % 3) {
    case 0:
      return kNames[n / 3 % known];
    case 1:
      return directory + kNames[n / 3 % known];
    default:
      return Chosen(files, n / 3)->first + (n % 2 ? "" : "x");
  }
}

// `how` chooses between overwriting, inserting, cutting and flipping.
void Change(ByteVector& bytes, uint8_t how, size_t at, const ByteVector& data) {
  const size_t begin = bytes.empty() ? 0 : at % (bytes.size() + 1);
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(begin);
  switch (how % 4) {
    case 0:
      if (bytes.size() < begin + data.size()) bytes.resize(begin + data.size());
      std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin));
      break;
    case 1:
      bytes.insert(place, data.begin(), data.end());
      break;
    case 2:
      if (data.empty())
        bytes.resize(begin);
      else
        bytes.erase(place, place + static_cast<std::ptrdiff_t>(
                                       std::min<size_t>(data[0], bytes.size() - begin)));
      break;
    case 3:
      if (begin < bytes.size())
        bytes[begin] ^= static_cast<uint8_t>(1 << (data.empty() ? 0 : data[0] % 8));
      break;
  }
}

void ChangeChunk(ByteVector& file, const Edit& edit) {
  const auto content = codec::DecodeZstdFrame(file, kMaxFile);
  if (!content) return;
  ByteVector changed = *content;
  Change(changed, edit.how, edit.b, edit.data);
  file = test::ZstdOf(changed);
}

bool IsWord(uint8_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == '-' || c == '+';
}

void ChangeWord(ByteVector& file, size_t n, const ByteVector& data) {
  std::vector<std::pair<size_t, size_t>> words;
  for (size_t i = 0; i < file.size() && words.size() < 4096;) {
    const size_t begin = i;
    while (i < file.size() && IsWord(file[i])) ++i;
    if (i > begin)
      words.emplace_back(begin, i);
    else
      ++i;
  }
  if (words.empty()) return;
  const auto [begin, end] = words[n % words.size()];
  file.erase(file.begin() + static_cast<std::ptrdiff_t>(begin),
             file.begin() + static_cast<std::ptrdiff_t>(end));
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(begin), data.begin(), data.end());
}

}  // namespace

Program ReadProgram(Bytes input) {
  Choices choices(input);
  Program program;
  program.base = choices.U8();
  program.options = choices.U8();
  program.seed = choices.U8();
  while (!choices.empty() && program.edits.size() < kMaxEdits) {
    Edit edit;
    edit.kind = static_cast<EditKind>(choices.Below(static_cast<size_t>(EditKind::kCount)));
    edit.how = choices.U8();
    edit.a = choices.U16();
    edit.b = choices.U16();
    edit.data = ToVector(choices.Take(choices.U8()));
    program.edits.push_back(std::move(edit));
  }
  return program;
}

ByteVector WriteProgram(const Program& program) {
  ByteVector out = {program.base, program.options, program.seed};
  for (const Edit& edit : program.edits) {
    const uint16_t words[] = {edit.a, edit.b};
    out.push_back(static_cast<uint8_t>(edit.kind));
    out.push_back(edit.how);
    for (uint16_t word : words) {
      out.push_back(static_cast<uint8_t>(word));
      out.push_back(static_cast<uint8_t>(word >> 8));
    }
    out.push_back(static_cast<uint8_t>(edit.data.size()));
    out.insert(out.end(), edit.data.begin(), edit.data.end());
  }
  return out;
}

void Apply(const Edit& edit, Files& files) {
  if (files.bytes.empty()) return;
  const File file = Chosen(files, edit.a);
  if (file->second.size() > kMaxFile) return;
  switch (edit.kind) {
    case EditKind::kRemove:
      files.bytes.erase(file);
      return;
    case EditKind::kRename: {
      const std::string name = Name(files, file->first, edit.b);
      ByteVector bytes = std::move(file->second);
      files.bytes.erase(file);
      files.bytes[name] = std::move(bytes);
      return;
    }
    case EditKind::kCopy:
      files.bytes[Name(files, file->first, edit.b)] = ByteVector(file->second);
      return;
    case EditKind::kOverwrite:
      return Change(file->second, 0, edit.b, edit.data);
    case EditKind::kInsert:
      return Change(file->second, 1, edit.b, edit.data);
    case EditKind::kCut:
      return Change(file->second, 2, edit.b, {});
    case EditKind::kFlip:
      return Change(file->second, 3, edit.b, edit.data);
    case EditKind::kSplice: {
      const ByteVector& other = Chosen(files, edit.data.empty() ? 0 : edit.data[0])->second;
      const size_t begin = std::min<size_t>(edit.b, other.size());
      return Change(
          file->second, edit.how, edit.b,
          ToVector(Bytes(other).subspan(begin, std::min<size_t>(other.size() - begin, 4096))));
    }
    case EditKind::kBlock:
      return ChangeBlock(files.bytes, file->first, edit.b, [&edit](ByteVector& body) {
        Change(body, edit.how, edit.b / 8, edit.data);
      });
    case EditKind::kChunk:
      return ChangeChunk(file->second, edit);
    case EditKind::kWord:
      return ChangeWord(file->second, edit.b, edit.data);
    case EditKind::kUnreadable:
      files.unreadable.insert(file->first);
      return;
    case EditKind::kCount:
      return;
  }
}

}  // namespace leafsum::fuzz
