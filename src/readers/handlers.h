// The classes of Orbax that `item_handlers` in `_CHECKPOINT_METADATA` names, and what each reads in
// a directory (formats §3.1, §3.2).
#pragma once

#include <cstdint>
#include <string_view>

namespace leafsum::readers {

enum class Handler : uint8_t {
  kPyTree,     // `_METADATA` or the msgpack file `checkpoint`
  kArray,      // the one array of the directory `checkpoint`
  kRandomKey,  // `jax_random_key/` or `np_random_key/`, each an item of its own
  kJson,       // `data.json`, `metadata` or `metrics`
  kProto,      // `proto.pbtxt`
  kNone,       // the member is missing, null or not a text
  kUnknown,    // a class that is not Orbax's own
};

// Takes the full name of the class, as written. Orbax has moved modules but never renamed the
// classes, so only the last part counts.
Handler ParseHandler(std::string_view type_name);
std::string_view HandlerName(Handler handler);  // "a tree", "JSON"

}  // namespace leafsum::readers
