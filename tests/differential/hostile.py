"""Checkpoints made to hurt a reader: valid checksums, lying numbers, bombs. `all_of()` gives (base, name, change)."""

import json
import os
import struct

import damages
import ocdbt_forge as forge

WORD = 1 << 64
NUMBERS = [0, 1, 15, 16, 2**16, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, WORD - 2, WORD - 1]
PATHS = [
    b"",
    b"/",
    b"/etc/hostname",
    b"..",
    b"../ckpt/d/x",
    b"d/../d/x",
    b"d/./x",
    b"./d/x",
    b"d//x",
    b"d/",
    b"\x00",
    b"d\\x",
    b"C:\\x",
    b"file:///etc/hostname",
    b"\xff\xfe",
    b"x" * 65000,
    b"d/" * 3000 + b"x",
    b"manifest.ocdbt",
    b"_METADATA",
    b"CON",
    "d/é".encode(),
]


def setter(document, value):
    def change(root):
        damages.write(os.path.join(root, document), value if isinstance(value, bytes) else value.encode())

    return change


# ------------------------------------------------------------------- OCDBT


def manifest(change, **kw):
    def run(root):
        path, m = forge.load_manifest(root)
        change(m)
        damages.write(path, forge.encode_manifest(m, **kw))

    return run


def node(change, **kw):
    def run(root):
        path, m, v, _, data = damages.root_node(root)
        n = forge.decode_btree(data)
        n = change(n) or n
        damages.put_root(root, path, m, v, forge.encode_btree(n, **kw), n["height"])

    return run


def body(kind, change):
    """The raw body of a structure, wrapped again."""

    def run(root):
        path, m, v, _, data = damages.root_node(root)
        raw, compression = forge.unwrap(damages.read(path) if kind == "manifest" else data, kind)
        new = forge.wrap(change(raw), kind, compression)
        if kind == "manifest":
            damages.write(path, new)
        else:
            damages.put_root(root, path, m, v, new)

    return run


def set_version(field, value):
    return manifest(lambda m: m["versions"][-1].update({field: value}))


def set_config(field, value):
    def change(m):
        m["config"][field] = value
        if field == "compression" and value == 1:
            m["config"].setdefault("level", 0)

    return manifest(change)


