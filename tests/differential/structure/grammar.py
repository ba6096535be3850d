"""Changes of structure: {add, hide, rename, link, swap, duplicate, delete} × {directory, item, handler, entry, step, manifest,
side file, process database, msgpack file}.

`change(root, twin, seed)` makes one to three of them in `root` and gives them as rows of changes.py.
`twin` is the same checkpoint with other values: what is added comes from there.
"""

import base64
import json
import os
import random
import re
import shutil

from changes import STORE, Listing, apply, join, load

# Names that some reader, or a verifier, takes for more than a name.
NAMES = [
    ".a",
    "state",
    "pytree",
    "default",
    "model",
    "aaa",
    "zzz",
    "d",
    "d/x",
    "ocdbt.process_0",
    "ocdbt.process_9",
    "ocdbt.process_0/x",
    "array_metadatas",
    "metrics",
    "metadata",
    "AUTO",
    "9",
    "19",
    "x_9",
    "step_9",
    "0009",
    "9000",
    "9\n",
    "1٩",
    "+9",
    "9.0",
    "checkpoint_9",
    "checkpoint_zzz",
    "checkpoint_9.5",
    "checkpoint",
    "checkpoint_9_gda",
    "zzz.orbax-checkpoint-tmp",
    "9000.orbax-checkpoint-tmp",
    "_CHECKPOINT_DELETION",
    ".git",
    ".github",
    ".cache/huggingface",
    "README",
    "LICENSE",
    "latest",
    "params",
    "a/b",
    ".DS_Store",
    "x.leafsum.json",
    "assets",
    "tmp",
]
V0 = "orbax.checkpoint._src.handlers."
V1 = "orbax.checkpoint.experimental.v1._src.handlers."
HANDLERS = [
    V0 + "pytree_checkpoint_handler.PyTreeCheckpointHandler",
    V0 + "standard_checkpoint_handler.StandardCheckpointHandler",
    V0 + "json_checkpoint_handler.JsonCheckpointHandler",
    V0 + "array_checkpoint_handler.ArrayCheckpointHandler",
    V0 + "random_key_checkpoint_handler.JaxRandomKeyCheckpointHandler",
    V0 + "proto_checkpoint_handler.ProtoCheckpointHandler",
    V1 + "pytree_handler.PyTreeHandler",
    V1 + "json_handler.JsonHandler",
    V1 + "json_handler.MetricsHandler",
    V0.replace("._src", ".v0._src") + "json_checkpoint_handler.JsonCheckpointHandler",
    "custom.Handler",
    None,
]
VALUE_TYPES = [
    "jax.Array",
    "np.ndarray",
    "scalar",
    "string",
    "None",
    "Dict",
    "List",
    "Tuple",
    "NamedTuple",
    "custom.Type",
]


