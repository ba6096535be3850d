#include "ocdbt/version_array.h"

#include <string>

#include "base/limits.h"
#include "base/text.h"

namespace leafsum::ocdbt {
namespace {

// Every reference carries its file's name, and a name may have 64 KiB, so the bytes are counted
// before copying.
template <class T>
void NameFiles(ByteReader& r, const VersionArrayContext& context,
               const std::vector<DataLocation>& locations, std::vector<T>& out,
               IndirectDataReference T::* field) {
  if (!r.ok()) return;
  const std::vector<DataFileId> files = context.files->Expand(context.transitive_path);
  uint64_t bytes = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const DataFileId& file = files[static_cast<size_t>(locations[i].file)];
    bytes += file.base_path.size() + file.relative_path.size();
    if (bytes > kMaxTablePathBytes) {
      r.Fail(ErrorCode::kLimit, "the references have too many bytes of paths",
             AtMostBytes(kMaxTablePathBytes), "more");
      return;
    }
    out[i].*field = {file, locations[i].offset, locations[i].length};
  }
}

template <class T>
void CheckIncreasing(ByteReader& r, const std::vector<T>& entries, uint64_t T::* field,
                     const char* what) {
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].*field <= entries[i - 1].*field)
      r.Fail(ErrorCode::kInvalid, Text(what, " is not strictly increasing"),
             Text("more than ", entries[i - 1].*field), Text(entries[i].*field));
}

// Checks the numbers of generations: not zero, strictly increasing, and low enough for a version
// tree whose height fits 64 bits.
template <class T>
void CheckGenerations(ByteReader& r, const std::vector<T>& entries, unsigned arity_log2) {
  const unsigned whole = arity_log2 * (63 / arity_log2);
  const uint64_t max = (uint64_t{1} << whole) + (uint64_t{1} << arity_log2);
  for (const auto& entry : entries) {
    if (entry.generation_number == 0) r.Fail(ErrorCode::kInvalid, "generation_number is zero");
    if (entry.generation_number > max)
      r.Fail(ErrorCode::kInvalid,
             "generation_number exceeds the maximum of the version tree's arity",
             Text("at most ", max), Text(entry.generation_number));
  }
  CheckIncreasing(r, entries, &T::generation_number, "generation_number");
}

// `log2` is at most 63 wherever this is called.
uint64_t RoundDown(uint64_t value, unsigned log2) { return value >> log2 << log2; }

// Reads the columns that both forms of an interior array share.
std::vector<VersionNodeReference> DecodeColumns(ByteReader& r, const VersionArrayContext& context,
                                                size_t n) {
  std::vector<VersionNodeReference> nodes(n);
  for (auto& node : nodes) node.generation_number = r.Varint64();
  CheckGenerations(r, nodes, context.arity_log2);
  const auto locations = DecodeLocations(r, n, context.files->count(), MayBeMissing::kNo);
  NameFiles(r, context, locations, nodes, &VersionNodeReference::location);
  for (auto& node : nodes) node.num_generations = r.Varint64();
  for (auto& node : nodes) node.commit_time_nsecs = r.U64Le();
  return nodes;
}

// Five varints (generation, three numbers of the location, num_generations) and 8 bytes of commit
// time.
constexpr uint64_t kMinVersionNodeBytes = 13;

}  // namespace

std::vector<BtreeGenerationReference> DecodeVersions(ByteReader& r,
                                                     const VersionArrayContext& context) {
  // Generation, height, location and statistics take at least 8 bytes, the commit time 8 more.
  const uint64_t n = r.Count("num_versions", uint64_t{1} << context.arity_log2, 16);
  if (n == 0) r.Fail(ErrorCode::kInvalid, "num_versions is zero");
  if (!r.ok()) return {};

  std::vector<BtreeGenerationReference> versions(static_cast<size_t>(n));
  for (auto& v : versions) v.generation_number = r.Varint64();
  CheckGenerations(r, versions, context.arity_log2);
  const uint64_t first = versions.front().generation_number;
  const uint64_t last = versions.back().generation_number;
  if (r.ok() && first <= RoundDown(last - 1, context.arity_log2))
    r.Fail(ErrorCode::kInvalid, "generations are not in one block of the version tree",
           Text("more than ", RoundDown(last - 1, context.arity_log2)), Text(first));

  for (auto& v : versions) v.root_height = r.U8();
  const auto locations =
      DecodeLocations(r, versions.size(), context.files->count(), MayBeMissing::kYes);
  for (auto& v : versions) v.statistics.num_keys = r.Varint64();
  for (auto& v : versions) v.statistics.num_tree_bytes = r.Varint64();
  for (auto& v : versions) v.statistics.num_indirect_value_bytes = r.Varint64();
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!locations[i].IsMissing()) continue;
    if (versions[i].root_height != 0)
      r.Fail(ErrorCode::kInvalid, "empty tree with a root_height", "0",
             Text(versions[i].root_height));
    if (versions[i].statistics != BtreeNodeStatistics{})
      r.Fail(ErrorCode::kInvalid, "empty tree with statistics that are not zero");
  }
  for (auto& v : versions) v.commit_time_nsecs = r.U64Le();
  CheckIncreasing(r, versions, &BtreeGenerationReference::commit_time_nsecs, "commit_time");
  NameFiles(r, context, locations, versions, &BtreeGenerationReference::root);
  if (!r.ok()) return {};
  return versions;
}

