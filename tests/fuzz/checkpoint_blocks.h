// Changes of OCDBT blocks in a checkpoint, after which checksums and references are right again.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/bytes.h"

namespace leafsum::fuzz {

// Changes the body of one of the blocks of file `path`, the `n`th modulo how many there are. A
// manifest is written anew; a node is put behind all others of its file, and whatever manifest has
// it as its root refers to the new one.
void ChangeBlock(std::map<std::string, ByteVector>& files, const std::string& path, size_t n,
                 const std::function<void(ByteVector&)>& change);

}  // namespace leafsum::fuzz
