// A source is a closed world (design.md §11.2): wherever a directory has the mark of a checkpoint, either the mark was read as
// what it is, or a reader that is pointed there takes something that nobody hashed.
#pragma once

#include <string>
#include <vector>

#include "io/file_entry.h"
#include "orbax/layout.h"
#include "readers/divergence.h"

namespace leafsum::readers {

// What is known of an item once its tree and store were looked at.
struct ReadItem {
  const orbax::Item* item;
  bool ocdbt = false;        // its store is an OCDBT database
  bool plain = false;        // its store is one directory for each array
  bool reads_msgpack = false;  // the file `checkpoint` in it was read
};

// `listing` is sorted by path. Each directory is named once, by the first mark in it.
std::vector<Divergence> UnreadMarks(const std::vector<FileEntry>& listing, const orbax::Layout& layout,
                                    const std::vector<ReadItem>& items);

}  // namespace leafsum::readers
