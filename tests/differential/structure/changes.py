"""What a change of structure does to a directory: rows that can be done again, and the listing that they are chosen from.

A row is [what it is called, [[primitive, arguments...]...]]; paths are relative to the checkpoint.
"""

import base64
import json
import os
import re
import shutil

STORE = re.compile(r"^(manifest\.ocdbt|manifest\.[0-9a-f]+|d|ocdbt\.process_\d+)$")
SIDE = [
    "_sharding",
    "array_metadatas",
    "_strings.json",
    "_CHECKPOINT_METADATA",
    "commit_success.txt",
    "orbax.checkpoint",
    "_CHECKPOINT_DELETION",
    "_METADATA",
    "metadata",
    "descriptor",
]


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def store(path, document):
    real = os.path.realpath(path)
    with open(real, "w", encoding="utf-8") as f:
        json.dump(document, f)


def place_for(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)


def clear(path):
    if os.path.islink(path) or os.path.isfile(path):
        os.remove(path)
    elif os.path.isdir(path):
        shutil.rmtree(path)


def copy(source, to):
    place_for(to)
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.copytree(source, to, symlinks=True, dirs_exist_ok=True)
    else:
        if os.path.isdir(to) and not os.path.islink(to):
            shutil.rmtree(to)
        elif os.path.lexists(to):
            os.remove(to)
        shutil.copy2(source, to, follow_symlinks=False)


def do_copy(root, twin, whence, path, to):
    """`whence`: "self", "twin", "own values" and "values" (the base's and the twin's as msgpack), or the twin stored otherwise, by name."""
    places = {"self": root, "twin": twin, "own values": os.path.join(os.path.dirname(twin), "own-values")}
    copy(os.path.join(places.get(whence, twin + "-" + whence), path), os.path.join(root, to))


def do_move(root, twin, path, to):
    target = os.path.join(root, to)
    place_for(target)
    clear(target)
    os.rename(os.path.join(root, path), target)


def do_remove(root, twin, path):
    clear(os.path.join(root, path))


def do_exchange(root, twin, one, other):
    a, b, between = os.path.join(root, one), os.path.join(root, other), root + "-between"
    os.rename(a, between)
    os.rename(b, a)
    os.rename(between, b)


def do_write(root, twin, path, data):
    target = os.path.join(root, path)
    place_for(target)
    clear(target)
    with open(target, "wb") as f:
        f.write(base64.b64decode(data))


def do_mkdir(root, twin, path):
    os.makedirs(os.path.join(root, path), exist_ok=True)


def do_link(root, twin, path, target):
    """`target`: "moved" (what was there, now beside the source), "moved inside", "twin" (a copy of the twin's), or a text."""
    link = os.path.join(root, path)
    if target in ("moved", "moved inside", "twin"):
        aside = os.path.join(root, "kept") if target == "moved inside" else root + "-aside"
        new = os.path.join(aside, path.replace("/", "_"))
        place_for(new)
        clear(new)
        if target == "twin":
            copy(os.path.join(twin, path), new)
            clear(link)
        else:
            os.rename(link, new)
        target = os.path.relpath(new, os.path.dirname(link))
    place_for(link)
    clear(link)
    os.symlink(target, link)


def do_json(root, twin, path, edit, *arguments):
    target = os.path.join(root, path)
    document = load(target)
    other = EDITS[edit](document, *arguments)
    store(target, document if other is None else other)


def do_member_twice(root, twin, path, name, value):
    """A member of a JSON object once more; Python takes the last."""
    target = os.path.realpath(os.path.join(root, path))
    with open(target, encoding="utf-8") as f:
        text = f.read().rstrip()
    assert text.endswith("}")
    with open(target, "w", encoding="utf-8") as f:
        f.write("%s, %s: %s}" % (text[:-1], json.dumps(name), json.dumps(value)))


def entry_of(keys, types, value_type, skip):
    return {
        "key_metadata": [{"key": k, "key_type": t} for k, t in zip(keys, types)],
        "value_metadata": {"value_type": value_type, "skip_deserialize": skip},
    }


def edit_entry(document, name, keys, types, value_type, skip, first=False):
    tree = document["tree_metadata"]
    old = dict(tree)
    tree.clear()
    if first:
        tree[name] = entry_of(keys, types, value_type, skip)
    tree.update(old)
    if not first:
        tree[name] = entry_of(keys, types, value_type, skip)