class Writer:
    def __init__(self, root, twin, seed):
        self.root, self.twin = root, twin
        self.r = random.Random(seed)

    def pick(self, options):
        if not options:
            raise LookupError
        return self.r.choice(options)

    def chance(self, p):
        return self.r.random() < p

    def parent(self, here):
        """Where something is added: mostly a top, an item or a step."""
        return self.pick(
            [""] * 3
            + here.items
            + here.steps
            + here.marked
            + ([self.pick(here.directories)] if here.directories else [])
        )

    def name(self, here, parent):
        if here.steps and not parent and self.chance(0.4):
            step = self.pick(here.steps)
            number = re.search(r"\d+$", step)
            higher = str(int(number[0]) + self.r.randint(1, 5))
            return step[: number.start()] + (higher.zfill(len(number[0])) if self.chance(0.7) else higher)
        if self.chance(0.15):
            return self.pick([os.path.basename(d) for d in here.directories])
        return self.pick(NAMES)

    def foreign_item(self):
        """A directory of the twin with a checkpoint's content."""
        there = Listing(self.twin)
        return self.pick(there.items + there.items + there.steps + there.leaves + [""])

    # Each gives [[primitive, ...]...] for one of its kind; LookupError where there is none.

    def add_directory(self, here):
        parent = self.parent(here)
        to = join(parent, self.name(here, parent))
        kind = self.r.random()
        if kind < 0.15:
            return [["mkdir", to]]
        if kind < 0.75:
            return [["copy", "twin", self.foreign_item(), to]]
        # Only a mark.
        mark = self.pick(
            [
                "_METADATA",
                "_CHECKPOINT_METADATA",
                "manifest.ocdbt",
                ".zarray",
                "zarr.json",
                "checkpoint",
                "orbax.checkpoint",
            ]
        )
        source = [f for f in Listing(self.twin).files if os.path.basename(f) == mark]
        return [["copy", "twin", self.pick(source), join(to, mark)]] if source else [["write", join(to, mark), ""]]

    def add_item(self, here):
        top = self.pick(here.marked or [""])
        name = self.pick(["aaa", "zzz", ".a", "state", "pytree", "default", "model", "params", "metrics"])
        rows = [["copy", "twin", self.foreign_item(), join(top, name)]]
        if self.chance(0.5):
            rows.append(["remove", join(top, name + "/_CHECKPOINT_METADATA")])
        if here.marked and self.chance(0.6):
            rows.append(["json", join(top, "_CHECKPOINT_METADATA"), "handler", name, self.pick(HANDLERS)])
        return rows

    def add_handler(self, here):
        top = self.pick(here.marked)
        mark = join(top, "_CHECKPOINT_METADATA")
        document = load(os.path.join(self.root, mark))
        names = [
            d[len(top) :].lstrip("/") for d in here.items if d != top and (not top or d.startswith(top + "/"))
        ] or ["model"]
        name = self.pick(names)
        handler = self.pick(HANDLERS)
        if isinstance(document.get("item_handlers"), str) and self.chance(0.7):
            rows = [["json", mark, "set", "item_handlers", handler]]
            name = ""
        else:
            rows = [["json", mark, "handler", name, handler]]
        if handler and "json" in handler and self.chance(0.8):
            evil = base64.b64encode(b'{"evil": 1}').decode()
            rows.append(
                ["write", join(join(top, name) if name else top, self.pick(["metadata", "data.json", "metrics"])), evil]
            )
        return rows

    def entries(self, here):
        item = self.pick(here.items)
        return join(item, "_METADATA"), load(os.path.join(self.root, item, "_METADATA"))["tree_metadata"]

    def path_of(self, entry):
        return [k["key"] for k in entry["key_metadata"]], [k["key_type"] for k in entry["key_metadata"]]

    def add_entry(self, here):
        file, tree = self.entries(here)
        keys, types = self.path_of(tree[self.pick(list(tree))])
        kind = self.r.randrange(5)
        if kind == 0 or not keys:
            keys, types = keys + ["x"], types + [2]
        elif kind == 1:
            keys, types = keys[:-1], types[:-1]
        elif kind == 2:
            keys, types = keys[:-1] + [self.pick(["new", "0", "00", "7", "-0", ""])], types
        elif kind == 3:
            keys, types = keys[:-1] + [keys[-1] + self.pick([".x", "", "0", " "])], types
        else:
            keys, types = [".".join(keys)], [2]
        value_type = self.pick(["None", "None", "Dict", "List"] + VALUE_TYPES)
        return [
            [
                "json",
                file,
                "entry",
                "added",
                keys,
                types,
                value_type,
                value_type in ("None", "Dict", "List", "Tuple", "NamedTuple") or self.chance(0.3),
                self.chance(0.3),
            ]
        ]

    def add_step(self, here):
        there = Listing(self.twin)
        source = self.pick(there.steps or there.items)
        if self.chance(0.25) and here.steps:
            return [["copy", "self", self.pick(here.steps), self.name(here, "")]]
        to = self.name(here, "")
        if source == "" or not there.steps:
            to = self.pick([to, to + "/default"])
        return [["copy", "twin", source, to]]

    def add_manifest(self, here):
        there = Listing(self.twin)
        source = self.pick(there.manifests)
        parent = self.pick([os.path.dirname(source), os.path.dirname(source), self.parent(here)])
        name = self.pick(
            [
                "manifest.ocdbt",
                "manifest.0000000000000009",
                "manifest.00000000000000ff",
                "manifest.9",
                "manifest.ocdbt.bak",
                os.path.basename(source),
            ]
        )
        rows = [["copy", "twin", source, join(parent, name)]]
        data = join(os.path.dirname(source), "d")
        if data in there.directories and self.chance(0.8):
            rows.append(["copy", "twin", data, join(parent, "d")])
        if self.chance(0.3):
            rows.append(["link", rows[0][3], self.pick(["moved", "moved inside"])])
        return rows

    def add_store(self, here):
        """The twin's arrays as another kind of store, beside those that are there."""
        other = self.pick(
            [
                n[len("twin-") :]
                for n in sorted(os.listdir(os.path.dirname(self.twin)))
                if n.startswith("twin-") and n != "twin-values"
            ]
        )
        source = self.twin + "-" + other
        there = Listing(source)
        item = self.pick(here.items or [""])
        names = [
            n
            for n in sorted(os.listdir(source))
            if STORE.match(n) or n in there.leaves or os.path.isdir(os.path.join(source, n)) and n != "array_metadatas"
        ]
        rows = [["copy", other, n, join(item, n)] for n in names]
        if here.items and self.chance(0.7):
            file = join(item, "_METADATA")
            member = self.pick(["use_ocdbt", "use_ocdbt", "use_zarr3"])
            rows.append(
                self.pick(
                    [
                        ["json", file, "unset", member],
                        ["json", file, "set", member, None],
                        ["json", file, "set", member, True],
                        ["json", file, "set", member, False],
                    ]
                )
            )
        return rows

    def add_side(self, here):
        parent = self.parent(here)
        kind = self.r.randrange(8)
        if kind == 0:
            return [["write", join(parent, self.pick(["orbax.checkpoint", "commit_success.txt", "descriptor"])), ""]]
        if kind == 1 and here.marked:
            top = self.pick(here.marked)
            document = load(os.path.join(self.root, top, "_CHECKPOINT_METADATA"))
            handlers = document.get("item_handlers")
            if isinstance(handlers, dict) and handlers:
                name = self.pick(list(handlers))
                without = {**document, "item_handlers": {n: h for n, h in handlers.items() if n != name}}
                journal = {
                    "operation_id": "0" * 32 if self.chance(0.8) else "x",
                    "checkpointable_name": name,
                    "destination": None,
                    "original_metadata": document,
                    "updated_metadata": without,
                }
                rows = [
                    [
                        "write",
                        join(top, "_CHECKPOINT_DELETION"),
                        base64.b64encode(json.dumps(journal).encode()).decode(),
                    ]
                ]
                if self.chance(0.5):
                    rows.append(["json", join(top, "_CHECKPOINT_METADATA"), "no handler", name])
                return rows
        if kind == 2:
            return [["write", join(parent, "_CHECKPOINT_DELETION"), base64.b64encode(b"{}").decode()]]
        if kind == 3:
            marks = Listing(self.twin).marked
            return [
                ["copy", "twin", join(self.pick(marks), "_CHECKPOINT_METADATA"), join(parent, "_CHECKPOINT_METADATA")]
            ]
        if kind == 4:
            processes = [p for p in here.sides if "array_metadatas/process_" in p]
            source = self.pick(processes)
            to = os.path.join(os.path.dirname(source), self.pick(["process_1", "process_00", "process_9", "process_x"]))
            return [["copy", "self", source, to]] + (
                [["json", to, "rows", self.pick(["unmarked", "none", "marked"])]] if self.chance(0.7) else []
            )
        if kind == 5:
            processes = [
                p
                for p in here.sides
                if "array_metadatas/process_" in p and not os.path.islink(os.path.join(self.root, p))
            ]
            return [
                [
                    "json",
                    self.pick(processes),
                    "rows",
                    self.pick(
                        [
                            "none",
                            "unmarked",
                            "twice, last unmarked",
                            "twice, first unmarked",
                            "twice",
                            "marked",
                            "reversed",
                        ]
                    ),
                ]
            ]
        there = Listing(self.twin)
        source = self.pick(there.sides)
        return [["copy", "twin", source, self.pick([source, source, join(parent, os.path.basename(source))])]]

    def add_process(self, here):
        there = Listing(self.twin)
        source = self.pick(there.processes)
        return [
            [
                "copy",
                "twin",
                source,
                join(
                    self.pick([os.path.dirname(source), self.parent(here)]),
                    "ocdbt.process_%s" % self.pick(["0", "1", "9", "99", "x"]),
                ),
            ]
        ]

    def add_msgpack(self, here):
        import numpy as np
        import msgpack

        there = Listing(self.twin)
        if os.path.isdir(self.twin + "-values") and self.chance(0.6):
            item = self.pick(here.items or [""])
            if self.chance(0.4):
                return [["copy", "values", "checkpoint", join(item, "checkpoint")]]
            # The base's values in msgpack, the twin's in the store.
            names = [n for n in sorted(os.listdir(os.path.join(self.twin, item))) if n != "_METADATA"]
            return [["copy", "own values", "checkpoint", join(item, "checkpoint")]] + [
                ["copy", "twin", join(item, n), join(item, n)] for n in names
            ]
        if there.msgpacks and self.chance(0.6):
            source = self.pick(there.msgpacks)
            base = re.match(r"[a-z_]*", os.path.basename(source))[0]
            return [
                [
                    "copy",
                    "twin",
                    source,
                    join(
                        os.path.dirname(source),
                        self.pick(
                            [
                                os.path.basename(source),
                                base + "9",
                                base + "900.5",
                                base + "zzz",
                                base + "1e5",
                                base + "5.0",
                                "checkpoint",
                            ]
                        ),
                    ),
                ]
            ]
        parent = self.parent(here)
        tree = {}
        items = [i for i in here.items if i == parent] or here.items
        entries = load(os.path.join(self.root, self.pick(items), "_METADATA"))["tree_metadata"] if items else {}
        for entry in entries.values():
            keys, _ = self.path_of(entry)
            at = tree
            for key in keys[:-1]:
                at = at.setdefault(key, {}) if isinstance(at, dict) else {}
            if keys and isinstance(at, dict):
                placeholder = self.chance(0.4)
                at[keys[-1]] = (
                    "PLACEHOLDER://" + ".".join(keys)
                    if placeholder
                    else msgpack.ExtType(1, msgpack.packb(([2], "float32", np.full(2, 9, np.float32).tobytes())))
                )
        if self.chance(0.2):
            tree = {}
        name = self.pick(
            ["checkpoint", "checkpoint", "checkpoint", "checkpoint_9", "checkpoint_zzz", "flax_model.msgpack"]
        )
        return [["write", join(parent, name), base64.b64encode(msgpack.packb(tree)).decode()]]

    def of_class(self, here, kind):
        """A path of a class."""
        return self.pick(
            {
                "directory": here.directories,
                "item": [i for i in here.items if i] or here.leaves,
                "step": here.steps,
                "manifest": here.manifests,
                "side": here.sides,
                "process": here.processes,
                "msgpack": here.msgpacks,
            }[kind]
        )

    def renamed(self, here, path):
        parent = os.path.dirname(path)
        base = os.path.basename(path)
        return join(
            parent,
            self.pick(
                [
                    self.name(here, parent),
                    base + self.pick(["x", ".bak", "~", "_2", "0", ".orbax-checkpoint-tmp"]),
                    base.upper(),
                    base[:-1] or "x",
                ]
            ),
        )

    def move(self, here, kind, verb):
        path = self.of_class(here, kind)
        if verb == "hide":
            return [["move", path, join(os.path.dirname(path), "." + os.path.basename(path))]]
        if verb == "rename":
            return [["move", path, self.renamed(here, path)]]
        if verb == "link":
            target = self.pick(["moved", "moved", "moved inside", "twin", "twin", "nowhere", ".", ".."])
            if target == "twin" and not os.path.exists(os.path.join(self.twin, path)):
                target = "moved"
            if target in ("nowhere", ".", "..") or self.chance(0.2):
                # A link beside, not in place.
                other = self.renamed(here, path)
                return [
                    [
                        "link",
                        other,
                        os.path.basename(path)
                        if target == "moved"
                        else target
                        if target in ("nowhere", ".", "..")
                        else os.path.basename(path),
                    ]
                ]
            return [["link", path, target]]
        if verb == "swap":
            siblings = [
                p
                for p in here.files + here.directories
                if os.path.dirname(p) == os.path.dirname(path)
                and p != path
                and os.path.isdir(os.path.join(self.root, p)) == os.path.isdir(os.path.join(self.root, path))
            ]
            if siblings and self.chance(0.5):
                return [["exchange", path, self.pick(siblings)]]
            if not os.path.exists(os.path.join(self.twin, path)):
                raise LookupError
            return [["remove", path], ["copy", "twin", path, path]]
        if verb == "duplicate":
            return [["copy", "self", path, self.renamed(here, path)]]
        return [["remove", path]]

    def change_handler(self, here, verb):
        top = self.pick(here.marked)
        mark = join(top, "_CHECKPOINT_METADATA")
        handlers = load(os.path.join(self.root, mark)).get("item_handlers")
        if not isinstance(handlers, dict) or not handlers:
            return [["json", mark, "set", "item_handlers", self.pick([None, {}, {"model": HANDLERS[0]}] + HANDLERS)]]
        one, other = self.pick(list(handlers)), self.pick(list(handlers))
        if verb in ("hide", "delete"):
            return (
                [["json", mark, "no handler", one]] if self.chance(0.7) else [["json", mark, "unset", "item_handlers"]]
            )
        if verb == "rename":
            return [
                ["json", mark, "no handler", one],
                ["json", mark, "handler", self.pick(["aaa", ".a", "state", one.upper()]), handlers[one]],
            ]
        if verb == "swap":
            return [["json", mark, "handler", one, handlers[other]], ["json", mark, "handler", other, handlers[one]]]
        if verb == "link":
            return [["json", mark, "set", "item_handlers", self.pick(HANDLERS)]]
        return [["member twice", mark, "item_handlers", {one: self.pick(HANDLERS)}]]

    def change_entry(self, here, verb):
        file, tree = self.entries(here)
        one = self.pick(list(tree))
        keys, types = self.path_of(tree[one])
        if verb == "hide":
            return self.pick(
                [
                    [["json", file, "value", one, "value_type", self.pick(VALUE_TYPES)]],
                    [["json", file, "value", one, "skip_deserialize", True]],
                    [
                        ["json", file, "value", one, "value_type", "None"],
                        ["json", file, "value", one, "skip_deserialize", True],
                    ],
                ]
            )
        if verb == "rename":
            if not keys or self.chance(0.3):
                return [["json", file, self.pick(["rename members", "reverse"])]]
            at = self.r.randrange(len(keys))
            key = keys[at]
            return [
                [
                    "json",
                    file,
                    "key",
                    one,
                    at,
                    self.pick(["0" + key, " " + key, "+" + key, "x", key + ".0", "00", "1", "-0", "٠"]),
                    types[at] if self.chance(0.8) else 3 - types[at],
                ]
            ]
        if verb == "swap":
            if self.chance(0.4):
                return [["json", file, "set", self.pick(["use_ocdbt", "use_zarr3"]), self.pick([True, False, None])]]
            return [["json", file, "swap entries", one, self.pick(list(tree))]]
        if verb == "link":
            return [
                [
                    "json",
                    file,
                    "unset",
                    self.pick(["use_ocdbt", "use_zarr3", "store_array_data_equal_to_fill_value", "custom_metadata"]),
                ]
            ]
        if verb == "duplicate":
            if self.chance(0.3):
                return [["member twice", file, "tree_metadata", {one: tree[one]}]]
            value_type = self.pick([tree[one]["value_metadata"]["value_type"], "None", "np.ndarray"])
            return [["json", file, "entry", "again", keys, types, value_type, value_type == "None", self.chance(0.5)]]
        return [["json", file, "delete entry", one]]


