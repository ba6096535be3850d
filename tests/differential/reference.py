"""What the reference readers make of a checkpoint: `restored` asks Orbax, `read` TensorStore, leaf by leaf.

Both give {item: {"kind", "leaves": [record], "error"?}}; a record has "error" instead of digests where the reader fails.
`read` takes nothing for granted and never raises for what is in the files.
"""

import json
import os
import re
import tempfile

import numpy as np
import tensorstore as ts

import values


class NotRead(Exception):
    """Not read here, which says nothing about the array."""


EMPTIES = ("None", "Dict", "List", "Tuple", "NamedTuple")
JSON_FILES = ("data.json", "metadata", "metrics")


def items_of(root):
    """[(item, kind)]: where the writers of these tests put items."""
    found = []

    def visit(directory, name, depth):
        entries = set(os.listdir(directory))
        if "_METADATA" in entries:
            found.append((name, "pytree"))
        elif "manifest.ocdbt" in entries:
            found.append((name, "ocdbt"))
        elif not depth and any(
            os.path.exists(os.path.join(directory, e, m))
            for e in entries | {""}
            for m in (".zarray", ".zgroup", "zarr.json")
        ):
            found.append((name, "zarr"))
        elif name and any(os.path.isfile(os.path.join(directory, f)) for f in JSON_FILES):
            found.append((name, "json"))
        else:
            for entry in sorted(entries):
                path = os.path.join(directory, entry)
                if os.path.isdir(path) and not (depth == 0 and entry == "metadata"):
                    visit(path, name + "/" + entry if name else entry, depth + 1)

    visit(root, "", 0)
    return found


# ------------------------------------------------------------------ Orbax


def restored(root):
    return {
        name: {"kind": kind, "leaves": RESTORERS[kind](os.path.join(root, name) if name else root)}
        for name, kind in items_of(root)
    }


def entries_of(document):
    """[(keys, key types, value metadata)] of a parsed `_METADATA`, without placeholders of containers that have content."""
    rows = []
    for entry in document["tree_metadata"].values():
        if any(k["key_type"] not in (1, 2) for k in entry["key_metadata"]):
            raise ValueError("key type")
        value = entry["value_metadata"]
        if not isinstance(value["value_type"], str) or "skip_deserialize" not in value:
            raise ValueError("value metadata")
        keys = [k["key"] for k in entry["key_metadata"]]
        rows.append((keys, [k["key_type"] for k in entry["key_metadata"]], value))
    inner = {tuple(keys[:n]) for keys, _, _ in rows for n in range(len(keys))}
    return [row for row in rows if row[2]["value_type"] not in EMPTIES or tuple(row[0]) not in inner]


def restore_pytree(directory):
    import orbax.checkpoint as ocp

    with open(os.path.join(directory, "_METADATA"), encoding="utf-8") as f:
        rows = entries_of(json.load(f))

    def arguments(rows):
        keys, types, value = rows[0]
        if not keys:
            if value.get("skip_deserialize"):
                return ocp.RestoreArgs()
            return ocp.RestoreArgs(restore_type=str if value["value_type"] == "string" else np.ndarray)
        groups = {}
        for keys, types_, value in rows:
            groups.setdefault(keys[0], []).append((keys[1:], types_[1:], value))
        if types[0] == 1:
            return [arguments(groups[str(i)]) for i in range(len(groups))]
        return {k: arguments(v) for k, v in groups.items()}

    one = len(rows) == 1 and rows[0][0] == ["checkpoint"] and os.path.isdir(os.path.join(directory, "checkpoint"))
    if one:  # ArraySave
        with ocp.Checkpointer(ocp.ArrayCheckpointHandler()) as c:
            tree = {
                "checkpoint": c.restore(
                    directory, args=ocp.args.ArrayRestore(restore_args=ocp.RestoreArgs(restore_type=np.ndarray))
                )
            }
    else:
        tree = ocp.PyTreeCheckpointer().restore(directory, restore_args=arguments(rows))
    return [record_of(keys, types, value["value_type"], descend(tree, keys)) for keys, types, value in rows]


def descend(tree, keys):
    for key in keys:
        if isinstance(tree, dict):
            tree = tree[key] if key in tree else tree[int(key)]
        else:
            tree = tree[int(key)] if isinstance(tree, (list, tuple)) and key.isdigit() else getattr(tree, key)
    return tree


def record_of(keys, types, value_type, value):
    if value_type in EMPTIES:
        return {"keypath": keys, "key_types": types, "value_type": value_type}
    record = text_or_array(keys, value_type, value)
    return {**record, "key_types": types}


def text_or_array(keys, value_type, value):
    return values.text_record(keys, value) if isinstance(value, str) else values.array_record(keys, value, value_type)


def restore_json(directory):
    name = next(n for n in JSON_FILES if os.path.isfile(os.path.join(directory, n)))
    with open(os.path.join(directory, name), "rb") as f:
        data = f.read()
    json.loads(data)
    return [{"keypath": [], "value_type": "json", "dtype": "json", **values.digests(data)}]


# ------------------------------------------------------------- TensorStore


def short(error):
    return "%s: %s" % (type(error).__name__, str(error).split(" [source locations")[0][:400])


def unread(key_path, value_type, error):
    return {"keypath": key_path, "value_type": value_type, "error": short(error), "unknown": isinstance(error, NotRead)}


def read(root, items=None):
    """`items` are those that were there before the damage."""
    result = {}
    for name, kind in items or items_of(root):
        directory = os.path.join(root, name) if name else root
        try:
            result[name] = {"kind": kind, "leaves": READERS[kind](directory)}
        except Exception as e:  # whatever the files make the readers raise
            result[name] = {"kind": kind, "leaves": [], "error": short(e)}
    return result


