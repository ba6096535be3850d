"""Random damages: `damage(root, r)` changes one thing in a copy of a checkpoint and says what."""

import json
import os
import random
import shutil

import ocdbt_forge as forge


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def files_of(root):
    return sorted(
        os.path.relpath(os.path.join(parent, name), root) for parent, _, names in os.walk(root) for name in names
    )


def pick_file(root, r, at_least=0):
    """By number or by size, so that both small and large files get their share."""
    rows = [(f, os.path.getsize(os.path.join(root, f))) for f in files_of(root)]
    rows = [row for row in rows if row[1] >= at_least]
    if r.random() < 0.5:
        return r.choice(rows)[0]
    return r.choices(rows, [size + 1 for _, size in rows])[0][0]


# ------------------------------------------------------------------ files


def flip(root, r):
    name = pick_file(root, r, 1)
    data = bytearray(read(os.path.join(root, name)))
    at, bit = r.randrange(len(data)), r.randrange(8)
    data[at] ^= 1 << bit
    write(os.path.join(root, name), bytes(data))
    return "bit %d of byte %d of %s" % (bit, at, name)


def truncate(root, r):
    name = pick_file(root, r, 1)
    data = read(os.path.join(root, name))
    n = r.choice([0, r.randrange(len(data)), len(data) - 1])
    write(os.path.join(root, name), data[:n])
    return "%s cut from %d to %d bytes" % (name, len(data), n)


def append(root, r):
    name = pick_file(root, r)
    extra = r.randbytes(r.randint(1, 40))
    write(os.path.join(root, name), read(os.path.join(root, name)) + extra)
    return "%d bytes after the end of %s" % (len(extra), name)


def delete(root, r):
    name = pick_file(root, r)
    os.remove(os.path.join(root, name))
    return "%s deleted" % name


def swap(root, r):
    a, b = pick_file(root, r), pick_file(root, r)
    x, y = read(os.path.join(root, a)), read(os.path.join(root, b))
    write(os.path.join(root, a), y)
    write(os.path.join(root, b), x)
    return "%s and %s swapped" % (a, b)


def replace(root, r):
    a, b = pick_file(root, r), pick_file(root, r)
    write(os.path.join(root, a), read(os.path.join(root, b)))
    return "%s replaced by %s" % (a, b)


def zeros(root, r):
    name = pick_file(root, r, 1)
    data = bytearray(read(os.path.join(root, name)))
    at = r.randrange(len(data))
    n = min(r.randint(1, 64), len(data) - at)
    data[at : at + n] = bytes(n)
    write(os.path.join(root, name), bytes(data))
    return "%d bytes at %d of %s are zero" % (n, at, name)


def move_within(root, r):
    """A file's middle moved by some bytes: what a bad copy does."""
    name = pick_file(root, r, 2)
    data = read(os.path.join(root, name))
    at, n = r.randrange(len(data)), r.randint(1, 16)
    write(os.path.join(root, name), data[:at] + r.randbytes(n) + data[at:])
    return "%d bytes inserted at %d of %s" % (n, at, name)


# --------------------------------------------------- values, by key, through the real writer


def stores_of(root):
    return sorted(
        parent for parent, _, names in os.walk(root) if "manifest.ocdbt" in names and "ocdbt.process_" not in parent
    )


class Pairs:
    """The keys of an OCDBT database, or of a plain directory with arrays."""

    def __init__(self, root, r):
        import reference

        stores = stores_of(root)
        self.root = r.choice(stores) if stores else root
        self.kv = reference.store(self.root, "") if stores else None
        self.keys = [bytes(k).decode() for k in self.kv.list().result()] if stores else files_of(root)

    def get(self, key):
        return bytes(self.kv.read(key).result().value) if self.kv else read(os.path.join(self.root, key))

    def put(self, key, value):
        if self.kv:
            self.kv.write(key, value).result()
        elif value is None:
            os.remove(os.path.join(self.root, key))
        else:
            write(os.path.join(self.root, key), value)

    def pick(self, r, metadata):
        rows = [k for k in self.keys if k.endswith((".zarray", "zarr.json")) == metadata]
        return r.choice(rows or self.keys)


def value_bit(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, False)
    data = bytearray(pairs.get(key))
    if not data:
        return delete(root, r)
    at, bit = r.randrange(len(data)), r.randrange(8)
    data[at] ^= 1 << bit
    pairs.put(key, bytes(data))
    return "bit %d of byte %d of key %s" % (bit, at, key)


def value_gone(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, r.random() < 0.2)
    pairs.put(key, None)
    return "key %s deleted" % key


