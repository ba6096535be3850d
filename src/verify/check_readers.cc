#include "verify/check_readers.h"

#include "base/text.h"
#include "readers/source.h"

namespace leafsum::verify {
namespace {

using report::Code;
using report::Finding;

readers::SourceView ViewOf(const plan::Context& context, const plan::Scan& scan) {
  readers::SourceView view{scan.listing,
                           scan.layout,
                           scan.saved.documents,
                           scan.saved.journals,
                           context.options.step.has_value(),
                           context.options.prefix_named};
  for (const Link& link : scan.links)
    if (link.followed && link.path.find('/') == link.path.npos)
      view.links.emplace(link.path, link.target);
  return view;
}

Finding DivergenceOf(const readers::Divergence& divergence) {
  Finding f = plan::MakeFinding(
      Code::kReaderDivergence, Text(divergence.reader, " would take ", divergence.takes,
                                    "; leafsum hashed ", divergence.hashed, ": ", divergence.cure));
  if (!divergence.place.empty()) f.file = divergence.place;
  f.expected = divergence.hashed;
  f.actual = divergence.takes;
  return f;
}

void NewerStep(plan::Context& context, plan::Scan& scan, const std::string& newer) {
  scan.newer_step = newer;
  if (context.options.step) return;  // the headline names the step that was asked for
  const std::string read = scan.layout.chosen->Name();
  Finding f = plan::MakeFinding(
      Code::kNewerStep,
      Text("step ", read, " was read; ", newer,
           " is newer, was not compared, and is what CheckpointManager.latest_step() restores: "
           "compare it too, or name one step with --step"));
  f.file = newer;
  f.expected = read;
  f.actual = newer;
  context.Add(scan, std::move(f));
}

}  // namespace

void CheckReaders(plan::Context& context, plan::Scan& scan) {
  readers::Judgement judgement = readers::Judge(ViewOf(context, scan));
  // The other source of a comparison is read as a source, wherever it lies, so its marks are
  // explained.
  const std::vector<std::string>& nested = context.options.nested;
  const std::string own = scan.source < nested.size() ? nested[scan.source] : "";
  for (const readers::Divergence& divergence : judgement.divergences)
    if (own.empty() || !divergence.place.starts_with(own))
      context.Add(scan, DivergenceOf(divergence));
  if (judgement.newer_step) NewerStep(context, scan, *judgement.newer_step);
  for (const auto& [item, type] : judgement.unknown_handlers) {
    Finding f = plan::MakeFinding(Code::kUnsupported,
                                  "item_handlers in _CHECKPOINT_METADATA names a class that is not "
                                  "Orbax's own: what it restores from this item is unknown");
    f.item = item->name;
    f.actual = type;
    context.Add(scan, std::move(f));
  }
  for (const auto& [item, mark] : judgement.lost_trees) {
    Finding f = plan::MakeFinding(Code::kMissingFile,
                                  Text("_METADATA is missing beside ", mark,
                                       ", which only Orbax writes: every reader of Orbax "
                                       "refuses this checkpoint. Copy the file from "
                                       "the origin"));
    f.item = item->name;
    f.file = item->directory + "_METADATA";
    context.Add(scan, std::move(f));
  }
}

std::string AutoJson(const plan::Scan& scan) {
  const readers::AutoItem item =
      readers::AutoOf({scan.listing, scan.layout, scan.saved.documents, scan.saved.journals});
  const auto text = [](const std::optional<std::string>& name) {
    return name ? JsonString(*name) : "null";
  };
  return Text("{\"orbax_0_11_37\":", text(item.orbax_0_11_37),
              ",\"orbax_0_12_8\":", text(item.orbax_0_12_8), '}');
}

std::string ReadersJson(const plan::Context& context, const plan::Scan& scan) {
  std::string out = "[";
  for (const readers::ReaderRow& row : readers::Describe(ViewOf(context, scan))) {
    if (out.size() > 1) out += ',';
    out +=
        Text("{\"checkpoint\":", JsonString(row.checkpoint), ",\"reader\":", JsonString(row.reader),
             ",\"versions\":", JsonString(row.versions), ",\"takes\":[");
    for (const std::string& take : row.takes)
      out += (out.back() == '[' ? "" : ",") + JsonString(take);
    out += Text("],\"raises\":", row.raises.empty() ? "null" : JsonString(row.raises), '}');
  }
  return out + ']';
}

}  // namespace leafsum::verify
