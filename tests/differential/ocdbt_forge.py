"""Reads and writes the OCDBT on-disk structures, byte for byte.

Used to forge damaged or hostile stores whose CRC-32C is nevertheless valid,
and to find where things lie.  Structures are plain dicts; `decode_*` and
`encode_*` are inverse (`python ocdbt_forge.py STORE_DIR` checks that on every
file reachable from a manifest).

Envelope of a manifest, version tree node or B+tree node:

    u32be magic | u64le length of everything incl. CRC | varint version (0)
    | varint compression (0 none, 1 zstd) | body | u32le CRC-32C of all before

A file `d/<hex>` holds any mix of values and nodes; a reference is
(file id, offset, length).  A file id is (base path, relative path).
"""

import os
import struct
import sys

import google_crc32c
from numcodecs.zstd import Zstd

MAGIC = {"manifest": 0x0CDB3A2A, "version": 0x0CDB1234, "btree": 0x0CDB20DE}
NO_ROOT = (1 << 64) - 1


class Reader:
    def __init__(self, data, pos=0):
        self.data, self.pos = data, pos

    def u8(self):
        self.pos += 1
        return self.data[self.pos - 1]

    def take(self, n):
        if self.pos + n > len(self.data):
            raise ValueError("short: need %d at %d of %d" % (n, self.pos, len(self.data)))
        self.pos += n
        return bytes(self.data[self.pos - n : self.pos])

    def varint(self):
        out = shift = 0
        while True:
            b = self.u8()
            out |= (b & 0x7F) << shift
            shift += 7
            if not b & 0x80:
                return out

    def varints(self, n):
        return [self.varint() for _ in range(n)]

    def u64s(self, n):
        return [struct.unpack("<Q", self.take(8))[0] for _ in range(n)]