std::vector<VersionNodeReference> DecodeManifestVersionNodes(ByteReader& r,
                                                             const VersionArrayContext& context,
                                                             uint64_t newest) {
  // At most one for each height, and a height is a byte.
  const uint64_t n = r.Count("num_children", 255, kMinVersionNodeBytes + 1);
  if (!r.ok()) return {};
  auto nodes = DecodeColumns(r, context, static_cast<size_t>(n));
  for (auto& node : nodes) node.height = r.U8();
  if (!r.ok()) return {};

  // Goes from the newest entry, which has the smallest height, to older ones. An entry of height h
  // covers (low, high]: high is where the smaller heights left off; low is high - 1 rounded down to
  // a whole node of height h + 1.
  const unsigned a = context.arity_log2;
  uint64_t high = RoundDown(newest - 1, a);
  unsigned height = 1;
  for (size_t i = nodes.size(); i-- > 0 && r.ok();) {
    const VersionNodeReference& node = nodes[i];
    if (node.height < height) {
      r.Fail(ErrorCode::kInvalid,
             i + 1 == nodes.size() ? "entry_height is zero"
                                   : "entry_height is not strictly decreasing",
             Text("at least ", height), Text(node.height));
      break;
    }
    if ((node.height + 1u) * a >= 64) {
      r.Fail(ErrorCode::kInvalid, "entry_height is too large for the version tree's arity",
             Text("at most ", 63 / a - 1), Text(node.height));
      break;
    }
    uint64_t low = high;
    for (; height <= node.height; ++height) {
      high = low;
      low = high == 0 ? 0 : RoundDown(high - 1, (height + 1) * a);
    }
    if (node.generation_number <= low || node.generation_number > high)
      r.Fail(ErrorCode::kInvalid,
             "generation_number of a version node is outside the range of its height",
             Text("(", low, ", ", high, "]"), Text(node.generation_number));
    high = low;
  }
  if (!r.ok()) return {};
  return nodes;
}

std::vector<VersionNodeReference> DecodeChildVersionNodes(ByteReader& r,
                                                          const VersionArrayContext& context,
                                                          uint8_t height) {
  const uint64_t n =
      r.Count("num_children", uint64_t{1} << context.arity_log2, kMinVersionNodeBytes);
  if (n == 0) r.Fail(ErrorCode::kInvalid, "num_children is zero");
  if (!r.ok()) return {};
  auto nodes = DecodeColumns(r, context, static_cast<size_t>(n));
  if (!r.ok()) return {};

  const unsigned child_log2 = context.arity_log2 * height;          // generations below one child
  const unsigned parent_log2 = context.arity_log2 * (height + 1u);  // below this node
  const uint64_t block = uint64_t{1} << child_log2;
  for (auto& node : nodes) {
    node.height = static_cast<uint8_t>(height - 1);
    // The numbers are strictly increasing, so no two multiples are in one block.
    if (node.generation_number % block != 0)
      r.Fail(ErrorCode::kInvalid, "generation_number of a child is not the end of a block",
             Text("a multiple of ", block), Text(node.generation_number));
    if (node.num_generations > block)
      r.Fail(ErrorCode::kInvalid, "num_generations exceeds the block", Text("at most ", block),
             Text(node.num_generations));
  }
  const uint64_t first = (nodes.front().generation_number - 1) >> parent_log2;
  const uint64_t last = (nodes.back().generation_number - 1) >> parent_log2;
  if (first != last)
    r.Fail(ErrorCode::kInvalid, "children are not in one block of the version tree", Text(first),
           Text(last));
  if (!r.ok()) return {};
  return nodes;
}

}  // namespace leafsum::ocdbt
