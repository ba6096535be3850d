// replay_runs DIRECTORY: tells the native core what record.mjs kept of each run of the JavaScript
// tests, and wants the report, or the error, that the module of the package gave. Answers are found
// by what they are about: the native core may ask in another order.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/text.h"
#include "base/text_arena.h"
#include "hash/sha256.h"
#include "report/report.h"
#include "verify/verifier.h"

namespace {

namespace fs = std::filesystem;
using namespace leafsum;

struct Answer {
  char letter = 'a';  // 'a' bytes, 't' u64: too large, 'f' failure NUL why
  std::string payload;
};

struct Run {
  std::string options;
  std::vector<std::string> pages;  // a byte: the source; then src/bindings/README.md
  std::string evidence;            // a byte: it came with the source; then the lockfile
  std::map<std::string, std::deque<Answer>> answers;
  std::string conclusion, report, error;
};

std::string Owned(Bytes bytes) { return std::string(AsText(bytes)); }

bool Parse(Bytes bytes, Run& run) {
  ByteReader reader(bytes);
  std::string key;
  while (reader.ok() && reader.remaining() > 0) {
    const char letter = static_cast<char>(reader.U8());
    std::string payload = Owned(reader.Take(reader.U32Le()));
    switch (letter) {
      case 'o':
        run.options = std::move(payload);
        break;
      case 'l':
        run.pages.push_back(std::move(payload));
        break;
      case 'e':
        run.evidence = std::move(payload);
        break;
      case 'c':
        run.conclusion = std::move(payload);
        break;
      case 'r':
        run.report = std::move(payload);
        break;
      case 'x':
        run.error = std::move(payload);
        break;
      case 'q':
        key = std::move(payload);
        break;
      case 'a':
      case 't':
      case 'f':
        run.answers[key].push_back({letter, std::move(payload)});
        break;
      default:
        return false;
    }
  }
  return reader.ok();
}

// As src/bindings/verifier.cc takes pages.
class Listings {
 public:
  explicit Listings(verify::Verifier& verifier) : verifier_(verifier) {}
  void Add(Bytes page) {
    ByteReader head(page);
    const uint32_t source = head.U8(), count = head.U32Le(), left = head.U32Le();
    ByteReader lengths(head.Take(uint64_t{count} * 4)), sizes(head.Take(uint64_t{count} * 8)),
        kinds(head.Take(count));
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t size = sizes.U64Le();
      const uint8_t kind = kinds.U8();
      AddRow(kind, size, AsText(head.Take(lengths.U32Le())));
    }
    if (left > count) return;
    verifier_.SetListing(source, std::move(listing_), std::move(links_), std::move(texts_));
    listing_ = {};
    links_ = {};
    texts_ = {};
  }

 private:
  void AddRow(uint8_t kind, uint64_t size, std::string_view text) {
    if (kind < 2) {
      listing_.push_back({texts_.Keep(text), size,
                          kind == 1 ? FileEntry::Kind::kDirectory : FileEntry::Kind::kFile});
      return;
    }
    const size_t end = text.find('\0');
    Link link;
    link.path = text.substr(0, end);
    if (end != text.npos) link.target = text.substr(end + 1);
    link.to_directory = kind != 2;
    link.followed = kind == 4;
    if (!link.followed)
      listing_.push_back({texts_.Keep(link.path), 0, FileEntry::Kind::kSymlink, link.to_directory});
    links_.push_back(std::move(link));
  }

  verify::Verifier& verifier_;
  std::vector<FileEntry> listing_;
  std::vector<Link> links_;
  TextArena texts_;
};

std::string KeyOf(const Ask& ask) {
  if (ask.kind == AskKind::kJob) return std::string("job\0", 4) + Owned(ask.input);
  std::string key = ask.kind == AskKind::kSize ? "size" : "read";
  const auto add = [&](const std::string& part) { (key += '\0') += part; };
  add(std::to_string(ask.source));
  add(ask.path);
  add(ask.range ? std::to_string(ask.range->offset) : "");
  add(ask.range ? std::to_string(ask.range->length) : "");
  return key;
}

// False where the run has no such answer.
bool Feed(verify::Verifier& verifier, const Ask& ask, Run& run) {
  if (ask.kind == AskKind::kDigest) {
    verifier.Feed(ask.id, hash::Sha256Of(ask.input));
    return true;
  }
  const auto it = run.answers.find(KeyOf(ask));
  if (it == run.answers.end()) return false;
  const Answer answer = it->second.front();
  if (it->second.size() > 1) it->second.pop_front();
  const std::string& text = answer.payload;
  if (answer.letter == 't') {
    verifier.TooLarge(ask.id, ByteReader(AsBytes(text)).U64Le());
  } else if (answer.letter == 'f') {
    const std::string kind = text.substr(0, text.find('\0'));
    verifier.Fail(ask.id,
                  kind == "missing"   ? Failure::kMissing
                  : kind == "changed" ? Failure::kChanged
                                      : Failure::kUnreadable,
                  text.substr(kind.size() + 1));
  } else {
    verifier.Feed(ask.id, AsBytes(text));
  }
  return true;
}

// JavaScript has U+FFFD in place of what is not UTF-8.
std::string Shown(const std::string& text) {
  const auto bad = FirstBadUtf8(text);
  return bad ? text.substr(0, *bad) : text;
}
bool IsSame(const std::string& native, const std::string& kept) {
  return kept == native || (!IsUtf8(native) && kept.starts_with(Shown(native)));
}

// "" where the core says what it said.
std::string Judge(Run& run) {
  verify::Verifier verifier(AsBytes(run.options));
  Listings listings(verifier);
  for (const std::string& page : run.pages) listings.Add(AsBytes(page));
  if (!run.evidence.empty())
    verifier.SetEvidence(AsBytes(run.evidence).subspan(1), run.evidence[0] != 0);
  while (verifier.error().empty() && !verifier.Done()) {
    for (const Ask& ask : verifier.Poll(128 << 20))
      if (!Feed(verifier, ask, run)) return "it asks for more: " + KeyOf(ask).substr(0, 200);
  }
  if (!run.error.empty() || !verifier.error().empty())
    return IsSame(verifier.error(), run.error) ? "" : "another error: " + verifier.error();
  if (!run.conclusion.empty()) verifier.Conclude(AsBytes(run.conclusion));
  const std::string report = report::ToJson(verifier.report());
  return report == run.report ? "" : "another report:\n" + report + "\n  and not\n" + run.report;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  if (argc == 2)
    for (const auto& entry : fs::directory_iterator(argv[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  size_t differ = 0;
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    Run run;
    const std::string problem =
        Parse(AsBytes(bytes), run) ? Judge(run) : std::string("not a run of record.mjs");
    if (problem.empty()) continue;
    ++differ;
    std::fprintf(stderr, "%s: %s\n", path.c_str(), problem.c_str());
  }
  std::printf("%zu runs, %zu differ\n", files.size(), differ);
  return files.empty() || differ > 0 ? 1 : 0;
}
