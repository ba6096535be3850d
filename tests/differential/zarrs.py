"""Random zarr stores by zarr-python: `save(path, seed)` writes a group of arrays and says what is in it."""

import os
import random
import warnings

import numcodecs
import numpy as np
import zarr
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec

import values

NAMES = ["a", "b/c", "w.x", "deep/er/one", "ü", "0", "c", "x y", "d", "quote'", "~", "e"]
V3_DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "|V4",
]
V2_DTYPES = [
    "|b1",
    "|i1",
    "<i2",
    "<i4",
    "<i8",
    "|u1",
    "<u2",
    "<u4",
    "<u8",
    "<f2",
    "<f4",
    "<f8",
    "<c8",
    "<c16",
    ">i2",
    ">i4",
    ">i8",
    ">u2",
    ">u4",
    ">f2",
    ">f4",
    ">f8",
    ">c8",
    ">c16",
    "|S1",
    "|S5",
    "|V3",
    "|V8",
]
# What TensorStore refuses, so that Leafsum is seen to refuse it too.
V2_REFUSED = ["<M8[s]", "<U3", [("x", "<f4"), ("y", "<i2")]]


def random_array(g, shape, dtype):
    dtype = np.dtype(dtype)
    if dtype.fields or dtype.kind in "MU":
        return np.zeros(shape, dtype)
    if dtype.kind in "SV":
        raw = g.integers(
            0, 256 if g.random() < 0.5 else 3, (int(np.prod(shape, dtype=int)), dtype.itemsize), dtype=np.uint8
        )
        return np.frombuffer(raw.tobytes(), dtype).reshape(shape).copy()
    return values.array_of(g, shape, dtype.newbyteorder("=").name).astype(dtype)


def shape_of(r):
    rank = r.choice([0, 1, 1, 2, 2, 2, 3, 3, 4])
    shape = [r.randint(1, [1, 3000, 60, 15, 7][rank]) for _ in range(rank)]
    if rank and r.random() < 0.05:
        shape[r.randrange(rank)] = 0
    return shape


