"""Makes tests/vectors/codec/encoded.json: values encoded by the real writers, for tests/unit/codec.

    python3 -m venv V && V/bin/pip install zstandard==0.25.0 numcodecs==0.16.6 tensorstore==0.1.86
    V/bin/python tests/campaigns/make_codec_vectors.py tests/vectors/codec/encoded.json

Each case: `codecs` in encoding order, `content` (see `content`) and `encoded` in hex.
"""

import bz2
import gzip
import io
import json
import pathlib
import struct
import sys
import tempfile
import zlib

import numcodecs
import numpy as np
import tensorstore as ts
import zstandard


def content(spec):
    """The bytes that a description stands for; tests/unit/codec/encoded_test.cc does the same."""
    kind, n = spec["kind"], spec["size"]
    if kind == "pattern":  # byte i is i mod 251
        return bytes(i % 251 for i in range(n))
    if kind == "zeros":
        return bytes(n)
    if kind == "counter":  # le32, each number five times
        return b"".join(struct.pack("<I", i // 5 * 1000) for i in range(n // 4 + 1))[:n]
    assert kind == "skewed"  # small numbers are likelier: Huffman literals, hardly a match
    out, state = bytearray(), 1
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2**31
        out.append((state >> 16) % 16 * ((state >> 20) % 16) // 8)
    return bytes(out)


def pattern(n):
    return {"kind": "pattern", "size": n}


def zeros(n):
    return {"kind": "zeros", "size": n}


def skewed(n):
    return {"kind": "skewed", "size": n}


def counter(n):
    return {"kind": "counter", "size": n}


def zstd(data, **options):
    return zstandard.ZstdCompressor(**options).compress(data)


def zstd_stream(data, **options):
    """No content size in the frame; a flush in the middle, hence a block that is not full."""
    out = io.BytesIO()
    with zstandard.ZstdCompressor(**options).stream_writer(out, closefd=False) as writer:
        writer.write(data[: len(data) // 3])
        writer.flush(zstandard.FLUSH_BLOCK)
        writer.write(data[len(data) // 3 :])
    return out.getvalue()


def windowed(data, window_log, **options):
    p = zstandard.ZstdCompressionParameters(window_log=window_log, chain_log=8, hash_log=8, search_log=1, **options)
    return zstandard.ZstdCompressor(compression_params=p).compress(data)


def gzip_member(data, flags=0, extra=b""):
    """RFC 1952 with the optional fields that Python's writer never makes."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\x00\xff" + extra
    if flags & 2:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    return header + body + struct.pack("<II", zlib.crc32(data), len(data))


def tensorstore_chunk(data, codecs):
    """The one chunk of a zarr v3 array of bytes."""
    with tempfile.TemporaryDirectory() as folder:
        store = ts.open(
            {
                "driver": "zarr3",
                "kvstore": f"file://{folder}/",
                "create": True,
                "metadata": {
                    "shape": [len(data)],
                    "data_type": "uint8",
                    "fill_value": 255,
                    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [len(data)]}},
                    "codecs": [{"name": "bytes"}] + codecs,
                },
            }
        ).result()
        store.write(np.frombuffer(data, np.uint8)).result()
        return pathlib.Path(folder, "c", "0").read_bytes()


def blosc(**configuration):
    defaults = {"cname": "lz4", "clevel": 5, "shuffle": "noshuffle", "typesize": 4, "blocksize": 0}
    return {"name": "blosc", "configuration": defaults | configuration}


def cases():
    def case(name, codecs, spec, encode):
        return {"name": name, "codecs": codecs, "content": spec, "encoded": encode(content(spec)).hex()}

    z = ["zstd"]
    yield case("zstd level 1", z, pattern(1000), lambda d: zstd(d, level=1))
    yield case("zstd level 19", z, skewed(3000), lambda d: zstd(d, level=19))
    yield case("zstd level 1, Huffman literals", z, skewed(6000), lambda d: zstd(d, level=1))
    yield case("zstd with a checksum", z, skewed(500), lambda d: zstd(d, level=3, write_checksum=True))
    yield case("zstd without content size", z, pattern(5000), lambda d: zstd(d, level=1, write_content_size=False))
    yield case(
        "zstd stream with a flush and a checksum",
        z,
        skewed(2000),
        lambda d: zstd_stream(d, level=3, write_checksum=True),
    )
    yield case("zstd empty", z, pattern(0), lambda d: zstd(d, level=1))
    yield case("zstd empty with a checksum", z, pattern(0), lambda d: zstd(d, level=1, write_checksum=True))
    yield case("zstd raw block", z, pattern(100), lambda d: zstd(d, level=1))
    yield case("zstd of zeros, several blocks", z, zeros(700000), lambda d: zstd(d, level=1))
    yield case("zstd window 1 KiB, many blocks", z, pattern(20000), lambda d: windowed(d, 10))
    yield case(
        "zstd window 1 KiB, checksum, no content size",
        z,
        pattern(20000),
        lambda d: windowed(d, 10, write_checksum=True, write_content_size=False),
    )
    yield case("zstd window 128 KiB, blocks that wrap", z, pattern(600000), lambda d: windowed(d, 17))
    yield case("numcodecs zstd", z, pattern(3000), lambda d: numcodecs.Zstd(level=1).encode(d))
    for level in (0, 1, 9):
        yield case(f"zlib level {level}", ["zlib"], skewed(1500), lambda d: zlib.compress(d, level))
    yield case("zlib empty", ["zlib"], pattern(0), lambda d: zlib.compress(d))
    yield case("zlib, long matches", ["zlib"], zeros(200000), lambda d: zlib.compress(d, 9))
    yield case("numcodecs zlib", ["zlib"], pattern(3000), lambda d: numcodecs.Zlib(level=1).encode(d))
    yield case("gzip level 9", ["gzip"], skewed(1500), lambda d: gzip.compress(d, 9, mtime=0))
    yield case("gzip empty", ["gzip"], pattern(0), lambda d: gzip.compress(d, mtime=0))
    yield case(
        "gzip with header CRC, extra field, name and comment",
        ["gzip"],
        pattern(400),
        lambda d: gzip_member(d, 2 | 4 | 8 | 16, b"\x04\x00abcd" + b"name\x00" + b"comment\x00"),
    )
    yield case("bz2 level 1", ["bz2"], skewed(1500), lambda d: bz2.compress(d, 1))
    yield case("bz2 level 9", ["bz2"], pattern(3000), lambda d: bz2.compress(d, 9))
    yield case("bz2 empty", ["bz2"], pattern(0), lambda d: bz2.compress(d))
    yield case("bz2, several blocks", ["bz2"], pattern(250000), lambda d: bz2.compress(d, 1))
    yield case("numcodecs bz2", ["bz2"], skewed(3000), lambda d: numcodecs.BZ2(level=1).encode(d))

    for cname in ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"):
        for shuffle in ("noshuffle", "shuffle", "bitshuffle"):
            yield case(
                f"blosc {cname} {shuffle}",
                ["blosc"],
                counter(2006),
                lambda d: tensorstore_chunk(d, [blosc(cname=cname, shuffle=shuffle)]),
            )
        yield case(
            f"blosc {cname}, long runs", ["blosc"], zeros(70000), lambda d: tensorstore_chunk(d, [blosc(cname=cname)])
        )
    for typesize in (1, 2, 3, 8, 16, 17, 255):
        for shuffle in ("shuffle", "bitshuffle"):
            yield case(
                f"blosc {shuffle} of {typesize} bytes, several blocks",
                ["blosc"],
                counter(9001),
                lambda d: tensorstore_chunk(d, [blosc(shuffle=shuffle, typesize=typesize, blocksize=4096)]),
            )
    yield case("blosc stored as it is", ["blosc"], pattern(3000), lambda d: tensorstore_chunk(d, [blosc(clevel=0)]))
    yield case("blosc too small to compress", ["blosc"], pattern(100), lambda d: tensorstore_chunk(d, [blosc()]))
    yield case(
        "numcodecs blosc",
        ["blosc"],
        skewed(3000),
        lambda d: numcodecs.Blosc("zstd", 3, numcodecs.Blosc.SHUFFLE).encode(np.frombuffer(d, "<i4")),
    )

    crc = {"name": "crc32c"}
    zs = {"name": "zstd", "configuration": {"level": 1}}
    gz = {"name": "gzip", "configuration": {"level": 6}}
    for codecs in ([zs], [gz], [crc], [zs, crc], [crc, zs], [gz, crc], [crc, gz, crc], [zs, gz], [gz, zs, crc]):
        names = [c["name"] for c in codecs]
        yield case("TensorStore " + ", ".join(names), names, pattern(3000), lambda d: tensorstore_chunk(d, codecs))
    for codecs in ([blosc(), crc], [crc, blosc()], [blosc(), zs], [gz, blosc(cname="zlib")]):
        names = [c["name"] for c in codecs]
        yield case("TensorStore " + ", ".join(names), names, pattern(3000), lambda d: tensorstore_chunk(d, codecs))
    yield case(
        "TensorStore crc32c, zstd of several buffers",
        ["crc32c", "zstd"],
        zeros(300000),
        lambda d: tensorstore_chunk(d, [crc, zs]),
    )


def main():
    out = json.dumps({"encoded": list(cases())}, indent=0) + "\n"
    pathlib.Path(sys.argv[1]).write_text(out)


main()
