// Arrays for tests of the readers: content by brute force, element by element, and the values that
// store it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "content/job.h"
#include "support/memory_source.h"
#include "support/random.h"

namespace leafsum::test {

struct ArrayForm {
  std::vector<uint64_t> shape;
  std::vector<uint64_t> chunk_shape;  // of the outer grid
  std::string type = "float32";
  zarr::CodecChain
      codecs;  // transpose, byte order, sharding, compression: as metadata would have it
  uint64_t absent_one_in = 0;  // chunks that are not stored; 0: all are
  uint64_t empty_one_in = 0;   // inner chunks without bytes
  uint64_t inline_one_in = 0;  // values in the task instead of in a file
  bool own_files = false;      // a file for each chunk; else all in one, in any order, with gaps
  bool gaps_in_shards = false;
  bool windowed_zstd = false;  // zstd frames with a window and no content size
};

// One stored value: a chunk, or a shard.
struct StoredValue {
  uint64_t index = 0;
  ByteVector bytes;
};

struct StoredArray {
  content::ArrayTask task;
  std::vector<std::string> files;
  MemorySource source;
  ByteVector content;               // what every reader must give
  std::vector<StoredValue> values;  // ascending by index
};

zarr::ArrayMetadata MetadataOf(const ArrayForm& form, Random& random);
// `change` may damage a value before it is put into a file.
StoredArray StoreArray(const ArrayForm& form, Random& random,
                       const std::function<void(StoredValue&)>& change = {});

ByteVector EncodeBytes(const codec::CodecSpecs& specs, ByteVector bytes, bool windowed_zstd);

}  // namespace leafsum::test