VERBS = ["add"] * 4 + ["hide", "rename", "link", "link", "swap", "duplicate", "delete"]
ADDED = ["store"]  # what there is no other verb for
CLASSES = [
    "directory",
    "directory",
    "item",
    "item",
    "handler",
    "handler",
    "entry",
    "entry",
    "step",
    "step",
    "manifest",
    "side",
    "side",
    "process",
    "msgpack",
]


def one(root, twin, seed):
    """One change, done; [name, rows]."""
    writer = Writer(root, twin, seed)
    for _ in range(60):
        verb = writer.pick(VERBS)
        kind = writer.pick(CLASSES + ADDED if verb == "add" else CLASSES)
        try:
            here = Listing(root)
            if verb == "add":
                rows = getattr(writer, "add_" + kind)(here)
            elif kind in ("handler", "entry"):
                rows = getattr(writer, "change_" + kind)(here, verb)
            else:
                rows = writer.move(here, kind, verb)
            row = ["%s %s" % (verb, kind), rows]
            apply(row, root, twin)
            return row
        except (LookupError, OSError, ValueError, AssertionError, TypeError, AttributeError, shutil.Error):
            continue  # not of this checkpoint
    return None


def change(root, twin, seed):
    r = random.Random(seed)
    count = r.choice([1, 1, 1, 2, 2, 3])
    return [row for row in (one(root, twin, r.random()) for _ in range(count)) if row]
