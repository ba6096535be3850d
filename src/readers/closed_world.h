// A source is a closed world (contract §11.2): if a directory has the mark of a checkpoint, then
// either Leafsum read the mark for what it is, or a reader that is given this directory takes
// something that was not hashed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "orbax/listing_index.h"
#include "readers/divergence.h"

namespace leafsum::readers {

// Whether some reader takes a directory with a file of this name for a checkpoint or for a part of
// a checkpoint.
bool IsMark(std::string_view name);

// What is known of an item once its tree and store were read.
struct ReadItem {
  const orbax::Item* item;
  bool ocdbt = false;  // its store is an OCDBT database
  bool plain = false;  // its store has one directory for each array
};

// `listing` is sorted by path, and `index` is its index. Each directory is reported once, for its
// first mark.
std::vector<Divergence> UnreadMarks(const std::vector<FileEntry>& listing,
                                    const orbax::ListingIndex& index, const orbax::Layout& layout,
                                    const std::vector<ReadItem>& items);

// The files that are marks only by a name of Flax's. Their first bytes tell whether Flax restores
// anything from them (FileEntry::not_flax).
std::vector<std::string> UnreadFlaxFiles(const std::vector<FileEntry>& listing,
                                         const orbax::Layout& layout);

}  // namespace leafsum::readers
