#include "plan/walk_stage.h"

#include "base/checked.h"
#include "base/limits.h"
#include "base/text.h"

namespace leafsum::plan {

using report::Code;
using report::Finding;
using report::Severity;

WalkStage::WalkStage(Context& context) : ReadingStage(context) {
  checks_ = ChecksAll(context.options);
  for (size_t s = 0; s < context.scans.size(); ++s)
    for (size_t i = 0; i < context.scans[s].items.size(); ++i)
      if (!context.scans[s].items[i].failed) Start(s, i);
}

// Asks for the nodes that the walk wants next. If the listing already rules a node out, answers at
// once.
void WalkStage::WantNodes(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  for (;;) {
    const std::vector<ocdbt::NodeRead> reads = tree.walk->TakeReads();
    if (reads.empty()) break;
    for (const ocdbt::NodeRead& read : reads) {
      const std::string path = tree.directory + read.path;
      const auto size = scan.SizeOf(path);
      const bool may_exist = !size && !scan.listed;
      if (!size && !may_exist) {
        tree.walk->Fail(read.token, Error{ErrorCode::kMissing, "the file is missing", {}, "", ""});
      } else if (size && !RangeFits(read.offset, read.length, *size)) {
        tree.walk->Fail(read.token, Error{ErrorCode::kTruncated,
                                          "the file ends before the node does",
                                          {},
                                          Text(read.offset, " + ", ByteCount(read.length)),
                                          ByteCount(*size)});
      } else if (read.length > kMaxEncodedNode) {
        tree.walk->Fail(read.token, Error{ErrorCode::kLimit,
                                          "length in the reference",
                                          {},
                                          Text("at most ", kMaxEncodedNode),
                                          Text(read.length)});
      } else {
        wants_.push_back({tree_index, false, read});
        WantRange(scan, path, read.offset, read.length, wants_.size() - 1);
      }
    }
  }
  if (tree.walk->Done()) FinishTree(tree_index);
}

void WalkStage::OnRead(size_t tag, Bytes bytes) {
  const Want want = wants_[tag];
  Tree& tree = trees_[want.tree];
  if (want.manifest) {
    auto manifest = ocdbt::DecodeManifest(bytes);
    if (!manifest) return OnFailure(tag, manifest.error());
    return StartProcess(want.tree, *manifest);
  }
  if (bytes.size() == want.read.length) {
    tree.walk->Feed(want.read.token, bytes);
  } else {
    const auto size = context_.scans[tree.scan].SizeOf(tree.directory + want.read.path);
    tree.walk->Fail(want.read.token, ShortRead(size.has_value(), want.read.length, bytes.size()));
  }
  WantNodes(want.tree);
}

void WalkStage::OnFailure(size_t tag, Error error) {
  const Want want = wants_[tag];
  Tree& tree = trees_[want.tree];
  if (want.manifest) {
    Warn(tree, FindingOf(error, tree.directory + ocdbt::kManifestName));
    tree.merge->complete = false;
    return NextProcess(want.tree);
  }
  tree.walk->Fail(want.read.token, error);
  WantNodes(want.tree);
}

// No leaf depends on a process database, so a problem of one is a warning.
void WalkStage::Warn(const Tree& tree, Finding finding) {
  if (finding.severity == Severity::kError) finding.severity = Severity::kWarning;
  finding.message = "a process's own database, which no reader needs: " + finding.message;
  Scan& scan = context_.scans[tree.scan];
  context_.Add(scan, scan.items[tree.item], std::move(finding));
}

void WalkStage::FinishTree(size_t tree_index) {
  Tree& tree = trees_[tree_index];
  Scan& scan = context_.scans[tree.scan];
  ItemScan& item = scan.items[tree.item];
  const std::string& dir = tree.directory;
  for (ocdbt::Problem& problem : tree.walk->TakeProblems()) {
    Finding f = FindingOf(problem.error, problem.hostile_path ? std::string() : dir + problem.path);
    f.offset = problem.offset;
    if (problem.hostile_path) {
      f.code = Code::kHostilePath;
      f.severity = Severity::kError;
    } else if (problem.statistics) {
      // A warning: no value depends on the sums (formats §1.7, contract §5).
      f.code = Code::kStatisticsMismatch;
      f.severity = Severity::kWarning;
    }
    if (tree.process)
      Warn(tree, std::move(f));
    else
      context_.Add(scan, item, std::move(f));
  }
  for (const ocdbt::NodeRange& node : tree.walk->nodes())
    if (auto id = scan.files.Find(dir + node.path))
      scan.coverage.Mark(*id, node.offset, node.length, ByteClass::kStructural);
  const bool complete = tree.walk->complete();
  tree.walk.reset();
  if (tree.process) {
    tree.merge->complete &= complete && !tree.process->Seal();
    CompareProcess(tree);
    return NextProcess(tree_index);
  }
  Seal(scan, item);
  item.walked.complete = item.walked.read && complete;
  if (checks_ && item.walked.complete) StartMerge(tree_index);
}

void WalkStage::Seal(Scan& scan, ItemScan& item) {
  if (Status bad = item.store.Seal()) {
    context_.Add(scan, item, FindingOf(*bad, item.item.directory + ocdbt::kManifestName));
    item.failed = true;
    return;
  }
  item.walked.read = true;
}

}  // namespace leafsum::plan
