"""Seeded values of every dtype, and the digests of what a reader gives back."""

import hashlib
import sys

import blake3
import ml_dtypes
import numpy as np

NUMPY_DTYPES = [
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
]
# Those that TensorStore stores.
SMALL_DTYPES = [
    "bfloat16",
    "float8_e3m4",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e4m3b11fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "float4_e2m1fn",
    "int2",
    "int4",
]
SUB_BYTE = {"int2": 2, "int4": 4, "float4_e2m1fn": 4}
DTYPES = NUMPY_DTYPES + SMALL_DTYPES


def dtype_of(name):
    return np.dtype(getattr(ml_dtypes, name)) if name in SMALL_DTYPES else np.dtype(name)


def random_bits(g, shape, name):
    """Any bit pattern that the type has: NaN payloads, infinities, subnormal numbers, -0.0."""
    dtype = dtype_of(name)
    if name in SUB_BYTE:
        return np.asarray(g.integers(0, 1 << SUB_BYTE[name], shape, dtype=np.uint8)).view(dtype)
    raw = g.bytes(int(np.prod(shape, dtype=np.int64)) * dtype.itemsize)
    return np.frombuffer(raw, dtype).reshape(shape).copy()


def random_values(g, shape, name):
    dtype = dtype_of(name)
    if name == "bool":
        return np.asarray(g.integers(0, 2, shape)).astype(bool)
    if name in SUB_BYTE:
        return random_bits(g, shape, name)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return np.asarray(g.integers(info.min, info.max, shape, dtype=dtype, endpoint=True))
    if g.random() < 0.2:
        return random_bits(g, shape, name)
    x = g.standard_normal(shape)
    if dtype.kind == "c":
        return np.asarray(x + 1j * g.standard_normal(shape)).astype(dtype)
    return np.asarray(np.abs(x) + 0.01 if name == "float8_e8m0fnu" else x).astype(dtype)


def array_of(g, shape, name):
    """Random, constant, zero or repeating: what compresses and what does not."""
    kind = g.random()
    if kind < 0.12:
        return np.zeros(shape, dtype_of(name))
    if kind < 0.24:
        return np.broadcast_to(random_values(g, (), name), shape).copy()
    if kind < 0.34 and len(shape):
        return np.resize(random_values(g, (5,), name), shape)
    return random_values(g, shape, name)


def content(array):
    """Elements in C order, little-endian, one byte for each element of a sub-byte type."""
    array = np.asarray(array)
    if array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and sys.byteorder == "big"):
        array = array.astype(array.dtype.newbyteorder("<"))
    data = np.ascontiguousarray(array).tobytes()
    if array.dtype.name in SUB_BYTE:  # in memory the bits above may be anything
        data = bytes(np.frombuffer(data, np.uint8) & ((1 << SUB_BYTE[array.dtype.name]) - 1))
    return data


def digests(data):
    return {"nbytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "blake3": blake3.blake3(data).hexdigest()}


def dtype_name(dtype):
    """As `leafsum digest` has it: raw bytes are r<bits>."""
    raw = dtype.kind == "S" or (dtype.kind == "V" and dtype.name not in DTYPES)
    return "r%d" % (8 * dtype.itemsize) if raw else dtype.name


def array_record(key_path, array, value_type):
    array = np.asarray(array)
    return {
        "keypath": list(key_path),
        "value_type": value_type,
        "shape": list(array.shape),
        "dtype": dtype_name(array.dtype),
        **digests(content(array)),
    }


def text_record(key_path, text, value_type="string"):
    return {"keypath": list(key_path), "value_type": value_type, **digests(text.encode())}
