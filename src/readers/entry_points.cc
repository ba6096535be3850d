#include "readers/entry_points.h"

#include <algorithm>

#include "base/text.h"

namespace leafsum::readers {
namespace {

constexpr std::string_view kTree = "_METADATA";
constexpr std::string_view kCheckpointMetadata = "_CHECKPOINT_METADATA";
constexpr std::string_view kMarker = "orbax.checkpoint";

constexpr EntryPoint kPyTreeCheckpointer{
    "PyTreeCheckpointer, StandardCheckpointer", "0.11.37, 0.12.8",
    "the directory itself: the tree of _METADATA, with values of the msgpack file checkpoint "
    "before those of the store; without _METADATA, only the msgpack file",
    "flat.plain"};
constexpr EntryPoint kComposite{
    "Checkpointer(CompositeCheckpointHandler), CheckpointManager.restore", "0.11.37, 0.12.8",
    "every directory, even if its name begins with a dot, each by its handler in item_handlers; "
    "raises if one has none",
    "composite.stray-directory"};

// The rules that differ between versions of v1.
struct V1 {
  EntryPoint load, load_checkpointables;
  std::string_view first;     // the name that AUTO tries first
  bool rejects_flat = false;  // load_checkpointables raises for a flat checkpoint
};
constexpr V1 kVersions[] = {
    {{"v1 load", "0.11.37",
      "the directory called pytree that has _METADATA, else the first by name that has it; else "
      "the directory itself",
      "auto.pytree"},
     {"v1 load_checkpointables", "0.11.37",
      "every directory but metrics and AUTO, each by its handler, else as a tree",
      "v1.checkpointables"},
     "pytree",
     false},
    {{"v1 load", "0.12.8",
      "the directory called state that has _METADATA, else the first by name that has it; else the "
      "directory itself",
      "auto.state-first"},
     {"v1 load_checkpointables", "0.12.8",
      "every directory but metrics, AUTO and what a deletion journal names, each by its handler, "
      "else as a tree; raises if the directory itself is a tree",
      "v1.checkpointables"},
     "state",
     true},
};

// Names that v1 never takes for items.
bool IsReserved(std::string_view name) {
  return name == "metrics" || name == "AUTO" || name == "_CHECKPOINT_DELETION";
}

class Asker {
 public:
  explicit Asker(const CheckpointView& view)
      : view_(view), names_(view.index.Subdirectories(view.directory)) {}

  bool Has(std::string_view below, std::string_view file) const {
    return view_.index.HasFile(view_.directory + std::string(below) + std::string(file));
  }

  Answer PyTree() const {
    Answer answer{&kPyTreeCheckpointer, {}, {}};
    if (Has("", kTree) || Has("", "checkpoint"))
      answer.opened.push_back({view_.directory, Handler::kPyTree});
    else
      answer.raises = "no _METADATA and no msgpack file checkpoint";
    return answer;
  }

  Answer Composite() const {
    Answer answer{&kComposite, {}, {}};
    if (view_.metadata && view_.metadata->handler) {
      answer.raises = "item_handlers is for a flat checkpoint";
      return answer;
    }
    // All or nothing: one directory without a handler, or of another kind than its handler, makes
    // the whole restore raise, and nothing is taken (`composite.*`).
    for (std::string_view name : names_) {
      const Handler handler = HandlerOf(name);
      if (handler == Handler::kNone || handler == Handler::kUnknown) {
        answer.opened.clear();
        answer.raises = Text("no known handler for ", name, "/");
        return answer;
      }
      if (!Restores(name, handler) && !RestoresInV0(name, handler)) {
        answer.opened.clear();
        answer.raises = Text(name, "/ is not ", HandlerName(handler));
        return answer;
      }
      answer.opened.push_back({Path(name), handler});
    }
    if (answer.opened.empty()) answer.raises = "no directory in it";
    return answer;
  }

  Answer Load(const V1& v1) const {
    Answer answer{&v1.load, {}, Refusal()};
    if (!answer.raises.empty()) return answer;
    const auto name = Auto(v1);
    if (!name)
      answer.raises = "no tree in it";
    else if (!name->empty())
      answer.opened.push_back({Path(*name), V1Handler(*name)});
    else if (view_.metadata && view_.metadata->item_handlers)
      answer.raises = "item_handlers is for a checkpoint with items";
    else
      answer.opened.push_back({view_.directory, FlatHandler()});
    return answer;
  }

