#include "readers/handlers.h"

namespace leafsum::readers {
namespace {

struct Row {
  std::string_view name;
  Handler handler;
};

constexpr Row kRows[] = {
    {"PyTreeCheckpointHandler", Handler::kPyTree},
    {"BasePyTreeCheckpointHandler", Handler::kPyTree},
    {"StandardCheckpointHandler", Handler::kPyTree},
    {"PyTreeHandler", Handler::kPyTree},
    {"StatefulCheckpointableHandler",
     Handler::kPyTree},  // v1 reads a tree if the caller gives no object
    {"ArrayCheckpointHandler", Handler::kArray},
    {"JaxRandomKeyCheckpointHandler", Handler::kRandomKey},
    {"NumpyRandomKeyCheckpointHandler", Handler::kRandomKey},
    {"JsonCheckpointHandler", Handler::kJson},
    {"JsonHandler", Handler::kJson},
    {"MetricsHandler", Handler::kJson},
    {"ProtoCheckpointHandler", Handler::kProto},
    {"ProtoHandler", Handler::kProto},
};

}  // namespace

Handler ParseHandler(std::string_view type_name) {
  if (type_name.empty()) return Handler::kNone;
  // A class of the user's own may read anything, so it is `unsupported` (contract §11.2).
  if (!type_name.starts_with("orbax.checkpoint.")) return Handler::kUnknown;
  const std::string_view name = type_name.substr(type_name.rfind('.') + 1);
  for (const Row& row : kRows)
    if (row.name == name) return row.handler;
  return Handler::kUnknown;
}

std::string_view HandlerName(Handler handler) {
  switch (handler) {
    case Handler::kPyTree:
      return "a tree";
    case Handler::kArray:
      return "one array";
    case Handler::kRandomKey:
      return "a random key";
    case Handler::kJson:
      return "JSON";
    case Handler::kProto:
      return "a proto";
    case Handler::kNone:
    case Handler::kUnknown:
      break;
  }
  return "an unknown kind";
}

}  // namespace leafsum::readers
