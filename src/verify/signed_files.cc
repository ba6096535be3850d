#include "verify/signed_files.h"

#include <algorithm>

#include "base/text.h"
#include "report/printable.h"

namespace leafsum::verify {
namespace {

using plan::FileState;
using plan::LeafPlan;
using report::Code;
using report::Finding;

// Calls `fn(file)` for every file that holds bytes of the leaf; files come in runs.
template <class Fn>
void EachFile(const plan::ItemScan& item, const LeafPlan& leaf, Fn&& fn) {
  uint32_t last = content::kInlineChunk;
  for (const content::ChunkRef& chunk : leaf.chunks) {
    if (chunk.file != content::kInlineChunk && chunk.file != last) fn(chunk.file);
    last = chunk.file;
  }
  if (leaf.raw_file) fn(*leaf.raw_file);
  if (leaf.in_msgpack && item.msgpack.reader) fn(item.msgpack.file);
}

FileState StateOf(const plan::Context& context, uint32_t file) {
  const auto& states = context.signed_files.states;
  return file < states.size() ? states[file] : FileState::kUnsigned;
}

bool HasContent(const LeafPlan& leaf) {
  return leaf.state == LeafPlan::State::kPlanned || leaf.state == LeafPlan::State::kRead;
}

// The first file that says where leaves lie and is not signed.
std::optional<uint32_t> UnprovedStructure(const plan::Context& context) {
  const std::vector<uint8_t> structural =
      context.scans[0].coverage.Holds({plan::ByteClass::kStructural});
  for (uint32_t file = 0; file < structural.size(); ++file)
    if (structural[file] && StateOf(context, file) != FileState::kProved) return file;
  return std::nullopt;
}

// The first file of the leaf that is not signed; nothing if it has none.
std::optional<uint32_t> UnprovedFile(const plan::Context& context, const plan::ItemScan& item,
                                     const LeafPlan& leaf) {
  std::optional<uint32_t> found;
  EachFile(item, leaf, [&](uint32_t file) {
    if (!found && StateOf(context, file) != FileState::kProved) found = file;
  });
  return found;
}

Finding LeftOut(const plan::Context& context, const evidence::FileManifest& manifest,
                uint32_t file) {
  const std::string_view path = context.scans[0].files.path(file);
  const std::string_view rule = manifest.IgnoredBy(path);
  Finding f = plan::MakeFinding(
      Code::kSkipped,
      rule.empty() ? Text("leaves depend on this file, and the signature does not vouch for it")
                   : Text("leaves depend on this file, and the signature leaves it out: its rule ",
                          report::Clipped(rule),
                          " ignores it. Whoever wants these values proved needs a "
                          "signature over them, or a lockfile"));
  f.file = path;
  return f;
}

}  // namespace

void ReportDifferences(plan::Context& context) {
  plan::Scan& scan = context.scans[0];
  plan::SignedFiles& result = context.signed_files;
  if (result.differences.empty()) return;
  std::map<uint32_t, std::pair<const Finding*, bool>> by_file;  // whether a leaf has it
  for (const Finding& f : result.differences)
    if (const auto id = scan.files.Find(*f.file)) by_file[*id] = {&f, false};
  for (plan::ItemScan& item : scan.items) {
    for (LeafPlan& leaf : item.leaves) {
      EachFile(item, leaf, [&](uint32_t file) {
        const auto at = by_file.find(file);
        if (at == by_file.end()) return;
        at->second.second = true;
        leaf.in_other_file = true;
        context.Add(scan, item, leaf, *at->second.first);
      });
    }
  }
  const std::vector<uint8_t> structural = scan.coverage.Holds({plan::ByteClass::kStructural});
  for (auto& [file, said] : by_file) {
    if (said.second) continue;
    Finding f = *said.first;
    if (file < structural.size() && structural[file])
      f.message += "; it says which leaves there are, or where their values lie";
    context.Add(scan, std::move(f));
  }
  result.differences.clear();
}

void ProveLeaves(plan::Context& context, const evidence::FileManifest& manifest) {
  const std::optional<uint32_t> structure = UnprovedStructure(context);
  std::vector<uint8_t> said(context.scans[0].files.count());
  const auto say = [&](uint32_t file) {
    const FileState state = StateOf(context, file);
    if (file >= said.size() || said[file] || state != FileState::kUnsigned) return;
    said[file] = true;
    context.Add(context.scans[0], LeftOut(context, manifest, file));
  };
  for (plan::ItemScan& item : context.scans[0].items) {
    for (LeafPlan& leaf : item.leaves) {
      if (!HasContent(leaf) || leaf.left_out) continue;
      const std::optional<uint32_t> file =
          structure ? structure : UnprovedFile(context, item, leaf);
      leaf.state = file ? LeafPlan::State::kNotRead : LeafPlan::State::kRead;
      if (file) say(*file);
    }
  }
}

uint64_t CountProved(const plan::Context& context) {
  if (UnprovedStructure(context)) return 0;
  uint64_t count = 0;
  for (const plan::ItemScan& item : context.scans[0].items)
    for (const LeafPlan& leaf : item.leaves)
      count += HasContent(leaf) && !leaf.left_out && !UnprovedFile(context, item, leaf);
  return count;
}

}  // namespace leafsum::verify
