"""Random zarr v2 and v3 arrays of every codec that TensorStore writes, read by TensorStore and by leafsum.

    python3 -m venv V && V/bin/pip install tensorstore==0.1.86 numpy
    V/bin/python tests/campaigns/compare_zarr.py [arrays] [seed]

All arrays of a run lie in one bare store. Prints every difference and ends with 1 if there was one.
"""

import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import tensorstore as ts

ROOT = pathlib.Path(__file__).resolve().parents[2]
CNAMES = ["blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"]
V2_TYPES = [
    "|b1",
    "|i1",
    "|u1",
    "<i2",
    ">i2",
    "<i4",
    ">u4",
    "<i8",
    ">i8",
    "<u8",
    "<f2",
    ">f4",
    "<f4",
    "<f8",
    ">f8",
    "<c8",
    ">c16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "int4",
    "int2",
    "float4_e2m1fn",
]
V3_TYPES = [
    "bool",
    "int2",
    "int4",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float4_e2m1fn",
    "complex64",
    "complex128",
]
ONE_BYTE = {"bool", "int2", "int4", "int8", "uint8", "float8_e4m3fn", "float8_e5m2", "float4_e2m1fn"}
MASKS = {"int2": 3, "int4": 15, "float4_e2m1fn": 15}


def divisor(r, n):
    return r.choice([d for d in range(1, n + 1) if n % d == 0])


def permutation(r, rank):
    order = list(range(rank))
    r.shuffle(order)
    return order


def grid(r):
    rank = r.choice([0, 1, 1, 2, 2, 3, 4, 5]) if r.random() < 0.97 else 32
    if rank == 32:
        shape, chunk = [1] * 32, [1] * 32
        shape[r.randrange(32)] = 5
        chunk[r.randrange(32)] = 2
        return shape, chunk
    shape = [0 if r.random() < 0.02 else r.randint(1, 9) for _ in range(rank)]
    return shape, [r.randint(1, max(n, 1) + 3) for n in shape]


def v2(r):
    shape, chunk = grid(r)
    compressor = r.choice(
        [
            None,
            {"id": "zstd", "level": r.randint(-3, 9)},
            {"id": "zlib", "level": r.randint(0, 9)},
            {"id": "gzip", "level": r.randint(0, 9)},
            {"id": "bz2", "level": r.randint(1, 9)},
            {
                "id": "blosc",
                "cname": r.choice(CNAMES),
                "clevel": r.randint(0, 9),
                "shuffle": r.randint(-1, 2),
                "blocksize": r.choice([0, 0, 128, 300]),
            },
        ]
    )
    dtype = r.choice(V2_TYPES)
    fill = True if dtype == "|b1" else [1, 2] if dtype[1] == "c" else None if dtype == "float4_e2m1fn" else 1
    return {
        "driver": "zarr",
        "metadata": {
            "shape": shape,
            "chunks": chunk,
            "dtype": dtype,
            "compressor": compressor,
            "filters": None,
            "order": r.choice("CF") if len(shape) > 1 else "C",
            "dimension_separator": r.choice("./"),
            "fill_value": r.choice([None, fill]),
        },
    }


def bytes_codecs(r):
    codecs = [
        {"name": "zstd", "configuration": {"level": r.randint(-3, 9), "checksum": r.random() < 0.5}},
        {"name": "gzip", "configuration": {"level": r.randint(0, 9)}},
        {
            "name": "blosc",
            "configuration": {
                "cname": r.choice(CNAMES),
                "clevel": r.randint(0, 9),
                "shuffle": r.choice(["noshuffle", "shuffle", "bitshuffle"]),
                "typesize": r.choice([1, 2, 4, 8, 3, 17]),
                "blocksize": r.choice([0, 0, 128, 300]),
            },
        },
        {"name": "crc32c"},
    ]
    return r.sample(codecs, r.choice([0, 1, 1, 1, 2, 3]))


