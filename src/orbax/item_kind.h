// Decides whether a directory is an item, and of which kind (contract §10.9).
#pragma once

#include <optional>
#include <string>

#include "orbax/layout.h"
#include "orbax/listing_index.h"

namespace leafsum::orbax {

struct Classified {
  ItemKind kind = ItemKind::kPyTree;
  std::string file;  // kMsgpack, kJson, kProto: the name of the one file in the directory
};

// The first kind that fits; nothing if the directory is not an item.
std::optional<Classified> ClassifyItem(const ListingIndex& index, const std::string& directory);

}  // namespace leafsum::orbax