def set_entry(field, value, indirect):
    def change(n):
        rows = [e for e in n["entries"] if ("file" in e) == indirect]
        rows[len(rows) // 2][field] = value

    return node(change)


def set_file(i, path):
    def change(n):
        n["files"][i % len(n["files"])] = path

    return node(change)


def tower(height, width):
    """Interior nodes above one another, each with `width` entries for the same child."""

    def run(root):
        path, m, v, _, data = damages.root_node(root)
        leaf = forge.decode_btree(data)
        first = leaf["entries"][0]["key"]
        blob, file = b"", (b"", b"d/" + b"70" * 16)
        child = {"file": 0, "offset": 0, "length": len(data)}
        blob += data
        for level in range(1, height + 1):
            entries = [
                dict(
                    child,
                    key=first if i == 0 else b"\xff" * i,
                    common=0,
                    num_keys=v["num_keys"],
                    num_tree_bytes=len(blob),
                    num_indirect_bytes=v["num_indirect_bytes"],
                )
                for i in range(width)
            ]
            new = forge.encode_btree({"height": level, "files": [file], "entries": entries, "envelope_compression": 0})
            child = {"file": 0, "offset": len(blob), "length": len(new)}
            blob += new
        damages.write(os.path.join(root, file[1].decode()), blob)
        m["files"].append(file)
        v.update(file=len(m["files"]) - 1, offset=child["offset"], length=child["length"], height=height)
        damages.write(path, forge.encode_manifest(m))

    return run


def bomb(total, start=b"", claim=True):
    """A zstd frame of RLE blocks."""
    out = struct.pack("<I", 0xFD2FB528) + (
        bytes([0xC0, 0x58]) + struct.pack("<Q", total) if claim else bytes([0x00, 0x58])
    )
    blocks = [struct.pack("<I", len(start) << 3)[:3] + start] if start else []
    left = total - len(start)
    while left > 0:
        n = min(left, 128 * 1024)
        blocks.append(struct.pack("<I", n << 3 | 2)[:3] + b"\x00")
        left -= n
    last = bytearray(blocks[-1])
    last[0] |= 1
    return out + b"".join(blocks[:-1]) + bytes(last)


def ocdbt_cases():
    for field in (
        "generation",
        "file",
        "offset",
        "length",
        "num_keys",
        "num_tree_bytes",
        "num_indirect_bytes",
        "commit_time",
    ):
        for value in NUMBERS:
            yield "version %s=%d" % (field, value), set_version(field, value)
    for height in (1, 2, 64, 255):
        yield "version height=%d" % height, set_version("height", height)
    for field, values in {
        "kind": [1, 2, 127],
        "max_inline": [0, 2**32 - 1, 2**32],
        "max_node": [0, 2**32 - 1, 2**40],
        "arity_log2": [0, 1, 16, 17, 64, 255],
        "compression": [0, 2, 2**31],
    }.items():
        for value in values:
            yield "config %s=%d" % (field, value), set_config(field, value)
    for value in (-131072, -131073, 22, 23, 2**31 - 1):
        yield "config level=%d" % value, set_config("level", value)
    for field in ("file", "offset", "length"):
        for value in NUMBERS:
            yield "value %s=%d" % (field, value), set_entry(field, value, True)
    for n in (2, 127, 255):
        yield "value kind=%d" % n, set_entry("kind", n, False)
    for path in PATHS:
        for base in (False, True):
            if len(path) < 65000 or not base:
                yield (
                    "node file %r%s" % (path[:40], " as base" if base else ""),
                    set_file(0, (path, b"x") if base else (b"", path)),
                )
        yield (
            "manifest file %r" % path[:40],
            manifest(lambda m, path=path: m["files"].__setitem__(m["versions"][-1]["file"], (b"", path))),
        )
    for key in (b"", b"\x00", b"\xff" * 60000, b"\xc3", b"a" * 65535):
        yield (
            "one more key %r" % key[:20],
            node(
                lambda n, key=key: n.update(
                    entries=sorted(n["entries"] + [{"key": key, "value": b"x"}], key=lambda e: e["key"])
                )
            ),
        )
    yield "a key twice", node(lambda n: n["entries"].insert(1, dict(n["entries"][0])))
    yield "keys descending", node(lambda n: n["entries"].reverse())
    yield "no entries", node(lambda n: n.update(entries=[]))
    yield "entries of 1 MiB inline", node(lambda n: n["entries"][0].update(value=bytes(1 << 20)))
    yield "entries of 1 MiB and one byte inline", node(lambda n: n["entries"][0].update(value=bytes((1 << 20) + 1)))
    yield "a million files", node(lambda n: n.update(files=n["files"] + [(b"", b"d/x%d" % i) for i in range(200000)]))
    for kind in ("manifest", "btree"):
        for n in (1, 5, 17):
            yield "%s body and %d bytes" % (kind, n), body(kind, lambda raw, n=n: raw + bytes(n))
            yield "%s body less %d bytes" % (kind, n), body(kind, lambda raw, n=n: raw[:-n])
        yield "%s body empty" % kind, body(kind, lambda raw: b"")
        yield "%s body of 0xff" % kind, body(kind, lambda raw: b"\xff" * len(raw))
        yield "%s of 64 MiB zeros" % kind, body(kind, lambda raw: raw + bytes(64 << 20))
    for n in (2**20, 2**32, 2**63, WORD - 1):
        yield "file table count %d" % n, body("btree", lambda raw, n=n: raw[:1] + forge.varint(n) + raw[2:])
        yield "version count %d" % n, body("manifest", lambda raw, n=n: raw[:30] + forge.varint(n) + raw[31:])
    for height, width in ((1, 2), (8, 8), (40, 2), (254, 1), (255, 1)):
        yield "tower of %d levels, %d wide" % (height, width), tower(height, width)
    for total in (1 << 30, 1 << 40):
        for claim in (True, False):
            if not claim and total > 1 << 33:
                continue

            def run(root, total=total, claim=claim):
                path, m = forge.load_manifest(root)
                raw = bomb(min(total, 1 << 32), forge.manifest_body(m), claim)
                if claim:
                    raw = raw[:6] + struct.pack("<Q", total) + raw[14:]
                damages.write(path, forge.wrap(b"", "manifest", raw=raw))

            yield "manifest bomb of %d%s" % (total, "" if claim else ", size unsaid"), run


# -------------------------------------------------------------------- zarr


def zarray(**members):
    def run(root):
        path = os.path.join(root, "a", ".zarray")
        document = json.loads(damages.read(path))
        document.update(members)
        damages.write(path, json.dumps({k: v for k, v in document.items() if v is not ...}).encode())

    return run


def zarr_json(change):
    def run(root):
        path = os.path.join(root, "b", "zarr.json")
        document = json.loads(damages.read(path))
        change(document)
        damages.write(path, json.dumps(document).encode())

    return run


def shard(index):
    """`index` changes the list of (offset, length) of the first shard, whose checksum is made valid again."""
    import google_crc32c

    def run(root):
        path = os.path.join(root, "b", "c", "0", "0")
        data = damages.read(path)
        n = 4
        rows = [list(struct.unpack_from("<QQ", data, len(data) - 4 - 16 * n + 16 * i)) for i in range(n)]
        rows = index(rows, len(data)) or rows
        raw = b"".join(struct.pack("<QQ", *row) for row in rows)
        damages.write(path, data[: len(data) - 4 - 16 * n] + raw + struct.pack("<I", google_crc32c.value(raw)))

    return run


def set_row(i, row):
    def change(rows, size):
        rows[i] = [value(rows, size) if callable(value) else value for value in row]

    return change


def nested_shards(depth):
    def change(document):
        inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
        for _ in range(depth):
            inner = [
                {
                    "name": "sharding_indexed",
                    "configuration": {
                        "chunk_shape": [2, 2],
                        "codecs": inner,
                        "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
                    },
                }
            ]
        document["codecs"] = inner

    return change


def zarr_cases():
    for shape, chunks in (
        ([2**62, 4], [4, 4]),
        ([2**31, 2**31, 2**31], [1, 1, 1]),
        ([2**63 - 1], [2**63 - 1]),
        ([2**64], [4]),
        ([-1, 4], [4, 4]),
        ([4, 4], [0, 4]),
        ([4, 4], [2**62, 2**62]),
        ([4, 4], [2**32, 2**32]),
        ([4, 4], [4]),
        ([1] * 33, [1] * 33),
        ([1] * 100000, [1] * 100000),
        ([2**40, 0], [1, 1]),
        ([0, 2**40], [1, 1]),
        ([2**53], [2**20]),
        ([4.5, 4], [4, 4]),
        (["4", 4], [4, 4]),
        (None, None),
        ([10**30, 4], [4, 4]),
        ([2**31], [1]),
    ):
        yield "shape %s chunks %s" % (str(shape)[:40], str(chunks)[:40]), zarray(shape=shape, chunks=chunks)
    for dtype in (
        "<f16",
        "<f0",
        "<i3",
        "|S0",
        "|S2147483648",
        "|S9999999999999",
        "|V4294967296",
        "<U4",
        "",
        "f4",
        "=f4",
        "<f4 ",
        None,
        4,
        [],
        [["x", "<f4"]],
    ):
        yield "dtype %r" % (dtype,), zarray(dtype=dtype)
    for fill in ("NaN", "x", "Infinity", 10**400, "9" * 100000, [], {}, True, -(2**63), "AAAA", [1, 2]):
        yield "fill value %s" % str(fill)[:30], zarray(fill_value=fill)
    for name in (
        "shape",
        "chunks",
        "dtype",
        "compressor",
        "filters",
        "order",
        "fill_value",
        "zarr_format",
        "dimension_separator",
    ):
        yield "no %s" % name, zarray(**{name: ...})
    for compressor in (
        {},
        {"id": None},
        {"id": "zstd", "level": 2**40},
        {"id": "zlib", "level": -5},
        {"id": "nope"},
        {"id": "zstd", "x": 1},
        [],
        "zstd",
        {"id": "blosc"},
        {"id": "blosc", "cname": "nope", "clevel": 5, "shuffle": 1},
        {"id": "blosc", "cname": "lz4", "clevel": 50, "shuffle": 9},
    ):
        yield "compressor %s" % json.dumps(compressor), zarray(compressor=compressor)
    yield "filters", zarray(filters=[{"id": "delta", "dtype": "<f4"}])
    yield "an order", zarray(order="A")
    yield "a separator", zarray(dimension_separator="|")
    for text, name in (
        (b"[" * 100000, "open arrays"),
        (b"{\"a\":" * 50000, "open objects"),
        (b"\xef\xbb\xbf{}", "a byte order mark"),
        (b"", "nothing"),
        (b"\x00", "a NUL"),
        (b"nul", "nul"),
        (b"{\"shape\":[1],\"shape\":[2]}", "a member twice"),
        (b"1e99999", "1e99999"),
        (b"9" * 1000000, "a million digits"),
        (b"\"" + b"\\u0000" * 100000 + b"\"", "NULs"),
        (b"{}" + b" " * (16 << 20), "16 MiB of blanks"),
    ):
        yield ".zarray is %s" % name, setter("a/.zarray", text)
        yield "zarr.json is %s" % name, setter("b/zarr.json", text)
    top = WORD - 1
    for name, row in {
        "past the end": [lambda r, n: n, 1],
        "length wraps": [lambda r, n: r[1][0], top - 1],
        "offset wraps": [top - 5, 10],
        "into the index": [lambda r, n: n - 30, 20],
        "over another": [lambda r, n: r[0][0], lambda r, n: r[0][1]],
        "the whole shard": [0, lambda r, n: n],
        "offset alone missing": [top, 5],
        "length alone missing": [0, top],
        "missing": [top, top],
        "length zero": [0, 0],
        "2^63": [2**63, 2**63],
    }.items():
        yield "shard entry %s" % name, shard(set_row(1, row))
    yield "shard entries all the same", shard(lambda rows, size: [rows[0]] * 4)
    for n in (0, 1, 15, 16, 67, 68):
        yield "shard of %d bytes" % n, setter("b/c/0/0", bytes(n))
    for depth in (2, 10, 64, 300):
        yield "%d shards within one another" % depth, zarr_json(nested_shards(depth))
    yield "10000 codecs", zarr_json(lambda d: d["codecs"].extend([{"name": "crc32c"}] * 10000))
    yield "two array to bytes codecs", zarr_json(lambda d: d["codecs"].extend([{"name": "bytes"}]))
    yield "no codecs", zarr_json(lambda d: d.update(codecs=[]))
    for order in ([0, 0], [1], [0, 1, 2], [2, 3], [-1, 0], ["0", "1"], None):
        yield (
            "transpose %s" % order,
            zarr_json(
                lambda d, order=order: d["codecs"].insert(0, {"name": "transpose", "configuration": {"order": order}})
            ),
        )
    for inner in ([0, 2], [3, 2], [4, 4], [8, 8], [2], [1, 1], [2**40, 1]):
        yield (
            "inner chunk %s" % inner,
            zarr_json(lambda d, inner=inner: d["codecs"][0]["configuration"].update(chunk_shape=inner)),
        )
    yield (
        "a shard of 2^40 chunks",
        zarr_json(
            lambda d: (
                (
                    d.update(shape=[2**20, 2**20]),
                    d["chunk_grid"]["configuration"].update(chunk_shape=[2**20, 2**20]),
                    d["codecs"][0]["configuration"].update(chunk_shape=[1, 1]),
                )
                and None
            )
        ),
    )
    for member, value in (
        ("zarr_format", 2),
        ("zarr_format", 4),
        ("node_type", "group"),
        ("node_type", "x"),
        ("data_type", "string"),
        ("data_type", {"name": "float32"}),
        ("data_type", "r7"),
        ("data_type", "r0"),
        ("data_type", "r99999999999"),
        ("chunk_key_encoding", {"name": "v2"}),
        ("chunk_key_encoding", {"name": "x"}),
        ("chunk_key_encoding", None),
        ("storage_transformers", [{"name": "x"}]),
        ("unknown", 1),
        ("unknown", {"must_understand": False}),
        ("unknown", {"must_understand": True}),
        ("dimension_names", ["a"]),
        ("dimension_names", ["a", "a"]),
        ("dimension_names", [1, 2]),
        ("attributes", []),
        ("fill_value", None),
        ("fill_value", "0x"),
        ("fill_value", "0x7fc00001"),
        ("fill_value", "0x7fc0000100"),
        ("fill_value", "0X7fc00001"),
        ("fill_value", "nan"),
        ("fill_value", 1e39),
    ):
        yield (
            "%s: %s" % (member, json.dumps(value)),
            zarr_json(lambda d, member=member, value=value: d.update({member: value})),
        )


def blosc_cases():
    """Headers that lie: version, versionlz, flags, typesize, nbytes, blocksize, cbytes."""

    def header(change):
        def run(root):
            path = os.path.join(root, "z", "0")
            data = bytearray(damages.read(path))
            change(data)
            damages.write(path, bytes(data))

        return run

    for at, values in {0: [0, 1, 3, 255], 1: [0, 2, 255], 2: list(range(0, 256, 17)), 3: [0, 1, 3, 255]}.items():
        for value in values:
            yield "blosc byte %d=%d" % (at, value), header(lambda d, at=at, value=value: d.__setitem__(at, value))
    for at, name in ((4, "nbytes"), (8, "blocksize"), (12, "cbytes")):
        for value in (0, 1, 15, 16, 17, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            yield (
                "blosc %s=%d" % (name, value),
                header(lambda d, at=at, value=value: d.__setitem__(slice(at, at + 4), struct.pack("<I", value))),
            )
    for value in (0, 16, 0x7FFFFFFF, 0xFFFFFFFF):
        yield (
            "blosc first block at %d" % value,
            header(lambda d, value=value: d.__setitem__(slice(16, 20), struct.pack("<I", value))),
        )
        yield (
            "blosc first stream of %d" % value,
            header(lambda d, value=value: d.__setitem__(slice(20, 24), struct.pack("<I", value))),
        )
    for n in (0, 1, 15, 16, 17, 20):
        yield "blosc of %d bytes" % n, header(lambda d, n=n: d.__delitem__(slice(n, None)))
    yield "blosc and a byte", header(lambda d: d.append(0))


# ------------------------------------------------------------------- Orbax


def tree(change):
    def run(root):
        path = os.path.join(root, "_METADATA")
        document = json.loads(damages.read(path))
        document = change(document) or document
        damages.write(path, json.dumps(document).encode())

    return run


def entry(keys, kind="np.ndarray", types=2, skip=False):
    return {
        "key_metadata": [{"key": k, "key_type": types} for k in keys],
        "value_metadata": {"value_type": kind, "skip_deserialize": skip},
    }


def orbax_cases():
    for name in ("_METADATA", "_CHECKPOINT_METADATA", "_sharding", "_strings.json", "array_metadatas/process_0"):
        for text, what in (
            (b"[" * 200000, "200000 open arrays"),
            (b"[" * 200000 + b"]" * 200000, "200000 arrays"),
            (b"{\"a\":" * 100000, "open objects"),
            (b"", "nothing"),
            (b"null", "null"),
            (b"[]", "an array"),
            (b"{}", "{}"),
            (b"\xff", "no UTF-8"),
            (b"\xef\xbb\xbf{}", "a byte order mark"),
            (b"{\"tree_metadata\":" + b"9" * 500000 + b"}", "many digits"),
            (b"\x00" * 100, "NULs"),
        ):
            yield "%s is %s" % (name, what), setter(name, text)
    add = lambda rows: tree(lambda d: d["tree_metadata"].update(rows))
    yield "100000 more entries", add({"x%d" % i: entry(["x%d" % i], "None", skip=True) for i in range(100000)})
    yield "a key path of 50000", add({"deep": entry(["k"] * 50000)})
    yield "a key of 1 MiB", add({"long": entry(["k" * (1 << 20)])})
    for key in (
        "\ud800",
        "\udfff\ud800",
        "",
        "\x00",
        "..",
        "/",
        "//",
        "a/../../b",
        "\\\\host\\share",
        "C:\\x",
        "\u202e",
        "w",
    ):
        yield "one more leaf %r" % key, add({"odd": entry([key])})
    yield "a leaf of no key", add({"none": entry([])})
    yield "a leaf twice", add({"again": entry(["w"])})
    yield "a leaf below a leaf", add({"below": entry(["w", "x"])})
    yield "key types of 3", add({"three": entry(["w2"], types=3)})
    for kind in ("jax.Array", "string", "None", "Dict", "unknown", "", None, 7):
        yield (
            "w is %r" % (kind,),
            tree(
                lambda d, kind=kind: next(
                    iter(e for e in d["tree_metadata"].values() if e["key_metadata"][0]["key"] == "w")
                )["value_metadata"].update(value_type=kind)
            ),
        )
    for flag in ("use_zarr3", "use_ocdbt", "store_array_data_equal_to_fill_value"):
        yield "%s turned" % flag, tree(lambda d, flag=flag: d.update({flag: not d[flag]}))
    for text in (
        '{"s":1}',
        '{"s":"\\ud800"}',
        '{"s":["a"]}',
        '{"other":"x"}',
        '{"s":"a","s":"b"}',
        '{"s":"' + "a" * (8 << 20) + '"}',
    ):
        yield "_strings.json %s" % text[:30], setter("_strings.json", text)


def file_cases():
    def link(target, name):
        def run(root):
            path = os.path.join(root, name)
            if os.path.lexists(path):
                os.remove(path)
            os.symlink(target, path)

        return run

    def fifo(name):
        def run(root):
            path = os.path.join(root, name)
            if os.path.lexists(path):
                os.remove(path)
            os.mkfifo(path)

        return run

    def directory(name):
        def run(root):
            os.remove(os.path.join(root, name))
            os.makedirs(os.path.join(root, name, "x"))

        return run

    yield "a link to itself", link("loop", "loop")
    yield "a link to the root", link(".", "self")
    yield "a link out", link("/etc", "etc")
    yield "_METADATA is a link to a device", link("/dev/zero", "_METADATA")
    yield "_METADATA is a directory", directory("_METADATA")
    yield "manifest.ocdbt is a directory", directory("manifest.ocdbt")
    yield "a pipe beside", fifo("pipe")
    yield "_METADATA is a pipe", fifo("_METADATA")
    yield "manifest.ocdbt is a pipe", fifo("manifest.ocdbt")
    for name in (
        "MANIFEST.OCDBT",
        "_metadata",
        "Manifest.ocdbt",
        "manifest.0000000000000001",
        "manifest.ocdbt.__lock",
        "_METADATA.orbax-checkpoint-tmp",
        ".hidden",
        "\udcff\udcfe",
        "new\nline",
        "_CHECKPOINT_DELETION",
        "checkpoint",
        "proto.pbtxt",
        "metadata",
        ".zarray",
    ):
        yield "a file %r beside" % name, setter(name, b"x")


def msgpack_cases():
    """The item is one msgpack file."""

    def only(data):
        def run(root):
            damages.write(os.path.join(root, "checkpoint"), data)

        return run

    head = b"\x81\xa1w"
    ext = lambda code, data: b"\xc9" + struct.pack(">I", len(data)) + bytes([code]) + data
    for name, data in {
        "nothing": b"",
        "array32": b"\xdd\xff\xff\xff\xff",
        "map32": b"\xdf\xff\xff\xff\xff",
        "bin32": head + b"\xc6\xff\xff\xff\xff",
        "str32": head + b"\xdb\xff\xff\xff\xff",
        "depth": b"\x91" * 200000,
        "map depth": b"\x81\xa1a" * 100000,
        "never used byte": head + b"\xc1",
        "two values": head + b"\x01\x01",
        "key of number": b"\x81\x01\x01",
        "a key twice": b"\x82\xa1w\x01\xa1w\x02",
        "no UTF-8": head + b"\xa1\xff",
        "ext32": head + b"\xc9\xff\xff\xff\xff\x01",
        "ext 1 empty": head + ext(1, b""),
        "ext 1 no array": head + ext(1, b"\xc0"),
        "ext 1 short": head + ext(1, b"\x93\x91\x02\xa7float32\xc4\x04\x00\x00\x00\x00"),
        "ext 1 huge": head
        + ext(1, b"\x93\x92\xcf" + b"\x7f" + b"\xff" * 7 + b"\xcf" + b"\x7f" + b"\xff" * 7 + b"\xa7float32\xc4\x00"),
        "ext 1 negative": head + ext(1, b"\x93\x91\xff\xa7float32\xc4\x00"),
        "ext 1 dtype": head + ext(1, b"\x93\x91\x01\xa4nope\xc4\x04\x00\x00\x00\x00"),
        "ext 99": head + ext(99, b"x"),
        "ext 4": head + ext(4, b"\x90"),
        "chunked": head + b"\x81\xb9__msgpack_chunked_array__\xc3",
        "placeholder": head + b"\xafPLACEHOLDER://w",
        "placeholder up": head + b"\xb0PLACEHOLDER://..",
        "nothing but nil": b"\xc0",
    }.items():
        yield "msgpack %s" % name, only(data)


GROUPS = {
    "ocdbt": ocdbt_cases,
    "zarr": zarr_cases,
    "blosc": blosc_cases,
    "orbax": orbax_cases,
    "files": file_cases,
    "msgpack": msgpack_cases,
}