def chain(r, shape, dtype, depth=0):
    codecs = []
    for _ in range(r.choice([0, 0, 1, 2])):
        order = permutation(r, len(shape))
        codecs.append({"name": "transpose", "configuration": {"order": order}})
        shape = [shape[i] for i in order]
    if r.random() < (0.5 if depth == 0 else 0.4) and depth < 4 and len(shape) < 32:
        inner = [divisor(r, n) for n in shape]
        index = [{"name": "bytes", "configuration": {"endian": r.choice(["little", "big"])}}]
        if r.random() < 0.2:
            index.insert(0, {"name": "transpose", "configuration": {"order": permutation(r, len(shape) + 1)}})
        index += [{"name": "crc32c"}] * r.choice([0, 1, 1, 2])
        codecs.append(
            {
                "name": "sharding_indexed",
                "configuration": {
                    "chunk_shape": inner,
                    "codecs": chain(r, inner, dtype, depth + 1),
                    "index_codecs": index,
                    "index_location": r.choice(["start", "end"]),
                },
            }
        )
        return codecs
    codecs.append(
        {"name": "bytes"}
        if dtype in ONE_BYTE
        else {"name": "bytes", "configuration": {"endian": r.choice(["little", "big"])}}
    )
    return codecs + bytes_codecs(r)


def v3(r):
    shape, chunk = grid(r)
    dtype = r.choice(V3_TYPES)
    fill = True if dtype == "bool" else [1, 2] if dtype.startswith("complex") else 1
    return {
        "driver": "zarr3",
        "metadata": {
            "shape": shape,
            "data_type": dtype,
            "fill_value": fill,
            "codecs": chain(r, chunk, dtype),
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunk}},
            "chunk_key_encoding": {"name": r.choice(["default", "v2"]), "configuration": {"separator": r.choice("./")}},
        },
    }


def content(array, dtype):
    array = np.ascontiguousarray(array)
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    data = np.frombuffer(array.tobytes(), np.uint8)
    return (data & MASKS[dtype]).tobytes() if dtype in MASKS else data.tobytes()


def main():
    count, seed = [int(a) for a in sys.argv[1:]] + [300, 1][len(sys.argv) - 1 :]
    r = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        expected, specs = {}, {}
        for n in range(count):
            spec = v2(r) if r.random() < 0.4 else v3(r)
            name = f"a{n}"
            specs[name] = spec["metadata"]
            store = ts.open(spec | {"kvstore": f"file://{folder}/{name}/", "create": True}).result()
            dtype = store.dtype.name
            shape = store.shape
            generator = np.random.default_rng(r.randrange(2**32))
            raw = generator.integers(0, 4, int(np.prod(shape)))
            values = raw.astype(bool) if dtype == "bool" else raw.astype(store.dtype.numpy_dtype)
            part = tuple(slice(r.randrange(size + 1) if r.random() < 0.3 else 0, None) for size in shape)
            store[part].write(values.reshape(shape)[part]).result()
            expected[name] = (list(shape), hashlib.sha256(content(store.read().result(), dtype)).hexdigest())
        run = subprocess.run(
            ["node", ROOT / "node/bin/leafsum.js", "digest", folder, "--json", "--algorithm", "sha256"],
            capture_output=True,
            text=True,
        )
        leaves = {leaf["key_path"][0]: leaf for leaf in json.loads(run.stdout)["items"][""]["leaves"]}
    wrong = 0
    for name, (shape, digest) in expected.items():
        leaf = leaves.get(name)
        if leaf and leaf["shape"] == shape and leaf["digest"]["sha256"] == digest:
            continue
        wrong += 1
        print(name, "absent" if not leaf else "different", json.dumps(specs[name]))
    print(f"{count} arrays, {wrong} differences; leafsum's exit code {run.returncode}\n{run.stderr}".rstrip())
    sys.exit(1 if wrong or run.returncode else 0)


main()