def varint(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def varints(xs):
    return b"".join(varint(x) for x in xs)


def u64s(xs):
    return b"".join(struct.pack("<Q", x) for x in xs)


# ---------------------------------------------------------------- envelope


def unwrap(data, kind):
    """(body, compression) of an enveloped structure; checks magic and CRC."""
    (magic,) = struct.unpack(">I", data[:4])
    if magic != MAGIC[kind]:
        raise ValueError("magic %08x" % magic)
    (length,) = struct.unpack("<Q", data[4:12])
    if length != len(data):
        raise ValueError("length %d, have %d" % (length, len(data)))
    (crc,) = struct.unpack("<I", data[-4:])
    if crc != google_crc32c.value(data[:-4]):
        raise ValueError("crc")
    r = Reader(data[:-4], 12)
    if r.varint() != 0:
        raise ValueError("version")
    compression = r.varint()
    body = r.data[r.pos :]
    return (Zstd().decode(body) if compression == 1 else bytes(body)), compression


def wrap(body, kind, compression=1, version=0, length=None, crc=None, raw=None, level=3):
    """The enveloped structure; the keyword arguments forge single fields.

    `raw` replaces the (compressed) body as it is stored.
    """
    if raw is None:
        raw = Zstd(level).encode(body) if compression == 1 else body
    inner = varint(version) + varint(compression) + raw
    total = 12 + len(inner) + 4
    out = struct.pack(">IQ", MAGIC[kind], 0)[:4] + struct.pack("<Q", total if length is None else length) + inner
    return out + struct.pack("<I", google_crc32c.value(out) if crc is None else crc)


# ---------------------------------------------------------- data file table


def decode_files(r):
    """[(base path, relative path)]"""
    n = r.varint()
    prefix = [0] + r.varints(max(0, n - 1))
    suffix = r.varints(n)
    base = r.varints(n)
    out, prev = [], b""
    for p, s, b in zip(prefix[:n], suffix, base):
        full = prev[:p] + r.take(s)
        out.append((full[:b], full[b:]))
        prev = full
    return out


def encode_files(files):
    full = [b + p for b, p in files]
    prefix = []
    for a, b in zip(full, full[1:]):
        k = 0
        while k < min(len(a), len(b)) and a[k] == b[k]:
            k += 1
        prefix.append(k)
    suffix = [len(f) - k for f, k in zip(full, [0] + prefix)]
    return (
        varint(len(files))
        + varints(prefix)
        + varints(suffix)
        + varints(len(b) for b, _ in files)
        + b"".join(f[len(f) - s :] for f, s in zip(full, suffix))
    )


# ------------------------------------------------------------ version tree


def decode_version_leaves(r):
    n = r.varint()
    cols = [r.varints(n)]
    cols.append([r.u8() for _ in range(n)])
    cols += [r.varints(n) for _ in range(6)]
    cols.append(r.u64s(n))
    names = (
        "generation",
        "height",
        "file",
        "offset",
        "length",
        "num_keys",
        "num_tree_bytes",
        "num_indirect_bytes",
        "commit_time",
    )
    return [dict(zip(names, row)) for row in zip(*cols)]


def encode_version_leaves(vs):
    c = lambda k: [v[k] for v in vs]
    return (
        varint(len(vs))
        + varints(c("generation"))
        + bytes(c("height"))
        + b"".join(
            varints(c(k)) for k in ("file", "offset", "length", "num_keys", "num_tree_bytes", "num_indirect_bytes")
        )
        + u64s(c("commit_time"))
    )


def decode_version_nodes(r, with_height):
    n = r.varint()
    cols = [r.varints(n) for _ in range(5)] + [r.u64s(n)]
    names = ["generation", "file", "offset", "length", "num_generations", "commit_time"]
    if with_height:
        cols.append([r.u8() for _ in range(n)])
        names.append("height")
    return [dict(zip(names, row)) for row in zip(*cols)]


def encode_version_nodes(vs, with_height):
    c = lambda k: [v[k] for v in vs]
    out = varint(len(vs)) + b"".join(
        varints(c(k)) for k in ("generation", "file", "offset", "length", "num_generations")
    )
    out += u64s(c("commit_time"))
    return out + (bytes(c("height")) if with_height else b"")


def decode_config(r):
    c = {
        "uuid": r.take(16),
        "kind": r.varint(),
        "max_inline": r.varint(),
        "max_node": r.varint(),
        "arity_log2": r.u8(),
        "compression": r.varint(),
    }
    if c["compression"] == 1:
        (c["level"],) = struct.unpack("<i", r.take(4))
    return c


def encode_config(c):
    return (
        c["uuid"]
        + varint(c["kind"])
        + varint(c["max_inline"])
        + varint(c["max_node"])
        + bytes([c["arity_log2"]])
        + varint(c["compression"])
        + (struct.pack("<i", c["level"]) if c["compression"] == 1 else b"")
    )


def decode_manifest(data):
    body, comp = unwrap(data, "manifest")
    r = Reader(body)
    m = {"config": decode_config(r), "envelope_compression": comp}
    if r.pos < len(body):  # kind 0, or a numbered manifest
        m["files"] = decode_files(r)
        m["versions"] = decode_version_leaves(r)
        m["nodes"] = decode_version_nodes(r, True)
    if r.pos != len(body):
        raise ValueError("%d trailing bytes" % (len(body) - r.pos))
    return m


def manifest_body(m):
    out = encode_config(m["config"])
    if "files" in m:
        out += encode_files(m["files"]) + encode_version_leaves(m["versions"]) + encode_version_nodes(m["nodes"], True)
    return out


def encode_manifest(m, **forge):
    return wrap(manifest_body(m), "manifest", forge.pop("compression", m["envelope_compression"]), **forge)


def decode_version_node(data):
    body, comp = unwrap(data, "version")
    r = Reader(body)
    v = {"arity_log2": r.u8(), "height": r.u8(), "files": decode_files(r), "envelope_compression": comp}
    v["entries"] = decode_version_leaves(r) if v["height"] == 0 else decode_version_nodes(r, False)
    if r.pos != len(body):
        raise ValueError("%d trailing bytes" % (len(body) - r.pos))
    return v


def version_node_body(v):
    return (
        bytes([v["arity_log2"], v["height"]])
        + encode_files(v["files"])
        + (encode_version_leaves(v["entries"]) if v["height"] == 0 else encode_version_nodes(v["entries"], False))
    )


def encode_version_node(v, **forge):
    return wrap(version_node_body(v), "version", forge.pop("compression", v["envelope_compression"]), **forge)


# ------------------------------------------------------------------ B+tree


def decode_btree(data):
    """Keys are relative to the node's own prefix (see `walk`)."""
    body, comp = unwrap(data, "btree")
    r = Reader(body)
    b = {"height": r.u8(), "files": decode_files(r), "envelope_compression": comp}
    n = r.varint()
    prefix = [0] + r.varints(max(0, n - 1))
    suffix = r.varints(n)
    common = r.varints(n) if b["height"] else None
    keys, prev = [], b""
    for p, s in zip(prefix[:n], suffix):
        prev = prev[:p] + r.take(s)
        keys.append(prev)
    if b["height"]:
        cols = [r.varints(n) for _ in range(6)]
        names = ("file", "offset", "length", "num_keys", "num_tree_bytes", "num_indirect_bytes")
        b["entries"] = [dict(zip(names, row), key=k, common=c) for k, c, row in zip(keys, common, zip(*cols))]
    else:
        lengths = r.varints(n)
        kinds = [r.u8() for _ in range(n)]
        m = sum(1 for k in kinds if k == 1)
        files, offsets = r.varints(m), r.varints(m)
        b["entries"], j = [], 0
        for k, ln, kind in zip(keys, lengths, kinds):
            if kind == 1:
                b["entries"].append({"key": k, "file": files[j], "offset": offsets[j], "length": ln})
                j += 1
            else:
                b["entries"].append({"key": k, "length": ln, "kind": kind})
        for e in b["entries"]:
            if "file" not in e:
                e["value"] = r.take(e.pop("length"))
                if e["kind"] == 0:
                    del e["kind"]
    if r.pos != len(body):
        raise ValueError("%d trailing bytes" % (len(body) - r.pos))
    return b


def btree_body(b):
    es = b["entries"]
    prefix, prev = [], None
    for e in es:
        if prev is not None:
            k = 0
            while k < min(len(prev), len(e["key"])) and prev[k] == e["key"][k]:
                k += 1
            prefix.append(k)
        prev = e["key"]
    suffix = [len(e["key"]) - k for e, k in zip(es, [0] + prefix)]
    out = bytes([b["height"]]) + encode_files(b["files"]) + varint(len(es)) + varints(prefix) + varints(suffix)
    if b["height"]:
        out += varints(e["common"] for e in es)
    out += b"".join(e["key"][len(e["key"]) - s :] for e, s in zip(es, suffix))
    if b["height"]:
        for k in ("file", "offset", "length", "num_keys", "num_tree_bytes", "num_indirect_bytes"):
            out += varints(e[k] for e in es)
    else:
        ind = [e for e in es if "file" in e]
        out += varints(e["length"] if "file" in e else len(e["value"]) for e in es)
        out += bytes(1 if "file" in e else e.get("kind", 0) for e in es)
        out += varints(e["file"] for e in ind) + varints(e["offset"] for e in ind)
        out += b"".join(e["value"] for e in es if "file" not in e)
    return out


def encode_btree(b, **forge):
    return wrap(btree_body(b), "btree", forge.pop("compression", b["envelope_compression"]), **forge)


# ----------------------------------------------------------------- walking


def read_ref(root, files, ref, base=b""):
    b, p = files[ref["file"]]
    path = os.path.join(root, (base + b + p).decode("utf-8", "surrogateescape"))
    with open(path, "rb") as f:
        f.seek(ref["offset"])
        return path, f.read(ref["length"])


def load_manifest(root):
    """(path, manifest) of the newest manifest with versions."""
    path = os.path.join(root, "manifest.ocdbt")
    with open(path, "rb") as f:
        m = decode_manifest(f.read())
    if m["config"]["kind"] == 1:
        names = sorted(n for n in os.listdir(root) if n.startswith("manifest.") and n != "manifest.ocdbt")
        path = os.path.join(root, names[-1])
        with open(path, "rb") as f:
            m = decode_manifest(f.read())
    return path, m


def walk(root, files, ref, height, prefix=b"", base=b""):
    """Yields (node path, offset, length, node, prefix, base path) of a B+tree."""
    path, data = read_ref(root, files, ref, base)
    node = decode_btree(data)
    here = base + files[ref["file"]][0]
    yield path, ref["offset"], ref["length"], node, prefix, here
    if node["height"]:
        for e in node["entries"]:
            yield from walk(root, node["files"], e, height - 1, prefix + e["key"][: e["common"]], here)


def all_values(root):
    """Yields (key, where, value) of the newest version."""
    _, m = load_manifest(root)
    v = m["versions"][-1]
    if v["offset"] == NO_ROOT:
        return
    for path, off, _, node, prefix, here in walk(root, m["files"], v, v["height"]):
        if node["height"]:
            continue
        for e in node["entries"]:
            if "file" in e:
                p, data = read_ref(root, node["files"], e, here)
                yield prefix + e["key"], (p, e["offset"], e["length"]), data
            else:
                yield prefix + e["key"], (path, off, None), e["value"]


def check(root):
    """Round-trips everything reachable from the manifest; returns counts."""
    count = {"manifest": 0, "version": 0, "btree": 0, "keys": 0, "height": 0}
    seen = set()

    def version(files, ref):
        path, data = read_ref(root, files, ref)
        v = decode_version_node(data)
        assert version_node_body(v) == unwrap(data, "version")[0]
        count["version"] += 1
        for e in v["entries"]:
            if v["height"]:
                version(v["files"], e)
            else:
                tree(v["files"], e)

    def tree(files, ref):
        if ref["offset"] == NO_ROOT:
            return
        key = (files[ref["file"]], ref["offset"])
        if key in seen:
            return
        seen.add(key)
        for path, off, ln, node, _, _ in walk(root, files, ref, ref["height"]):
            with open(path, "rb") as f:
                f.seek(off)
                data = f.read(ln)
            assert btree_body(node) == unwrap(data, "btree")[0]
            count["btree"] += 1
            count["height"] = max(count["height"], node["height"])
            if not node["height"]:
                count["keys"] += len(node["entries"])

    for n in sorted(os.listdir(root)):
        if n.startswith("manifest."):
            with open(os.path.join(root, n), "rb") as f:
                data = f.read()
            m = decode_manifest(data)
            assert manifest_body(m) == unwrap(data, "manifest")[0]
            count["manifest"] += 1
            for v in m.get("versions", []):
                tree(m["files"], v)
            for v in m.get("nodes", []):
                version(m["files"], v)
    return count


if __name__ == "__main__":
    for d in sys.argv[1:]:
        print(d, check(d))
