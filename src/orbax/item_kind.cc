#include "orbax/item_kind.h"

#include <string_view>

#include "base/text.h"

namespace leafsum::orbax {
namespace {

bool HasZarrDocument(const ListingIndex& index, const std::string& directory) {
  return index.HasFile(directory + ".zarray") || index.HasFile(directory + ".zgroup") ||
         index.HasFile(directory + "zarr.json");
}

bool IsBareZarr(const ListingIndex& index, const std::string& directory) {
  if (index.HasFile(directory + "_CHECKPOINT_METADATA")) return false;
  if (HasZarrDocument(index, directory)) return true;
  for (std::string_view name : index.Subdirectories(directory))
    if (!IsSkippedName(name) && HasZarrDocument(index, Text(directory, name, "/"))) return true;
  return false;
}

}  // namespace

std::optional<Classified> ClassifyItem(const ListingIndex& index, const std::string& directory) {
  if (index.HasFile(directory + "_METADATA")) return Classified{ItemKind::kPyTree, ""};
  if (index.HasFile(directory + "checkpoint")) return Classified{ItemKind::kMsgpack, "checkpoint"};
  if (index.HasFile(directory + "manifest.ocdbt")) return Classified{ItemKind::kBareOcdbt, ""};
  if (IsBareZarr(index, directory)) return Classified{ItemKind::kBareZarr, ""};
  if (index.HasFile(directory + "proto.pbtxt")) return Classified{ItemKind::kProto, "proto.pbtxt"};
  std::optional<Classified> json;
  for (const char* name : {"data.json", "metadata", "metrics"}) {
    if (!index.HasFile(directory + name)) continue;
    if (json) return Classified{ItemKind::kAmbiguous, ""};
    json = Classified{ItemKind::kJson, name};
  }
  return json;
}

}  // namespace leafsum::orbax
