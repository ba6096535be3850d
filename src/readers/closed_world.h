// A source is a closed world (contract §11.2): wherever a directory has the mark of a checkpoint,
// either the mark was read as what it is, or a reader that is pointed there takes something that
// nobody hashed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "orbax/listing_index.h"
#include "readers/divergence.h"

namespace leafsum::readers {

// A file of this name makes a directory a checkpoint, or a part of one, to some reader.
bool IsMark(std::string_view name);

// What is known of an item once its tree and store were looked at.
struct ReadItem {
  const orbax::Item* item;
  bool ocdbt = false;  // its store is an OCDBT database
  bool plain = false;  // its store is one directory for each array
};

// `listing` is sorted by path, and `index` is its index. Each directory is named once, by the first
// mark in it.
std::vector<Divergence> UnreadMarks(const std::vector<FileEntry>& listing,
                                    const orbax::ListingIndex& index, const orbax::Layout& layout,
                                    const std::vector<ReadItem>& items);

// The files that are marks by the names that Flax gives alone: how they begin tells whether Flax
// restores anything of them (FileEntry::not_flax).
std::vector<std::string> UnreadFlaxFiles(const std::vector<FileEntry>& listing,
                                         const orbax::Layout& layout);

}  // namespace leafsum::readers
