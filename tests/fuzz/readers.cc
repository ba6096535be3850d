// The table of readers: what each of Orbax's and Flax's entry points takes of a source, from a
// listing and the documents in it.
//
// The input is lines. The first: step, prefix, name of the source, a comma between. Then paths:
//     a/b                            a file
//     a/b/                           a directory
//     a/b@  a/b@c                    a link that is not followed; one to a directory that is: c
//     a/_CHECKPOINT_METADATA {...}   a file with its content; so _CHECKPOINT_DELETION
#include <algorithm>
#include <map>

#include "base/sort.h"
#include "base/text_arena.h"
#include "fuzz/fuzz.h"
#include "orbax/layout.h"
#include "readers/closed_world.h"
#include "readers/companion.h"
#include "readers/links.h"
#include "readers/source.h"

namespace leafsum::fuzz {
namespace {

struct Source {
  TextArena texts;
  std::vector<FileEntry> listing;
  orbax::LayoutOptions options;
  std::map<std::string, orbax::CheckpointMetadata> documents;
  std::map<std::string, std::vector<std::string>> journals;
  std::map<std::string, std::string> links;
};

std::string_view Cut(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

void AddDocument(Source& source, std::string_view path, std::string_view content) {
  const size_t slash = path.rfind('/');
  const std::string directory(path.substr(0, slash == path.npos ? 0 : slash + 1));
  if (path.ends_with("_CHECKPOINT_METADATA")) {
    if (const auto metadata = orbax::ParseCheckpointMetadata(AsBytes(content)))
      source.documents[directory] = *metadata;
  } else if (path.ends_with("_CHECKPOINT_DELETION")) {
    if (const auto journal = orbax::ParseDeletionJournal(AsBytes(content)))
      source.journals[directory] = *journal;
  }
}

void AddLine(Source& source, std::string_view line) {
  FileEntry entry;
  const std::string_view path = Cut(line, ' ');
  std::string_view name = path.substr(0, std::min(path.find('@'), path.size()));
  if (name.size() < path.size()) {
    entry.kind = FileEntry::Kind::kSymlink;
    const std::string_view target = path.substr(name.size() + 1);
    entry.to_directory = !target.empty();
    if (!target.empty() && name.find('/') == name.npos)
      source.links[std::string(name)] = std::string(target);
  } else if (name.ends_with('/')) {
    entry.kind = FileEntry::Kind::kDirectory;
    name.remove_suffix(1);
  } else {
    entry.size = 1 + line.size();
    AddDocument(source, name, line);
  }
  if (name.empty()) return;
  entry.path = source.texts.Keep(name);
  source.listing.push_back(entry);
}

Source ReadSource(std::string_view text) {
  Source source;
  std::string_view first = Cut(text, '\n');
  if (const auto step = Cut(first, ','); !step.empty()) source.options.step = std::string(step);
  if (const auto prefix = Cut(first, ','); !prefix.empty()) {
    source.options.prefix = std::string(prefix);
    source.options.prefix_named = true;
  }
  source.options.source_name = std::string(first);
  source.options.all_steps = source.options.step == "*";
  if (source.options.all_steps) source.options.step.reset();
  while (!text.empty()) AddLine(source, Cut(text, '\n'));
  // A host gives each path once.
  StableSort(source.listing,
             [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  source.listing.erase(
      std::unique(source.listing.begin(), source.listing.end(),
                  [](const FileEntry& a, const FileEntry& b) { return a.path == b.path; }),
      source.listing.end());
  return source;
}

bool IsDirectory(const std::string& text) { return text.empty() || text.ends_with('/'); }

void CheckLayout(const orbax::Layout& layout, const orbax::LayoutOptions& options) {
  for (size_t i = 0; i < layout.items.size(); ++i) {
    const auto& item = layout.items[i];
    FUZZ_CHECK(IsDirectory(item.directory));
    FUZZ_CHECK(i == 0 || layout.items[i - 1].name <= item.name);
  }
  for (size_t i = 1; i < layout.steps.size(); ++i) {
    const auto &a = layout.steps[i - 1], &b = layout.steps[i];
    if (a.file.empty() && b.file.empty())
      FUZZ_CHECK(!orbax::NumberLess(orbax::Significant(b.digits), orbax::Significant(a.digits)));
  }
  FUZZ_CHECK(!layout.chosen || layout.is_root);
  FUZZ_CHECK(!(options.all_steps && layout.chosen));
}

}  // namespace

void Run(Bytes input) {
  const Source source = ReadSource(AsText(input));
  const auto layout = orbax::FindLayout(source.listing, source.options);
  CheckLayout(layout, source.options);
  const orbax::ListingIndex index(source.listing);
  const readers::SourceView view{source.listing,
                                 layout,
                                 source.documents,
                                 source.journals,
                                 source.options.step.has_value(),
                                 source.options.prefix_named,
                                 source.links};
  const auto judgement = readers::Judge(view);
  const auto again = readers::Judge(view);
  FUZZ_CHECK(judgement.divergences.size() == again.divergences.size());
  FUZZ_CHECK(judgement.newer_step == again.newer_step);
  for (const auto& divergence : judgement.divergences) FUZZ_CHECK(!divergence.reader.empty());
  const auto is_item = [&](const auto& row) {
    FUZZ_CHECK(row.first >= layout.items.data() &&
               row.first < layout.items.data() + layout.items.size());
  };
  for (const auto& row : judgement.unknown_handlers) is_item(row);
  for (const auto& row : judgement.lost_trees) is_item(row);
  for (const auto& row : readers::Describe(view)) {
    FUZZ_CHECK(!row.reader.empty());
    FUZZ_CHECK(row.takes.empty() || row.raises.empty());
  }
  (void)readers::AutoOf(view);
  std::vector<readers::ReadItem> items;
  for (const auto& item : layout.items)
    items.push_back({&item, item.name.size() % 2 == 0, item.name.size() % 3 == 0});
  for (const auto& mark : readers::UnreadMarks(source.listing, index, layout, items))
    FUZZ_CHECK(!mark.place.empty());
  (void)readers::UnreadFlaxFiles(source.listing, layout);
  const readers::LinkRoles roles(layout, !source.documents.empty());
  for (const auto& entry : source.listing) {
    if (entry.kind == FileEntry::Kind::kSymlink) (void)roles.RoleOf(entry);
    const bool companion = readers::IsCompanion(entry.path, entry.kind == FileEntry::Kind::kFile);
    FUZZ_CHECK(companion || readers::CompanionDirectory(entry.path).empty());
  }
}

}  // namespace leafsum::fuzz