def edit_swap_entries(document, one, other):
    tree = document["tree_metadata"]
    tree[one]["key_metadata"], tree[other]["key_metadata"] = tree[other]["key_metadata"], tree[one]["key_metadata"]


def edit_key(document, name, at, key, key_type):
    document["tree_metadata"][name]["key_metadata"][at] = {"key": key, "key_type": key_type}


def edit_value(document, name, member, value):
    document["tree_metadata"][name]["value_metadata"][member] = value


def edit_delete_entry(document, name):
    del document["tree_metadata"][name]


def edit_reverse(document):
    old = list(document["tree_metadata"].items())
    document["tree_metadata"] = dict(reversed(old))


def edit_rename_members(document):
    document["tree_metadata"] = {"entry %d" % i: v for i, v in enumerate(document["tree_metadata"].values())}


def edit_set(document, member, value):
    document[member] = value


def edit_unset(document, member):
    document.pop(member, None)


def edit_handler(document, item, handler):
    if not isinstance(document.get("item_handlers"), dict):
        document["item_handlers"] = {}
    document["item_handlers"][item] = handler


def edit_no_handler(document, item):
    document["item_handlers"].pop(item)


def edit_rows(document, how):
    """Of `array_metadatas/process_<n>`."""
    rows = document["array_metadatas"]

    def marked(impl):
        return [
            {"array_metadata": {**r["array_metadata"], "ext_metadata": impl and {"random_key_impl": impl}}}
            for r in rows
        ]

    return {
        "array_metadatas": {
            "none": [],
            "unmarked": marked(None),
            "twice, last unmarked": rows + marked(None),
            "twice, first unmarked": marked(None) + rows,
            "twice": rows + rows,
            "marked": marked("threefry2x32"),
            "reversed": rows[::-1],
        }[how]
    }


EDITS = {
    "entry": edit_entry,
    "swap entries": edit_swap_entries,
    "key": edit_key,
    "value": edit_value,
    "delete entry": edit_delete_entry,
    "reverse": edit_reverse,
    "rename members": edit_rename_members,
    "set": edit_set,
    "unset": edit_unset,
    "handler": edit_handler,
    "no handler": edit_no_handler,
    "rows": edit_rows,
}
ROWS = {
    "copy": do_copy,
    "move": do_move,
    "remove": do_remove,
    "exchange": do_exchange,
    "write": do_write,
    "mkdir": do_mkdir,
    "link": do_link,
    "json": do_json,
    "member twice": do_member_twice,
}


def apply(row, root, twin):
    for primitive, *arguments in row[1]:
        ROWS[primitive](root, twin, *arguments)


class Listing:
    def __init__(self, root):
        self.files, self.directories = [], []
        for directory, inner, files in os.walk(root):
            relative = os.path.relpath(directory, root)
            relative = "" if relative == "." else relative
            names = [(os.path.join(relative, n), n) for n in sorted(inner) + sorted(files)]
            for path, name in names:
                (self.directories if os.path.isdir(os.path.join(root, path)) else self.files).append(path)
        self.items = [d for d in [""] + self.directories if os.path.isfile(os.path.join(root, d, "_METADATA"))]
        self.marked = [
            d for d in [""] + self.directories if os.path.isfile(os.path.join(root, d, "_CHECKPOINT_METADATA"))
        ]
        self.steps = [d for d in self.directories if "/" not in d and re.search(r"\d+$", d) and not STORE.match(d)]
        self.sides = [
            p
            for p in self.files + self.directories
            if os.path.basename(p) in SIDE or re.search(r"(^|/)array_metadatas/process_", p)
        ]
        self.manifests = [p for p in self.files if re.match(r"manifest\.", os.path.basename(p))]
        self.processes = [p for p in self.directories if re.match(r"ocdbt\.process_\d+$", os.path.basename(p))]
        self.msgpacks = [p for p in self.files if re.match(r"checkpoint", os.path.basename(p))]
        self.leaves = [
            p
            for p in self.directories
            if os.path.exists(os.path.join(root, p, ".zarray")) or os.path.exists(os.path.join(root, p, "zarr.json"))
        ]


def join(directory, name):
    return os.path.join(directory, name) if directory else name