def values_swapped(root, r):
    pairs = Pairs(root, r)
    metadata = r.random() < 0.3
    a, b = pairs.pick(r, metadata), pairs.pick(r, metadata)
    x, y = pairs.get(a), pairs.get(b)
    pairs.put(a, y)
    pairs.put(b, x)
    return "values of keys %s and %s swapped" % (a, b)


def value_longer(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, False)
    data = pairs.get(key)
    extra = r.choice([b"\x00", r.randbytes(r.randint(1, 20)), b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd", data])
    pairs.put(key, extra + data if r.random() < 0.2 else data + extra)
    return "%d more bytes in key %s" % (len(extra), key)


def value_shorter(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, False)
    data = pairs.get(key)
    n = r.randrange(len(data)) if data else 0
    pairs.put(key, data[:n])
    return "key %s cut from %d to %d bytes" % (key, len(data), n)


def value_extra(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, r.random() < 0.5)
    other = "%s%s" % (r.choice(["x", "", "y/"]), r.choice([key + "0", key.replace("0", "7", 1), "zz" + key]))
    if other in pairs.keys:
        return delete(root, r)
    pairs.put(other, pairs.get(key))
    return "key %s added, a copy of %s" % (other, key)


# ------------------------------------------------------------------- JSON


def places(node, path=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield path + (key,)
            yield from places(value, path + (key,))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield path + (i,)
            yield from places(value, path + (i,))


def other_value(r, old):
    if isinstance(old, bool):
        return r.choice([not old, None, 0, "true"])
    if isinstance(old, (int, float)):
        return r.choice(
            [0, 1, old + 1, old - 1, -old, old * 2, 2**31, 2**53, 2**63, 2**64, 0.5, str(old), None, [old], 1e300]
        )
    if isinstance(old, str):
        return r.choice(
            [
                old + "x",
                "",
                old[:-1],
                old.upper(),
                None,
                7,
                "<f4",
                "<i4",
                "float32",
                "int32",
                "zstd",
                "gzip",
                "bytes",
                "C",
                "F",
                "/",
                ".",
                "NaN",
                "Infinity",
                "0x7fc00001",
                "None",
                "jax.Array",
                "np.ndarray",
                "scalar",
                "string",
                "Dict",
                "unknown",
                "end",
                "start",
                "big",
                "little",
            ]
        )
    if isinstance(old, list):
        return r.choice([[], old + old[-1:], old[:-1], old[::-1], None, {}])
    if isinstance(old, dict):
        return r.choice([{}, None, [], "x"])
    return r.choice([0, 1, "", [], {}, True, 2.5, "NaN"])


def edited(r, text):
    """One place of a JSON document changed, removed, doubled or renamed."""
    document = json.loads(text)
    rows = list(places(document))
    if not rows:
        return text + b" ", "a blank"
    path = r.choice(rows)
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    how = r.random()
    old = parent[path[-1]]
    if how < 0.6:
        parent[path[-1]] = other_value(r, old)
        what = "%s: %r -> %r" % ("/".join(map(str, path)), old, parent[path[-1]])
    elif how < 0.75:
        del parent[path[-1]]
        what = "%s removed" % "/".join(map(str, path))
    elif how < 0.85 and isinstance(parent, dict):
        parent[str(path[-1]) + "_"] = parent.pop(path[-1])
        what = "%s renamed" % "/".join(map(str, path))
    elif how < 0.92 and isinstance(parent, dict):
        new = json.dumps(other_value(r, old))
        marker = "\ue000"
        parent[marker] = 0
        text = json.dumps(document).replace(json.dumps(marker) + ": 0", json.dumps(path[-1]) + ": " + new)
        return text.encode(), "%s twice, then %s" % ("/".join(map(str, path)), new)
    elif isinstance(parent, dict):
        parent["unknown"] = r.choice([1, {"must_understand": False}, None])
        what = "member unknown beside %s" % "/".join(map(str, path))
    else:
        parent.append(r.choice([0, 1, None, old]))
        what = "one more element beside %s" % "/".join(map(str, path))
    return json.dumps(document).encode(), what[:200]


def document_file(root, r):
    names = [
        f
        for f in files_of(root)
        if os.path.basename(f)
        in ("_METADATA", "_METADATA", "_CHECKPOINT_METADATA", "_sharding", "_strings.json", ".zarray", "zarr.json")
        or "array_metadatas" in f
    ]
    likely = [f for f in names if f.endswith("_METADATA") and not f.endswith("_CHECKPOINT_METADATA")]
    if not names:
        return value_document(root, r)
    name = r.choice(likely if likely and r.random() < 0.6 else names)
    try:
        text, what = edited(r, read(os.path.join(root, name)))
    except ValueError:
        return flip(root, r)
    write(os.path.join(root, name), text)
    return "%s: %s" % (name, what)


def value_document(root, r):
    pairs = Pairs(root, r)
    key = pairs.pick(r, True)
    if not key.endswith((".zarray", "zarr.json")):
        return flip(root, r)
    text, what = edited(r, pairs.get(key))
    pairs.put(key, text)
    return "%s: %s" % (key, what)


# ---------------------------------------------- OCDBT structures, with valid checksums


def numbers(r, old):
    return r.choice(
        [
            0,
            1,
            old + 1,
            max(0, old - 1),
            old ^ (1 << r.randrange(16)),
            2**16,
            2**31,
            2**32,
            2**63 - 1,
            2**63,
            2**64 - 2,
            2**64 - 1,
        ]
    )


def paths(r, old):
    return r.choice(
        [
            b"",
            b"d/none",
            b"../d/up",
            b"/etc/hostname",
            b"./" + old,
            old + b"/",
            b"d//x",
            b"\x00",
            old[:-1],
            b"manifest.ocdbt",
            old.upper(),
            b"_METADATA",
            b"\xff\xfe",
        ]
    )


def root_node(root):
    path, m = forge.load_manifest(root)
    v = m["versions"][-1]
    where, data = forge.read_ref(root, m["files"], v)
    return path, m, v, where, data


def put_root(root, path, m, v, data, height=None):
    name = b"d/" + b"f0" * 16
    write(os.path.join(root, name.decode()), data)
    m["files"] = list(m["files"]) + [(b"", name)]
    v.update(file=len(m["files"]) - 1, offset=0, length=len(data))
    if height is not None:
        v["height"] = height
    write(path, forge.encode_manifest(m))


def needs_store(fn):
    def wrapped(root, r):
        stores = stores_of(root)
        return fn(r.choice(stores), r) if stores else flip(root, r)

    wrapped.__name__ = fn.__name__
    return wrapped


@needs_store
def body_bit(root, r):
    """A bit of the decompressed manifest or root node, wrapped again with a valid checksum."""
    path, m, v, _, data = root_node(root)
    kind = r.choice(["manifest", "btree"])
    body, compression = forge.unwrap(read(path) if kind == "manifest" else data, kind)
    body = bytearray(body)
    at, bit = r.randrange(len(body)), r.randrange(8)
    if r.random() < 0.5:
        at = r.randrange(min(len(body), 80))
    body[at] ^= 1 << bit
    new = forge.wrap(bytes(body), kind, compression)
    if kind == "manifest":
        write(path, new)
    else:
        put_root(root, path, m, v, new)
    return "bit %d of byte %d of the %s's body, checksum valid" % (bit, at, kind)


@needs_store
def body_cut(root, r):
    path, m, v, _, data = root_node(root)
    kind = r.choice(["manifest", "btree"])
    body, compression = forge.unwrap(read(path) if kind == "manifest" else data, kind)
    n = r.randrange(len(body))
    new_body = body[:n] if r.random() < 0.5 else body + r.randbytes(r.randint(1, 5))
    new = forge.wrap(new_body, kind, compression)
    if kind == "manifest":
        write(path, new)
    else:
        put_root(root, path, m, v, new)
    return "the %s's body of %d bytes has %d, checksum valid" % (kind, len(body), len(new_body))


@needs_store
def envelope(root, r):
    path, m, v, _, data = root_node(root)
    kind = r.choice(["manifest", "btree"])
    body, compression = forge.unwrap(read(path) if kind == "manifest" else data, kind)
    how = r.choice(["compression", "version", "length", "kind", "frame"])
    raw = forge.Zstd(3).encode(body) if compression else body
    if how == "frame":
        raw = r.choice(
            [
                raw + forge.Zstd(3).encode(b""),
                raw + b"\x00",
                b"\x50\x2a\x4d\x18\x00\x00\x00\x00" + raw,
                raw[:-1],
                raw + raw,
            ]
        )
    new = forge.wrap(
        body,
        r.choice(["manifest", "btree", "version"]) if how == "kind" else kind,
        r.choice([0, 1, 2, 300]) if how == "compression" else compression,
        r.choice([1, 2, 128, 2**32 - 1]) if how == "version" else 0,
        r.choice([0, 15, 16, len(raw), 2**64 - 1]) if how == "length" else None,
        raw=raw,
    )
    if kind == "manifest":
        write(path, new)
    else:
        put_root(root, path, m, v, new)
    return "envelope of the %s: %s, checksum valid" % (kind, how)


@needs_store
def manifest_field(root, r):
    path, m = forge.load_manifest(root)
    where = r.choice(["config", "version", "version", "file", "versions"])
    if where == "config":
        field = r.choice([k for k in m["config"]])
        old = m["config"][field]
        m["config"][field] = (
            r.randbytes(16)
            if field == "uuid"
            else r.choice([0, 1, 16, 17, 40, 255])
            if field == "arity_log2"
            else r.choice([-(2**31), -131073, 22, 23, 2**31 - 1])
            if field == "level"
            else r.choice([0, 1, 2, 127, 2**31, 2**32 - 1])
        )
        if field == "compression" and m["config"]["compression"] == 1:
            m["config"].setdefault("level", 0)
        what = "config.%s %r -> %r" % (field, old, m["config"][field])
    elif where == "version":
        v = m["versions"][-1]
        field = r.choice(list(v))
        old = v[field]
        v[field] = numbers(r, old) % 256 if field == "height" else numbers(r, old)
        if field == "commit_time":
            v[field] %= 2**64
        what = "version.%s %r -> %r" % (field, old, v[field])
    elif where == "file":
        i = r.randrange(len(m["files"]))
        base, name = m["files"][i]
        m["files"][i] = (paths(r, base), name) if r.random() < 0.3 else (base, paths(r, name))
        what = "file %d %r -> %r" % (i, base + name, m["files"][i])
    else:
        v = dict(m["versions"][-1])
        v["generation"] += r.choice([0, 1, 1, 16, 2**40])
        v["commit_time"] += r.choice([-1, 0, 1, 1])
        if r.random() < 0.5:
            m["versions"].append(v)
        else:
            m["versions"].insert(0, v)
        what = "another version"
    write(path, forge.encode_manifest(m))
    return "manifest: %s, checksum valid" % what


@needs_store
def node_field(root, r):
    path, m, v, _, data = root_node(root)
    node = forge.decode_btree(data)
    entries = node["entries"]
    e = r.choice(entries)
    how = r.choice(["field", "field", "field", "key", "order", "copy", "drop", "height", "file", "kind"])
    what = how
    if how == "field":
        field = r.choice(
            [
                k
                for k in e
                if k in ("file", "offset", "length", "common", "num_keys", "num_tree_bytes", "num_indirect_bytes")
            ]
            or ["value"]
        )
        old = e[field]
        e[field] = old[:-1] if field == "value" else numbers(r, old) % (1 << 16 if field == "common" else 1 << 64)
        what = "%s of %r %r -> %r" % (field, e["key"], old, e[field])
    elif how == "key":
        old = e["key"]
        e["key"] = r.choice([old + b"0", old[:-1], b"", b"\xff" + old, old[::-1]])
        if r.random() < 0.7:
            entries.sort(key=lambda row: row["key"])
        what = "key %r -> %r" % (old, e["key"])
    elif how == "order":
        i = r.randrange(len(entries))
        entries.insert(r.randrange(len(entries)), entries.pop(i))
    elif how == "copy":
        entries.insert(entries.index(e), dict(e))
    elif how == "drop":
        entries.remove(e)
        what = "entry %r dropped" % e["key"]
    elif how == "height":
        node["height"] = node["height"] ^ 1 if r.random() < 0.3 else node["height"]
        v["height"] = r.choice([0, 1, 2, 255])
    elif how == "file" and node["files"]:
        i = r.randrange(len(node["files"]))
        base, name = node["files"][i]
        node["files"][i] = (paths(r, base), name) if r.random() < 0.3 else (base, paths(r, name))
        what = "file %d %r -> %r" % (i, base + name, node["files"][i])
    elif how == "kind" and not node["height"]:
        inline = [row for row in entries if "file" not in row]
        if inline:
            r.choice(inline)["kind"] = r.choice([2, 255])
    height = v["height"]
    try:
        new = forge.encode_btree(node)
    except KeyError:
        return flip(root, r)
    put_root(root, path, m, v, new, height)
    return "node: %s, checksum valid" % what[:300]


FILES = [flip, flip, flip, truncate, append, delete, swap, replace, zeros, move_within]
VALUES = [value_bit, value_bit, value_gone, values_swapped, value_longer, value_shorter, value_extra]
DOCUMENTS = [document_file, document_file, value_document, value_document]
STRUCTURES = [body_bit, body_bit, body_cut, envelope, manifest_field, node_field, node_field]


def damage(root, seed):
    r = random.Random(seed)
    kind = r.choice(r.choice([FILES, FILES, VALUES, DOCUMENTS, STRUCTURES]))
    return "%s: %s" % (kind.__name__, kind(root, r))


def copies(directory, count, seed):
    """[(name, what)] of `count` damaged copies of directory/ckpt."""
    rows = []
    for i in range(count):
        name = "damaged-%d" % i
        copy = os.path.join(directory, name)
        shutil.copytree(os.path.join(directory, "ckpt"), copy)
        try:
            rows.append((name, damage(copy, seed * 1000 + i)))
        except Exception as e:  # nothing to damage in that way
            shutil.rmtree(copy)
            print("no damage %d of %d: %s: %s" % (i, seed, type(e).__name__, e), flush=True)
    return rows