def read_pytree(directory):
    with open(os.path.join(directory, "_METADATA"), encoding="utf-8") as f:
        document = json.load(f)
    ocdbt = document.get("use_ocdbt")
    if ocdbt is None:
        ocdbt = os.path.exists(os.path.join(directory, "manifest.ocdbt"))
    driver = "zarr3" if document.get("use_zarr3") else "zarr"
    strict = bool(document.get("store_array_data_equal_to_fill_value"))
    rows = entries_of(document)
    has_strings = any(value["value_type"] == "string" for _, _, value in rows)
    has_arrays = any(value["value_type"] not in EMPTIES + ("string",) for _, _, value in rows)
    if ocdbt and has_arrays:
        store(directory, "").list().result()  # visits every node
    texts = {}
    if has_strings:
        with open(os.path.join(directory, "_strings.json"), encoding="utf-8") as f:
            texts = json.load(f)
        json.dumps(texts, ensure_ascii=False).encode()  # TensorStore's JSON reader takes no half of a surrogate pair
    leaves = []
    for keys, types, value in rows:
        name = ".".join(keys)
        kind = value["value_type"]
        if kind in EMPTIES:
            leaves.append({"keypath": keys, "key_types": types, "value_type": kind})
            continue
        try:
            if kind == "string":
                record = values.text_record(keys, pointed(texts, name))
            else:
                record = values.array_record(keys, open_array(directory, name, driver, ocdbt, strict), kind)
        except Exception as e:
            record = unread(keys, kind, e)
        leaves.append({**record, "key_types": types})
    return leaves


def pointed(document, pointer):
    """`_strings.json` is written and read through TensorStore's "json" driver, with the parameter name as JSON pointer."""
    for token in pointer.split("/"):
        if re.search("~(?![01])", token):
            raise ValueError("JSON pointer %r" % pointer)
        token = token.replace("~1", "/").replace("~0", "~")
        document = document[int(token) if isinstance(document, list) else token]
    if not isinstance(document, str):
        raise ValueError("no string")
    return document


def store(directory, prefix):
    return ts.KvStore.open(
        {"driver": "ocdbt", "base": {"driver": "file", "path": directory + "/"}, "path": prefix}
    ).result()


def open_array(directory, name, driver, ocdbt, strict=False):
    base = {"driver": "file", "path": directory + "/"}
    prefix = name + "/" if name and not name.endswith("/") else name  # TensorStore adds what is missing
    where = {"driver": "ocdbt", "base": base, "path": prefix} if ocdbt else {**base, "path": base["path"] + prefix}
    spec = {"driver": driver, "kvstore": where}
    if strict:
        spec["fill_missing_data_reads"] = False
    array = ts.open(spec, open=True, read=True).result()
    if array.size * array.dtype.numpy_dtype.itemsize > 1 << 28:
        raise NotRead("array of %s elements" % array.size)
    return array.read().result()


def raw_array(directory, name, ocdbt):
    """Elements of n raw bytes: TensorStore accepts them but gives them to Python without a size, so zarr-python reads them."""
    import zarr

    with tempfile.TemporaryDirectory() as copy:
        if ocdbt:
            kv = store(directory, name + "/" if name else "")
            pairs = [(bytes(key).decode(), bytes(kv.read(key).result().value)) for key in kv.list().result()]
        else:
            pairs = plain_pairs(os.path.join(directory, name))
        for key, value in pairs:
            if key == ".zattrs":  # which TensorStore never reads
                continue
            path = os.path.join(copy, key)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(value)
        try:
            return zarr.open_array(copy, mode="r")[...]
        except (
            Exception
        ) as e:  # its own (fill values that it cannot hash, bytes after a gzip member): TensorStore has read it
            raise NotRead(e)


def plain_pairs(directory):
    for parent, _, files in os.walk(directory):
        for name in files:
            path = os.path.join(parent, name)
            with open(path, "rb") as f:
                yield os.path.relpath(path, directory).replace(os.sep, "/"), f.read()


def copy_to_ocdbt(directory, other):
    kv = store(other, "")
    for key, value in plain_pairs(directory):
        kv.write(key, value).result()


def array_names(keys):
    rows = []
    for key in keys:
        for tail, driver in (("/.zarray", "zarr"), ("/zarr.json", "zarr3")):
            if ("/" + key).endswith(tail):
                rows.append((key[: len(key) - len(tail)] if len(key) > len(tail) - 1 else "", driver))
    return sorted(rows)


def read_bare(directory, keys, ocdbt, documents):
    leaves = []
    for name, driver in array_names(keys):
        path = name.split("/") if name else []
        try:
            if (
                driver == "zarr3"
                and json.loads(documents(name + "/zarr.json" if name else "zarr.json")).get("node_type") == "group"
            ):
                continue
            array = open_array(directory, name, driver, ocdbt)
            if not array.dtype.itemsize:
                array = raw_array(directory, name, ocdbt)
            leaves.append(values.array_record(path, array, "array"))
        except Exception as e:
            leaves.append(unread(path, "array", e))
    return leaves


def read_ocdbt(directory):
    kv = store(directory, "")
    keys = [bytes(key).decode() for key in kv.list().result()]
    return read_bare(directory, keys, True, lambda key: bytes(kv.read(key).result().value))


def read_zarr(directory):
    keys = [
        os.path.relpath(os.path.join(parent, f), directory).replace(os.sep, "/")
        for parent, _, files in os.walk(directory)
        for f in files
    ]

    def document(key):
        with open(os.path.join(directory, key), "rb") as f:
            return f.read()

    return read_bare(directory, keys, False, document)


RESTORERS = {"pytree": restore_pytree, "json": restore_json, "ocdbt": read_ocdbt, "zarr": read_zarr}
READERS = {**RESTORERS, "pytree": read_pytree}