  Answer LoadCheckpointables(const V1& v1) const {
    Answer answer{&v1.load_checkpointables, {}, Refusal()};
    if (!answer.raises.empty()) return answer;
    const bool flat = Has("", kTree) || (view_.metadata && view_.metadata->handler);
    if (v1.rejects_flat && flat && !Has("", kMarker)) {
      answer.raises = "a flat checkpoint has no items";
      return answer;
    }
    for (std::string_view name : names_) {
      if (IsReserved(name)) continue;
      const Handler handler = V1Handler(name);
      if (!Restores(name, handler)) {
        answer.opened.clear();
        answer.raises = Text(name, "/ is not ", HandlerName(handler));
        return answer;
      }
      answer.opened.push_back({Path(name), handler});
    }
    return answer;
  }

  // The item that AUTO takes; "" for the directory itself. Which name comes first is the one rule
  // that changed between versions (`auto.*`).
  std::optional<std::string> Auto(const V1& v1) const {
    const auto is_tree = [&](std::string_view name) {
      return !IsReserved(name) && Has(std::string(name) + "/", kTree);
    };
    if (is_tree(v1.first)) return std::string(v1.first);
    // Orbax sorts names in Python, by code points; that is the order of UTF-8's bytes.
    for (std::string_view name : names_)
      if (is_tree(name)) return std::string(name);
    if (!Has("", kMarker) && Has("", kTree)) return "";
    return std::nullopt;
  }

  // Why v1 does not take the directory for a checkpoint at all; "" if it does. An entry point that
  // raises restores nothing, so it cannot diverge (contract §11).
  std::string Refusal() const {
    if (Has("", kMarker))
      return Has("", kCheckpointMetadata) ? "" : "orbax.checkpoint without _CHECKPOINT_METADATA";
    if (view_.below_checkpoint) return "the directory around it is a checkpoint";
    if (Has("", kCheckpointMetadata) || Has("", kTree)) return "";
    for (std::string_view name : names_)
      if (Has(std::string(name) + "/", kCheckpointMetadata)) return "a directory of checkpoints";
    return "";
  }

 private:
  std::string Path(std::string_view name) const { return Text(view_.directory, name, "/"); }
  Handler HandlerOf(std::string_view name) const {
    if (!view_.metadata || !view_.metadata->item_handlers) return Handler::kNone;
    const auto it = view_.metadata->item_handlers->find(name);
    return it == view_.metadata->item_handlers->end() ? Handler::kNone : ParseHandler(it->second);
  }
  // In v1 a registered name overrides the saved handler, and an unknown handler is tried as a tree
  // (`handler.*`).
  Handler V1Handler(std::string_view name) const {
    if (name == "state") return Handler::kPyTree;
    if (name == "metrics") return Handler::kJson;
    return KnownToV1(HandlerOf(name));
  }
  Handler FlatHandler() const {
    return KnownToV1(view_.metadata && view_.metadata->handler
                         ? ParseHandler(*view_.metadata->handler)
                         : Handler::kNone);
  }
  static Handler KnownToV1(Handler handler) {
    return handler == Handler::kJson || handler == Handler::kProto ? handler : Handler::kPyTree;
  }
  bool Restores(std::string_view name, Handler handler) const {
    const std::string below = std::string(name) + "/";
    switch (handler) {
      case Handler::kJson:
        return Has(below, "data.json") || Has(below, "metadata") || Has(below, "metrics");
      case Handler::kProto:
        return Has(below, "proto.pbtxt");
      default:
        return Has(below, kTree);
    }
  }

  // What v0 restores but v1 no longer reads.
  bool RestoresInV0(std::string_view name, Handler handler) const {
    const std::string below = std::string(name) + "/";
    if (handler == Handler::kPyTree || handler == Handler::kArray)
      return Has(below, "checkpoint") || Has(below, "checkpoint/.zarray") ||
             Has(below, "checkpoint/zarr.json");
    return handler == Handler::kRandomKey &&
           (Has(below, "jax_random_key/_METADATA") || Has(below, "np_random_key/_METADATA") ||
            Has(below, "jax_random_key/checkpoint") || Has(below, "np_random_key/checkpoint"));
  }

  const CheckpointView& view_;
  std::vector<std::string_view> names_;
};

}  // namespace

std::vector<Answer> AskEntryPoints(const CheckpointView& view) {
  const Asker asker(view);
  std::vector<Answer> answers{asker.PyTree(), asker.Composite()};
  for (const V1& v1 : kVersions) {
    answers.push_back(asker.Load(v1));
    answers.push_back(asker.LoadCheckpointables(v1));
  }
  return answers;
}

AutoItem AutoOf(const CheckpointView& view) {
  const Asker asker(view);
  const auto ask = [&](const V1& v1) {
    return asker.Refusal().empty() ? asker.Auto(v1) : std::nullopt;
  };
  return {ask(kVersions[0]), ask(kVersions[1])};
}

}  // namespace leafsum::readers