def chunks_of(r, shape):
    """Smaller, equal or larger than the shape, at most some hundred of them."""
    chunks = [max(1, r.choice([n, n // 2, n // 3 + 1, n + 3])) for n in shape]
    return tuple(chunks)


def fill_of(r, dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return r.choice([True, False])
    if dtype.kind in "iu":
        return int(r.choice([0, 1, np.iinfo(dtype).max, np.iinfo(dtype).min]))
    if dtype.kind == "f":
        payload = np.frombuffer(b"\x01\x02\x03\x04\x05\x06\xf9\x7f"[-dtype.itemsize :], dtype.newbyteorder("<"))[0]
        return r.choice(
            [0.0, -0.0, 1.5, np.nan, np.inf, -np.inf, payload, float(np.finfo(dtype).max), float(np.finfo(dtype).tiny)]
        )
    if dtype.kind == "c":
        return complex(r.choice([0, -0.0, 2.5, np.nan, np.inf]), r.choice([0, -1.25, np.nan, -np.inf]))
    if dtype.kind == "S":
        return b"ab"[: dtype.itemsize]
    if dtype.kind == "V":
        return np.zeros((), dtype)[()]
    return None


def v2_compressor(r):
    shuffle = r.choice([0, 1, 2, -1])
    return r.choice(
        [
            None,
            None,
            numcodecs.Zlib(r.randint(0, 9)),
            numcodecs.GZip(r.randint(0, 9)),
            numcodecs.BZ2(r.randint(1, 9)),
            *[
                numcodecs.Blosc(cname, r.randint(0, 9), shuffle, r.choice([0, 0, 64, 1024]))
                for cname in ("lz4", "lz4hc", "zstd", "zlib", "blosclz")
            ]
            * 2,
            *([numcodecs.Zstd(3), numcodecs.LZ4(), numcodecs.LZMA()] if r.random() < 0.3 else []),
        ]
    )


def bytes_codecs(r, itemsize):
    rows = [
        GzipCodec(level=r.randint(0, 9)),
        ZstdCodec(level=r.randint(-3, 12), checksum=r.random() < 0.5),
        Crc32cCodec(),
        BloscCodec(
            typesize=r.choice([itemsize, itemsize, 1, 3]),
            cname=r.choice(["lz4", "lz4hc", "zstd", "zlib", "blosclz"]),
            clevel=r.randint(0, 9),
            shuffle=r.choice(["noshuffle", "shuffle", "bitshuffle"]),
            blocksize=r.choice([0, 0, 128]),
        ),
    ]
    return r.sample(rows, r.choice([0, 1, 1, 1, 2, 3]))


def divisor(r, n):
    return r.choice([d for d in range(1, n + 1) if n % d == 0])


def array_codec(r, chunk, itemsize, depth):
    """The array-to-array codecs and the one that makes bytes, for a chunk of this shape."""
    front = []
    shape = list(chunk)
    if len(shape) > 1 and r.random() < 0.3:
        order = r.sample(range(len(shape)), len(shape))
        front.append(TransposeCodec(order=order))
        shape = [shape[axis] for axis in order]
    if depth and r.random() < 0.45:
        inner = tuple(divisor(r, n) for n in shape)
        if np.prod(shape, dtype=int) // max(1, np.prod(inner, dtype=int)) <= 400:
            index = [BytesCodec(endian=r.choice(["little", "little", "big"]))] + [Crc32cCodec()] * (r.random() < 0.8)
            return front + [
                ShardingCodec(
                    chunk_shape=inner,
                    codecs=chain(r, inner, itemsize, depth - 1),
                    index_codecs=index,
                    index_location=r.choice(["start", "end"]),
                )
            ], True
    return front + [BytesCodec(endian=r.choice(["little", "little", "big"]) if itemsize > 1 else None)], False


def chain(r, chunk, itemsize, depth):
    front, sharded = array_codec(r, chunk, itemsize, depth)
    return front + ([] if sharded and r.random() < 0.95 else bytes_codecs(r, itemsize))


def write(r, array, data, sparse):
    """All of it, or a part, so that chunks are missing."""
    if not sparse or data.ndim == 0:
        array[...] = data
        return
    corner = tuple(slice(0, r.randint(1, max(1, n))) for n in data.shape)
    array[corner] = data[corner]


def add(r, g, group, name, version):
    refused = version == 2 and r.random() < 0.04
    dtype = r.choice(V2_REFUSED if refused else V2_DTYPES if version == 2 else V3_DTYPES)
    shape = shape_of(r)
    chunks = chunks_of(r, shape)
    while np.prod([-(-n // c) for n, c in zip(shape, chunks)], dtype=int) > 300:
        chunks = chunks_of(r, shape)
    data = random_array(g, shape, dtype)
    options = {
        "shape": shape,
        "dtype": np.dtype(dtype),
        "chunks": chunks,
        "config": {"write_empty_chunks": r.random() < 0.5},
    }
    if r.random() < 0.75 and not refused:
        options["fill_value"] = fill_of(r, dtype)
    if r.random() < 0.2:
        options["attributes"] = {"who": "é", "n": [1, None, {"x": 2.5}]}
    if version == 2:
        options.update(
            compressors=v2_compressor(r),
            order=r.choice(["C", "C", "F"]),
            filters=[numcodecs.Delta(data.dtype)] if data.dtype.kind in "iu" and r.random() < 0.03 else None,
        )
        if r.random() < 0.3:
            options["chunk_key_encoding"] = {"name": "v2", "separator": "/"}
    else:
        codecs = chain(r, chunks, data.dtype.itemsize, 2)
        serializer = next(i for i, codec in enumerate(codecs) if isinstance(codec, (BytesCodec, ShardingCodec)))
        options.update(filters=codecs[:serializer], serializer=codecs[serializer], compressors=codecs[serializer + 1 :])
        options["chunk_key_encoding"] = r.choice(
            [
                None,
                None,
                {"name": "default", "separator": "."},
                {"name": "v2", "separator": "."},
                {"name": "v2", "separator": "/"},
            ]
        )
        if r.random() < 0.2:
            options["dimension_names"] = [r.choice(["x", None, "row"]) for _ in shape]
    array = group.create_array(name, **options)
    write(r, array, data, r.random() < 0.35)


def save(path, seed):
    r, g = random.Random(seed), np.random.default_rng(seed)
    version = r.choice([2, 3, 3])
    warnings.simplefilter("ignore")
    group = zarr.open_group(path, mode="w", zarr_format=version)
    refused = []
    for name in r.sample(NAMES, r.randint(2, 6)):
        try:
            add(r, g, group, name, version)
        except Exception as e:  # zarr-python itself: what it left behind is still a case
            refused.append("%s: %s: %s" % (name, type(e).__name__, str(e)[:200]))
    if r.random() < 0.3:
        zarr.consolidate_metadata(path)
    return {
        "zarr_format": version,
        "refused": refused,
        "consolidated": os.path.exists(os.path.join(path, ".zmetadata")),
    }
